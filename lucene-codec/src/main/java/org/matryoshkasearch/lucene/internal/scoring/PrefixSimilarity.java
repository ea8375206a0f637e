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
 * What a field's similarity means on prefixes.
 *
 * <p>For cosine and dot product, both of which compare directions, a prefix is scaled to unit
 * length and compared by dot product: that is the cosine of the prefixes. For maximum inner product
 * it is scaled to the length of its vector: the product is that of the whole vectors, if the angle
 * between these is that of their prefixes, and so on one scale with products of whole vectors and
 * of longer prefixes, as other segments may have them. (As they are, prefixes would be ranked by
 * how much of the length lies in front.) Distances are those of prefixes as they are.
 */
public final class PrefixSimilarity {
  private PrefixSimilarity() {}

  /** The function that compares comparable prefixes: those of {@link #prefixOf}. */
  public static VectorSimilarityFunction of(VectorSimilarityFunction similarity) {
    return similarity == VectorSimilarityFunction.COSINE
        ? VectorSimilarityFunction.DOT_PRODUCT
        : similarity;
  }

  /** The comparable prefix of a vector, which has at least so many dimensions. */
  public static float[] prefixOf(float[] vector, int dims, VectorSimilarityFunction similarity) {
    return prefixOf(vector, dims, divisor(vector, dims, similarity));
  }

  /**
   * The comparable prefix of a vector.
   *
   * @param divisor see {@link #divisor}
   */
  public static float[] prefixOf(float[] vector, int dims, double divisor) {
    float[] prefix = new float[dims];
    for (int i = 0; i < dims; i++) {
      prefix[i] = (float) (vector[i] / divisor);
    }
    return prefix;
  }

  /**
   * What makes a prefix comparable when it is divided by it. A prefix of zeros stays one.
   *
   * @param vector all of it
   */
  public static double divisor(float[] vector, int dims, VectorSimilarityFunction similarity) {
    // not VectorUtil.l2normalize, which leaves alone what is only about of unit length
    double divisor =
        switch (similarity) {
          case COSINE, DOT_PRODUCT -> length(vector, 0, dims);
          case MAXIMUM_INNER_PRODUCT ->
              dims == vector.length ? 1 : length(vector, 0, dims) / floatLength(vector);
          case EUCLIDEAN -> 1;
        };
    return divisor > 0 ? divisor : 1;
  }

  /** Whether the length of a vector says how its prefixes are compared. */
  public static boolean needsLength(VectorSimilarityFunction similarity) {
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
  }

  /** The length of a vector, or the largest float if it is longer. */
  public static float floatLength(float[] vector) {
    return (float) Math.min(length(vector, 0, vector.length), Float.MAX_VALUE);
  }

  /** What makes a byte vector comparable, which has no prefix, when it is multiplied with it. */
  public static float scale(byte[] vector, VectorSimilarityFunction similarity) {
    if (similarity != VectorSimilarityFunction.COSINE) {
      return 1;
    }
    return (float) (1 / Math.sqrt(Math.max(1, VectorUtil.dotProduct(vector, vector))));
  }

  /** The length of a vector, whether or not a float can hold its square. */
  public static double length(float[] vectors, int at, int dims) {
    return Math.sqrt(square(vectors, at, dims));
  }

  /** The square of a vector's length, however long it is. */
  public static double square(float[] vectors, int at, int dims) {
    double square = 0;
    for (int i = at; i < at + dims; i++) {
      square += (double) vectors[i] * vectors[i];
    }
    return square;
  }
}
