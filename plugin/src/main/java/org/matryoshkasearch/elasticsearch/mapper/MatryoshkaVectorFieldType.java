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

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.fielddata.FieldDataContext;
import org.elasticsearch.index.fielddata.IndexFieldData;
import org.elasticsearch.index.mapper.ArraySourceValueFetcher;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.ValueFetcher;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.search.DocValueFormat;
import org.matryoshkasearch.lucene.search.FullVectorScores;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What a search can do with a {@code matryoshka_vector} field. */
public final class MatryoshkaVectorFieldType extends HideableFieldType {
  private final VectorOptions options;
  private final IndexContext indexContext;

  MatryoshkaVectorFieldType(
      String name, VectorOptions options, IndexContext indexContext, Map<String, String> meta) {
    super(name, options.index() ? IndexType.vectors() : IndexType.docValuesOnly(), meta);
    this.options = options;
    this.indexContext = indexContext;
  }

  @Override
  boolean isHidden() {
    return indexContext.visible().test(name()) == false;
  }

  /**
   * The field of a query, as one of this type that can be searched.
   *
   * @throws IllegalArgumentException when it is of another type, or without a graph
   */
  public static MatryoshkaVectorFieldType of(MappedFieldType field, String query) {
    if (field instanceof MatryoshkaVectorFieldType vectors) {
      if (vectors.options.index()) {
        return vectors;
      }
      throw new IllegalArgumentException(
          "to perform knn search on field ["
              + field.name()
              + "], its mapping must have [index] set to [true]");
    }
    throw new IllegalArgumentException(
        "["
            + query
            + "] queries are only supported on ["
            + MatryoshkaVectorFieldMapper.CONTENT_TYPE
            + "] fields but field ["
            + field.name()
            + "] is of type ["
            + field.typeName()
            + "]");
  }

  /** What the mapping says. */
  public VectorOptions options() {
    return options;
  }

  /** Whether there has been no vector yet, so that not even dims are known. */
  public boolean isEmpty() {
    return options.dims() == null;
  }

  @Override
  public String typeName() {
    return MatryoshkaVectorFieldMapper.CONTENT_TYPE;
  }

  /**
   * Begins the query for the nearest neighbours of a vector.
   *
   * @param target as many dimensions as the field's prefix_dims at least, as its dims at most
   * @param k hits to return, 1 or more
   * @throws IllegalArgumentException when the field cannot be compared with the target
   */
  public MatryoshkaKnnQuery.Builder knnQuery(float[] target, int k) {
    return MatryoshkaKnnQuery.builder(name(), compared(target), k);
  }

  /**
   * A query that matches every document with a vector and scores it by the full vector: what {@code
   * inner_hits} need to rank the children of one parent.
   *
   * @param target as for {@link #knnQuery}
   * @throws IllegalArgumentException when the field cannot be compared with the target
   */
  public Query exactQuery(float[] target) {
    return new FunctionScoreQuery(
        new FieldExistsQuery(name()), new FullVectorScores(name(), compared(target)));
  }

  /**
   * What is compared with the stored vectors of that of a query, after the recipe.
   *
   * @param target as for {@link #knnQuery}
   * @return perhaps the given one
   * @throws IllegalArgumentException when the field cannot be compared with the target
   */
  public float[] compared(float[] target) {
    return options.queryVector(target, queryVector());
  }

  /**
   * Decodes the vector of a query.
   *
   * @param encoded base64 or hex
   * @throws IllegalArgumentException when it is neither, or of a length that the field cannot have
   */
  public float[] decodeQueryVector(String encoded) {
    return EncodedVector.decodeQuery(encoded, options, queryVector());
  }

  private String queryVector() {
    return "[query_vector] for field [" + name() + "]";
  }

  @Override
  public ValueFetcher valueFetcher(SearchExecutionContext context, String format) {
    if (isHidden()) {
      return ValueFetcher.EMPTY;
    }
    if (format != null) {
      throw new IllegalArgumentException(
          "field [" + name() + "] of type [" + typeName() + "] does not support formats");
    }
    return new ArraySourceValueFetcher(name(), context) {
      @Override
      protected List<?> parseSourceValue(Object value) {
        return value instanceof String ? List.of(value) : (List<?>) value;
      }
    };
  }

  @Override
  public IndexFieldData.Builder fielddataBuilder(FieldDataContext context) {
    if (isHidden()) {
      return (cache, breakers) -> new HiddenFieldData(name(), indexContext.name());
    }
    return (cache, breakers) -> new VectorFieldData(name(), options, indexContext.created());
  }

  /** {@inheritDoc} An array of numbers, or with {@code binary} base64 of big-endian floats. */
  @Override
  public DocValueFormat docValueFormat(String format, ZoneId timeZone) {
    if (isHidden()) {
      return DocValueFormat.RAW;
    }
    return switch (format) {
      case null -> DocValueFormat.DENSE_VECTOR;
      case "array" -> DocValueFormat.DENSE_VECTOR;
      case "binary" -> DocValueFormat.BINARY;
      default ->
          throw new IllegalArgumentException(
              "field ["
                  + name()
                  + "] of type ["
                  + typeName()
                  + "] does not support format ["
                  + format
                  + "], only [array] and [binary]");
    };
  }

  @Override
  public Query existsQuery(SearchExecutionContext context) {
    return isHidden() ? super.existsQuery(context) : new FieldExistsQuery(name());
  }

  @Override
  public boolean isSearchable() {
    return options.index();
  }

  @Override
  public boolean isAggregatable() {
    return false;
  }

  /** True: unless it is asked for, a vector is not shown in the {@code _source} of a hit. */
  @Override
  public boolean isVectorEmbedding() {
    return true;
  }
}
