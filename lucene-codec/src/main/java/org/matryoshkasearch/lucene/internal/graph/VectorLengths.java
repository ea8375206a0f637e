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
import java.util.Arrays;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * Whether vectors are all about of one length, as those of most embedding models are. Then what has
 * the largest inner product with a query of that length is also the nearest to it, and a graph of
 * distances finds it: with half of the visits of a graph of inner products, which has to lead to
 * the longest vectors first.
 */
public final class VectorLengths {
  /**
   * By how much squares of lengths may differ, as a share of squared distances between neighbours:
   * what is rounded is not all equal, and what lies far from the origin, or in groups far apart, is
   * about of one length, though the products of neighbours differ by nothing else.
   */
  private static final double ABOUT_ONE = 0.04;

  /** Of so many vectors it is looked how far away their nearest are, among some more. */
  private static final int SAMPLE = 64;

  private static final int AMONG = 512;

  /** That distance counts than which one in so many of them is nearer. */
  private static final int ONE_IN = 4;

  /** Squared distances are exact enough in floats between this length and its reciprocal. */
  private static final double LONGEST = 1e15;

  private double least = Double.POSITIVE_INFINITY;
  private double most;

  /** Of vectors that are all there. */
  static VectorLengths of(GraphVectors vectors) throws IOException {
    VectorLengths lengths = new VectorLengths();
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
  }

  /** However they lie. */
  private boolean mayBeOne() {
    return most - Math.min(least, most) <= ABOUT_ONE * most;
  }

  /**
   * The length of all, or 0 if they differ, or are not at all of a usual length.
   *
   * @param vectors all that were added, seen from anywhere
   */
  float common(GraphVectors vectors) throws IOException {
    double length = Math.sqrt((least + most) / 2);
    boolean usual = length >= 1 / LONGEST && length <= LONGEST;
    return usual && mayBeOne() && most - least <= ABOUT_ONE * toNearest(vectors)
        ? (float) length
        : 0;
  }

  /** A squared distance between neighbours, which are not equal. */
  private static double toNearest(GraphVectors vectors) throws IOException {
    int size = vectors.size();
    int among = Math.min(size, AMONG);
    float[][] sample = new float[Math.min(size, SAMPLE)][vectors.dims()];
    double[] nearest = new double[sample.length];
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    for (int i = 0; i < sample.length; i++) {
      vectors.read((int) ((long) i * size / sample.length), sample[i], 0);
    }
    float[] other = new float[vectors.dims()];
    for (int i = 0; i < among; i++) {
      vectors.read((int) ((i + 0.5) * size / among), other, 0);
      for (int j = 0; j < sample.length; j++) {
        double square = VectorUtil.squareDistance(sample[j], other);
        nearest[j] = square > 0 ? Math.min(nearest[j], square) : nearest[j];
      }
    }
    Arrays.sort(nearest);
    return nearest[nearest.length / ONE_IN];
  }
}
