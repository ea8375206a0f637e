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
 * Vectors scaled to unit length, seen from about their mean: what lies far from the origin has
 * about one direction, and distances of directions would be lost in rounding. What is zero has
 * none.
 */
final class Directions implements GraphVectors {
  /** Squares in floats are exact enough between this and its reciprocal. */
  private static final float USUAL = 1e20f;

  /** Enough directions for a mean. */
  private static final int SAMPLE = 256;

  private final GraphVectors vectors;
  private final float[] mean;

  private Directions(GraphVectors vectors, float[] mean) {
    this.vectors = vectors;
    this.mean = mean;
  }

  /** What lies side by side: the vectors, or where inner products count their directions. */
  static GraphVectors of(GraphVectors vectors, Nearness kind) throws IOException {
    return kind == Nearness.INNER_PRODUCT ? new Directions(vectors, mean(vectors)) : vectors;
  }

  private static float[] mean(GraphVectors vectors) throws IOException {
    Directions directions = new Directions(vectors, new float[vectors.dims()]);
    int step = Math.max(1, vectors.size() / SAMPLE);
    int count = Math.ceilDiv(vectors.size(), step);
    double[] sums = new double[vectors.dims()];
    float[] direction = new float[vectors.dims()];
    for (int ord = 0; ord < vectors.size(); ord += step) {
      directions.read(ord, direction, 0);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += direction[i];
      }
    }
    for (int i = 0; i < sums.length; i++) {
      direction[i] = (float) (sums[i] / count);
    }
    return direction;
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dims() {
    return vectors.dims();
  }

  @Override
  public void read(int ord, float[] into, int at) throws IOException {
    vectors.read(ord, into, at);
    float square = Products.INSTANCE.dot(into, at, into, at, dims());
    boolean usual = square > 1 / USUAL && square < USUAL;
    double length = usual ? Math.sqrt(square) : PrefixSimilarity.length(into, at, dims());
    if (usual) {
      float scale = (float) (1 / length);
      for (int i = 0; i < mean.length; i++) {
        into[at + i] = into[at + i] * scale - mean[i];
      }
    } else {
      double divisor = length > 0 ? length : 1;
      for (int i = 0; i < mean.length; i++) {
        into[at + i] = (float) (into[at + i] / divisor) - mean[i];
      }
    }
  }

  @Override
  public GraphVectors copy() throws IOException {
    return new Directions(vectors.copy(), mean);
  }
}
