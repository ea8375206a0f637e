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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.VectorUtil;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper.DenseVectorFieldType;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorFormat;
import org.matryoshkasearch.elasticsearch.mapper.ElementType;
import org.matryoshkasearch.elasticsearch.mapper.IndexOptions;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldType;
import org.matryoshkasearch.elasticsearch.mapper.Recipe;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VectorOptions;
import org.matryoshkasearch.elasticsearch.mapper.VectorSimilarity;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;
import org.matryoshkasearch.elasticsearch.query.MatryoshkaKnnQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.Prefilters;
import org.matryoshkasearch.elasticsearch.query.QueryVector;
import org.matryoshkasearch.elasticsearch.query.SearchSize;

/** A field whose vectors can be evaluated, of either type. */
final class EvaluatedField {
  private static final String CANNOT = "cannot evaluate field [";

  private final String name;
  private final PresentSetting present;
  private final UnaryOperator<float[]> compared;

  private EvaluatedField(String name, PresentSetting present, UnaryOperator<float[]> compared) {
    this.name = name;
    this.present = present;
    this.compared = compared;
  }

  /**
   * Finds a field.
   *
   * @return null if there has been no vector yet, so that not even dims are known
   * @throws IllegalArgumentException when there is none that the user may see, or it has no float
   *     vectors that can be searched
   */
  static EvaluatedField find(
      String name, SearchExecutionContext context, IndexReader reader, VisibleFields visible) {
    MappedFieldType type = visible.find(name, context);
    if (type == null) {
      throw new IllegalArgumentException(
          CANNOT + name + "]: index [" + context.index().getName() + "] has no such field");
    }
    String parent = context.nestedLookup().getNestedParent(type.name());
    if (parent != null) {
      throw new IllegalArgumentException(
          CANNOT + name + "]: it is in nested objects [" + parent + "], which are not supported");
    }
    PresentSetting present =
        switch (type) {
          case MatryoshkaVectorFieldType ours -> ofMatryoshka(ours);
          case DenseVectorFieldType dense -> ofDense(dense, reader);
          default ->
              throw new IllegalArgumentException(
                  CANNOT
                      + name
                      + "]: its type must be one of [matryoshka_vector, dense_vector] but is ["
                      + type.typeName()
                      + "]");
        };
    if (present == null) {
      return null;
    }
    UnaryOperator<float[]> compared =
        type instanceof MatryoshkaVectorFieldType ours ? ours::compared : UnaryOperator.identity();
    return new EvaluatedField(type.name(), present, compared);
  }

  private static PresentSetting ofMatryoshka(MatryoshkaVectorFieldType field) {
    VectorOptions options = MatryoshkaVectorFieldType.of(field, "evaluate").options();
    if (field.isEmpty()) {
      return null;
    }
    IndexOptions graph = options.indexOptions();
    RescoreVector rescore = graph.rescoreVector();
    return new PresentSetting(
        field.typeName(),
        options.dims(),
        options.elementType(),
        options.similarity(),
        options.prefixDims(),
        graph.type().toString(),
        rescore.hasTarget() ? rescore.recall() : 0,
        rescore.hasTarget() ? 0 : rescore.oversample(),
        options.recipe(),
        options.allowTruncated(),
        graph.m(),
        graph.efConstruction());
  }

  private static PresentSetting ofDense(DenseVectorFieldType field, IndexReader reader) {
    DenseVectorFieldMapper.ElementType element = field.getElementType();
    if (element != DenseVectorFieldMapper.ElementType.FLOAT
        && element != DenseVectorFieldMapper.ElementType.BFLOAT16) {
      throw new IllegalArgumentException(
          CANNOT
              + field.name()
              + "]: its element_type must be one of [float, bfloat16] but is ["
              + element.toString().toLowerCase(Locale.ROOT)
              + "]");
    }
    if (field.isSearchable() == false) {
      throw new IllegalArgumentException(
          CANNOT + field.name() + "]: its mapping must have [index] set to [true]");
    }
    int prefix = 0;
    int dims = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field.name());
      if (info != null && info.hasVectorValues()) {
        dims = info.getVectorDimension();
        int ofLeaf = DenseVectorFormat.prefixDims(info);
        if (prefix > 0 && prefix != ofLeaf) {
          throw new IllegalArgumentException(
              CANNOT
                  + field.name()
                  + "]: its graph is over ["
                  + prefix
                  + "] dims in one segment but over ["
                  + ofLeaf
                  + "] in another; evaluate it when all segments have been merged anew");
        }
        prefix = ofLeaf;
      }
    }
    if (dims == 0) {
      return null;
    }
    Map<String, Object> options =
        field.getIndexOptions() == null
            ? Map.of("type", "hnsw")
            : XContentHelper.convertToMap(
                JsonXContent.jsonXContent, Strings.toString(field.getIndexOptions()), false);
    return new PresentSetting(
        field.typeName(),
        dims,
        ElementType.valueOf(element.name()),
        VectorSimilarity.valueOf(field.getSimilarity().name()),
        prefix,
        options.get("type").toString(),
        0,
        options.get("rescore_vector") instanceof Map<?, ?> rescore
                && rescore.get("oversample") instanceof Number oversample
            ? oversample.floatValue()
            : 0,
        Recipe.NONE,
        false,
        IndexOptions.DEFAULT.m(),
        IndexOptions.DEFAULT.efConstruction());
  }

  String name() {
    return name;
  }

  PresentSetting present() {
    return present;
  }

  /**
   * What the search compares with the stored vectors, after the recipe.
   *
   * @param vector of the request, all dims
   */
  float[] compared(float[] vector) {
    return compared.apply(vector);
  }

  /**
   * A stored vector, as it can be a query. Those for the dot product must be of unit length, which
   * rounding, or the end that it never had, may have taken from it; the order of hits is the same.
   */
  float[] asQuery(float[] stored) {
    return present.similarity() == VectorSimilarity.DOT_PRODUCT
        ? VectorUtil.l2normalize(stored.clone(), false)
        : stored;
  }

  /** Whether a search can name the recall that it wants. */
  boolean hasTargets() {
    return present.fieldType().equals(DenseVectorFieldMapper.CONTENT_TYPE) == false;
  }

  /**
   * A search as a user would send it, which says nothing but k.
   *
   * @param vector all dims
   * @param target the recall that it wants; null for what the mapping says
   */
  QueryBuilder search(float[] vector, int k, Evaluation evaluation, Double target) {
    if (hasTargets() == false) {
      return new KnnVectorQueryBuilder(name, vector, k, null, null, null, null)
          .addFilterQueries(evaluation.filters());
    }
    return new MatryoshkaKnnQueryBuilder(
            name,
            QueryVector.of(vector),
            new SearchSize(
                k, null, target == null ? null : RescoreVector.ofTargetRecall(target.floatValue())),
            List.of(),
            Prefilters.of(evaluation.filters().toArray(QueryBuilder[]::new)),
            null)
        .recorded();
  }
}
