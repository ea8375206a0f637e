/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package org.matryoshkasearch.elasticsearch.mapper;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.SortField;
import org.elasticsearch.common.util.BigArrays;
import org.elasticsearch.index.Index;
import org.elasticsearch.index.fielddata.FieldData;
import org.elasticsearch.index.fielddata.IndexFieldData;
import org.elasticsearch.index.fielddata.IndexFieldData.XFieldComparatorSource.Nested;
import org.elasticsearch.index.fielddata.LeafFieldData;
import org.elasticsearch.index.fielddata.SortedBinaryDocValues;
import org.elasticsearch.index.query.QueryShardException;
import org.elasticsearch.script.field.DocValuesScriptFieldFactory;
import org.elasticsearch.search.DocValueFormat;
import org.elasticsearch.search.MultiValueMode;
import org.elasticsearch.search.aggregations.support.CoreValuesSourceType;
import org.elasticsearch.search.aggregations.support.ValuesSourceType;
import org.elasticsearch.search.sort.BucketedSort;
import org.elasticsearch.search.sort.SortOrder;

/**
 * What aggregations and sorts see of a field that the user may not know of: no values, and no field
 * to sort by.
 *
 * @param field its name
 * @param index where it is
 */
record HiddenFieldData(String field, Index index) implements IndexFieldData<LeafFieldData> {

  private static final LeafFieldData NO_VALUES =
      new LeafFieldData() {
        @Override
        public SortedBinaryDocValues getBytesValues() {
          return FieldData.emptySortedBinary();
        }

        @Override
        public DocValuesScriptFieldFactory getScriptFieldFactory(String name) {
          throw new UnsupportedOperationException("scripts do not get as far");
        }

        @Override
        public long ramBytesUsed() {
          return 0;
        }
      };

  @Override
  public String getFieldName() {
    return field;
  }

  /** As aggregations take a field that no mapping has. */
  @Override
  public ValuesSourceType getValuesSourceType() {
    return CoreValuesSourceType.KEYWORD;
  }

  @Override
  public LeafFieldData load(LeafReaderContext context) {
    return NO_VALUES;
  }

  @Override
  public LeafFieldData loadDirect(LeafReaderContext context) {
    return NO_VALUES;
  }

  @Override
  public SortField sortField(
      Object missingValue, MultiValueMode sortMode, Nested nested, boolean reverse) {
    throw unknown();
  }

  @Override
  public BucketedSort newBucketedSort(
      BigArrays bigArrays,
      Object missingValue,
      MultiValueMode sortMode,
      Nested nested,
      SortOrder sortOrder,
      DocValueFormat format,
      int bucketSize,
      BucketedSort.ExtraData extra) {
    throw unknown();
  }

  private QueryShardException unknown() {
    return new QueryShardException(
        index, "No mapping found for [" + field + "] in order to sort on", null);
  }
}
