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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * Whether vectors are all about of one length, as those of most embedding models are. Then what has
 * the largest inner product with a query of that length is also the nearest to it, and a graph of
 * distances finds it: with half of the visits of a graph of inner products, which has to lead to
 * the longest vectors first.
 */
final class VectorLengths {
  /**
   * By how much squares of lengths may differ, as a share of the mean squared distance from the
   * mean: what is rounded is not all equal, and what lies far from the origin is about of one
   * length, though its products differ by nothing else.
   */
  private static final double ABOUT_ONE = 0.04;

  private VectorLengths() {}

  /** The length of all of some vectors, or 0 if they differ or are zero. */
  static float common(GraphVectors vectors) throws IOException {
    float[] vector = new float[vectors.dims()];
    double[] sum = new double[vector.length];
    double squares = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int ord = 0; ord < vectors.size(); ord++) {
      vectors.read(ord, vector, 0);
      double square = PrefixSimilarity.square(vector, 0, vector.length);
      least = Math.min(least, square);
      most = Math.max(most, square);
      if (most - least > ABOUT_ONE * most) {
        return 0; // however they lie
      }
      squares += square;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
    double fromTheMean = squares / vectors.size() - squareOfMean(sum, vectors.size());
    float length = (float) Math.sqrt((least + most) / 2);
    boolean equal = most - least <= ABOUT_ONE * fromTheMean;
    return equal && length <= Float.MAX_VALUE ? length : 0;
  }

  private static double squareOfMean(double[] sum, int size) {
    double square = 0;
    for (double component : sum) {
      square += component / size * (component / size);
    }
    return square;
  }
}
