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
import org.apache.lucene.util.ArrayUtil;

/**
 * What a field's similarity means on prefixes.
 *
 * <p>For cosine and dot product, both of which compare directions, a prefix is scaled to unit
 * length and compared by dot product: that is the cosine of the prefixes. The other two compare the
 * prefixes as they are.
 */
final class PrefixSimilarity {
  private PrefixSimilarity() {}

  /** The function that compares prefixes made comparable by {@link #prepare}. */
  static VectorSimilarityFunction of(VectorSimilarityFunction similarity) {
    return similarity == VectorSimilarityFunction.COSINE
        ? VectorSimilarityFunction.DOT_PRODUCT
        : similarity;
  }

  /**
   * Makes comparable, in place, the leading dimensions of a vector. A prefix of zeros stays one.
   */
  static void prepare(float[] prefix, VectorSimilarityFunction similarity) {
    if (of(similarity) == VectorSimilarityFunction.DOT_PRODUCT) {
      // not VectorUtil.l2normalize, which leaves alone what is only about of unit length
      double length = length(prefix);
      for (int i = 0; i < prefix.length && length > 0; i++) {
        prefix[i] = (float) (prefix[i] / length);
      }
    }
  }

  /** What {@link #prepare} multiplies a prefix with. */
  static double scale(float[] prefix, VectorSimilarityFunction similarity) {
    double length = of(similarity) == VectorSimilarityFunction.DOT_PRODUCT ? length(prefix) : 1;
    return length > 0 ? 1 / length : 1;
  }

  /** The length of a prefix, whether or not a float can hold its square. */
  static double length(float[] prefix) {
    double square = 0;
    for (float component : prefix) {
      square += (double) component * component;
    }
    return Math.sqrt(square);
  }

  /** The comparable prefix of a vector that has at least {@code prefixDims} dimensions. */
  static float[] prefixOf(float[] vector, int prefixDims, VectorSimilarityFunction similarity) {
    float[] prefix = ArrayUtil.copyOfSubArray(vector, 0, prefixDims);
    prepare(prefix, similarity);
    return prefix;
  }
}
