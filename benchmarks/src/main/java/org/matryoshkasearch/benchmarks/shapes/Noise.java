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
package org.matryoshkasearch.benchmarks.shapes;

import java.util.Random;
import org.apache.lucene.util.VectorUtil;

/**
 * Normally distributed components, always the same: {@link Random} is specified to the last bit.
 */
final class Noise {

  private static final long SEED = 11;

  private final Random random = new Random(SEED);

  /** A whole number from 0, less than a bound. */
  int number(int bound) {
    return random.nextInt(bound);
  }

  /** A number whose mean is 0, and its spread 1. */
  double gaussian() {
    return random.nextGaussian();
  }

  /** Vectors without any structure. */
  float[][] vectors(int count, int dims) {
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = near(new float[dims], 1);
    }
    return vectors;
  }

  /**
   * A vector beside another.
   *
   * @param spread how far each component differs from that of the other
   */
  float[] near(float[] vector, double spread) {
    float[] near = vector.clone();
    for (int i = 0; i < near.length; i++) {
      near[i] += (float) (spread * random.nextGaussian());
    }
    return near;
  }

  /** The same, scaled to unit length. */
  float[] unitNear(float[] vector, double spread) {
    return unit(near(vector, spread));
  }

  /** Scales to unit length, also what nearly has it, which Lucene's method leaves as it is. */
  static float[] unit(float[] vector) {
    float scale = (float) (1 / Math.sqrt(VectorUtil.dotProduct(vector, vector)));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
    return vector;
  }

  /** Puts vectors into another order. */
  void shuffle(float[][] vectors) {
    for (int i = vectors.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      float[] vector = vectors[i];
      vectors[i] = vectors[other];
      vectors[other] = vector;
    }
  }
}
