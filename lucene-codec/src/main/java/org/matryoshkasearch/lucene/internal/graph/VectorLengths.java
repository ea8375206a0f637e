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
public final class VectorLengths {
  /**
   * By how much squares of lengths may differ, as a share of the mean squared distance from the
   * mean: what is rounded is not all equal, and what lies far from the origin is about of one
   * length, though its products differ by nothing else.
   */
  private static final double ABOUT_ONE = 0.04;

  /** Squared distances are exact enough in floats between this length and its reciprocal. */
  private static final double LONGEST = 1e15;

  private final double[] sum;
  private int count;
  private double squares;
  private double least = Double.POSITIVE_INFINITY;
  private double most;

  VectorLengths(int dims) {
    this.sum = new double[dims];
  }

  /** Of vectors that are all there. */
  static VectorLengths of(GraphVectors vectors) throws IOException {
    VectorLengths lengths = new VectorLengths(vectors.dims());
    float[] vector = new float[vectors.dims()];
    for (int ord = 0; ord < vectors.size() && lengths.mayBeOne(); ord++) {
      vectors.read(ord, vector, 0);
      lengths.add(vector);
    }
    return lengths;
  }

  /** Takes a vector, as it was before anything was rounded. */
  void add(float[] vector) {
    double square = PrefixSimilarity.square(vector, 0, vector.length);
    least = Math.min(least, square);
    most = Math.max(most, square);
    if (mayBeOne()) {
      count++;
      squares += square;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i];
      }
    }
  }

  /** However they lie. */
  private boolean mayBeOne() {
    return count == 0 || most - least <= ABOUT_ONE * most;
  }

  /** The length of all, or 0 if they differ, or are not at all of a usual length. */
  float common() {
    double length = Math.sqrt((least + most) / 2);
    boolean equal = mayBeOne() && most - least <= ABOUT_ONE * squaredDistanceFromTheMean();
    return equal && length >= 1 / LONGEST && length <= LONGEST ? (float) length : 0;
  }

  private double squaredDistanceFromTheMean() {
    double squareOfMean = 0;
    for (double component : sum) {
      squareOfMean += component / count * (component / count);
    }
    return squares / count - squareOfMean;
  }
}
