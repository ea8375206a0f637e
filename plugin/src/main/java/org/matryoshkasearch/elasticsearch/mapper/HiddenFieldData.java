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
import org.elasticsearch.index.Index;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.fielddata.IndexFieldData.XFieldComparatorSource.Nested;
import org.elasticsearch.index.fielddata.IndexNumericFieldData;
import org.elasticsearch.index.fielddata.LeafNumericFieldData;
import org.elasticsearch.index.fielddata.ScriptDocValues;
import org.elasticsearch.index.fielddata.SortedNumericLongValues;
import org.elasticsearch.index.fielddata.plain.LeafLongFieldData;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.query.QueryShardException;
import org.elasticsearch.script.field.DocValuesScriptFieldFactory;
import org.elasticsearch.script.field.EmptyField;
import org.elasticsearch.script.field.Field;
import org.elasticsearch.search.MultiValueMode;
import org.elasticsearch.search.aggregations.support.CoreValuesSourceType;
import org.elasticsearch.search.aggregations.support.ValuesSourceType;

/**
 * What aggregations, sorts and scripts see of a field that the user may not know of: no values, and
 * no field. It is one of numbers, since most aggregations take these.
 */
final class HiddenFieldData extends IndexNumericFieldData {

  private static final LeafNumericFieldData NO_VALUES =
      new LeafLongFieldData(0) {
        @Override
        public SortedNumericLongValues getLongValues() {
          return SortedNumericLongValues.EMPTY;
        }

        @Override
        public DocValuesScriptFieldFactory getScriptFieldFactory(String name) {
          return new NotInScripts(name);
        }
      };

  private final String field;
  private final Index index;

  /**
   * Of a field.
   *
   * @param field its name
   * @param index where it is
   */
  HiddenFieldData(String field, Index index) {
    this.field = field;
    this.index = index;
  }

  @Override
  public String getFieldName() {
    return field;
  }

  @Override
  public NumericType getNumericType() {
    return NumericType.LONG;
  }

  @Override
  public ValuesSourceType getValuesSourceType() {
    return CoreValuesSourceType.NUMERIC;
  }

  @Override
  protected IndexType indexType() {
    return IndexType.NONE;
  }

  @Override
  public LeafNumericFieldData load(LeafReaderContext context) {
    return NO_VALUES;
  }

  @Override
  public LeafNumericFieldData loadDirect(LeafReaderContext context) {
    return NO_VALUES;
  }

  @Override
  public SortField sortField(
      boolean indexSort,
      IndexVersion indexCreated,
      Object missingValue,
      MultiValueMode sortMode,
      Nested nested,
      boolean reverse) {
    throw unknown();
  }

  /** {@inheritDoc} Asked where a search sorts by a {@code numeric_type}. */
  @Override
  protected boolean sortRequiresCustomComparator() {
    throw unknown();
  }

  private QueryShardException unknown() {
    return new QueryShardException(
        index, "No mapping found for [" + field + "] in order to sort on", null);
  }

  /** What Elasticsearch's scripts get of a name that no mapping has, by either way to ask. */
  private record NotInScripts(String name) implements DocValuesScriptFieldFactory {

    @Override
    public void setNextDocId(int doc) {
      // there is nothing in any document
    }

    @Override
    public Field<?> toScriptField() {
      return new EmptyField(name);
    }

    @Override
    public ScriptDocValues<?> toScriptDocValues() {
      throw new IllegalArgumentException("No field found for [" + name + "] in mapping");
    }
  }
}
