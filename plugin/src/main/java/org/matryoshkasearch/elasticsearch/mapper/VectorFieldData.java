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

import org.apache.lucene.search.SortField;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.fielddata.IndexFieldData.XFieldComparatorSource.Nested;
import org.elasticsearch.index.mapper.vectors.VectorIndexFieldData;
import org.elasticsearch.search.MultiValueMode;
import org.elasticsearch.search.aggregations.support.CoreValuesSourceType;

/**
 * The full vectors of a field as scripts and {@code docvalue_fields} see them: as those of a {@code
 * dense_vector}, by Elasticsearch's own classes, which painless knows.
 */
final class VectorFieldData extends VectorIndexFieldData {

  VectorFieldData(String field, VectorOptions options, IndexVersion indexCreated) {
    super(
        field,
        CoreValuesSourceType.KEYWORD,
        indexCreated,
        options.elementType().ofDenseVector(),
        // without documents, how many do not matter
        options.dims() == null ? 0 : options.dims(),
        options.index(),
        reader -> SentVectorValues.reader(reader, options));
  }

  @Override
  public SortField sortField(
      Object missingValue, MultiValueMode sortMode, Nested nested, boolean reverse) {
    throw new IllegalArgumentException(
        "field ["
            + getFieldName()
            + "] of type ["
            + MatryoshkaVectorFieldMapper.CONTENT_TYPE
            + "] does not support sorting");
  }
}
