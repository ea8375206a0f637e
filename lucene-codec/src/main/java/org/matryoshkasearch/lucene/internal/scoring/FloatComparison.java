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
package org.matryoshkasearch.lucene.internal.scoring;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * How near a row of floats is to a query, on the scale of the field's similarity.
 *
 * @param distances whether distances count, and not dot products
 * @param needsLength whether the length of the whole vector counts, of which a row is the prefix
 * @param scale makes a score of what was found of a row
 */
public record FloatComparison(boolean distances, boolean needsLength, Scale scale) {
  /** Of each row. */
  @FunctionalInterface
  public interface Scale {
    /** See {@link FloatComparison#score(float, float, float)}. */
    float score(float dot, float square, float length);
  }

  /**
   * Compares prefixes, shorter than their vectors, with one made comparable by {@link
   * PrefixSimilarity#prefixOf}.
   */
  public static FloatComparison ofPrefixes(VectorSimilarityFunction similarity) {
    return switch (similarity) {
      case EUCLIDEAN ->
          new FloatComparison(
              true,
              false,
              (dot, square, length) -> VectorUtil.normalizeDistanceToUnitInterval(square));
      case MAXIMUM_INNER_PRODUCT ->
          new FloatComparison(
              false,
              true,
              (dot, square, length) ->
                  VectorUtil.scaleMaxInnerProductScore(scaled(dot, square, length)));
      case DOT_PRODUCT, COSINE -> // a prefix of zeros stays one
          new FloatComparison(
              false,
              false,
              (dot, square, length) ->
                  VectorUtil.normalizeToUnitInterval(
                      square > 0 ? (float) (dot / Math.sqrt(square)) : 0));
    };
  }

  /** As it is where a float cannot hold the square. */
  private static float scaled(float dot, float square, float length) {
    return square >= Float.MIN_NORMAL && square <= Float.MAX_VALUE
        ? (float) (dot * (length / Math.sqrt(square)))
        : dot;
  }

  /** Compares whole vectors as {@link VectorSimilarityFunction#compare} does. */
  public static FloatComparison ofVectors(VectorSimilarityFunction similarity, float[] query) {
    return switch (similarity) {
      case EUCLIDEAN -> ofPrefixes(similarity);
      case MAXIMUM_INNER_PRODUCT ->
          new FloatComparison(
              false, false, (dot, square, length) -> VectorUtil.scaleMaxInnerProductScore(dot));
      case DOT_PRODUCT ->
          new FloatComparison(
              false, false, (dot, square, length) -> VectorUtil.normalizeToUnitInterval(dot));
      case COSINE -> {
        double squaredQuery = VectorUtil.dotProduct(query, query);
        yield new FloatComparison(
            false,
            false,
            (dot, square, length) ->
                VectorUtil.normalizeToUnitInterval(
                    (float) (dot / Math.sqrt(squaredQuery * square))));
      }
    };
  }

  /**
   * The score of a row.
   *
   * @param dot its dot product with the query, if no distances are compared
   * @param square its dot product with itself; where distances are compared, the square of its
   *     distance from the query
   * @param length of the whole vector; anything if it does not count
   */
  public float score(float dot, float square, float length) {
    return scale.score(dot, square, length);
  }

  /** The score of a row that has been read, of a vector of such a length. */
  public float score(float[] query, float[] row, float length) {
    return distances
        ? score(0, VectorUtil.squareDistance(query, row), length)
        : score(VectorUtil.dotProduct(query, row), VectorUtil.dotProduct(row, row), length);
  }
}
