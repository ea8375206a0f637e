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
package org.matryoshkasearch.lucene.codec;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/** How near a row of floats is to a query, on the scale of the field's similarity. */
@FunctionalInterface
interface FloatComparison {
  /**
   * The score of a row.
   *
   * @param dot its dot product with the query, if no distances are compared
   * @param square its dot product with itself; where distances are compared, the square of its
   *     distance from the query
   */
  float score(float dot, float square);

  /** Compares prefixes with one made comparable by {@link PrefixSimilarity#prepare}. */
  static FloatComparison ofPrefixes(VectorSimilarityFunction similarity) {
    return switch (similarity) {
      case EUCLIDEAN -> (dot, square) -> VectorUtil.normalizeDistanceToUnitInterval(square);
      case MAXIMUM_INNER_PRODUCT -> (dot, square) -> VectorUtil.scaleMaxInnerProductScore(dot);
      case DOT_PRODUCT, COSINE -> // a prefix of zeros stays one
          (dot, square) ->
              VectorUtil.normalizeToUnitInterval(
                  square > 0 ? (float) (dot / Math.sqrt(square)) : 0);
    };
  }

  /** Compares whole vectors as {@link VectorSimilarityFunction#compare} does. */
  static FloatComparison ofVectors(VectorSimilarityFunction similarity, float[] query) {
    return switch (similarity) {
      case EUCLIDEAN, MAXIMUM_INNER_PRODUCT -> ofPrefixes(similarity);
      case DOT_PRODUCT -> (dot, square) -> VectorUtil.normalizeToUnitInterval(dot);
      case COSINE -> {
        double squaredQuery = VectorUtil.dotProduct(query, query);
        yield (dot, square) ->
            VectorUtil.normalizeToUnitInterval((float) (dot / Math.sqrt(squaredQuery * square)));
      }
    };
  }
}
