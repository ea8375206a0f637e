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

import java.util.Random;
import org.apache.lucene.util.VectorUtil;

/**
 * Vectors as Matryoshka models make them: topics with noise, seen through a random projection whose
 * leading dimensions weigh more. Plain random vectors have no neighbours to find.
 */
public final class NestedVectors {
  private static final int LATENT = 32;
  private static final int TOPICS = 40;

  private NestedVectors() {}

  /** {@code count} vectors of unit length. */
  public static float[][] unit(Random random, int count, int dims) {
    float[][] projection = gaussian(random, LATENT, dims);
    float[][] topics = gaussian(random, TOPICS, LATENT);
    float[][] vectors = new float[count][dims];
    for (float[] vector : vectors) {
      float[] topic = topics[random.nextInt(TOPICS)];
      for (int j = 0; j < LATENT; j++) {
        float latent = topic[j] + 0.7f * (float) random.nextGaussian();
        for (int i = 0; i < dims; i++) {
          vector[i] += latent * projection[j][i];
        }
      }
      for (int i = 0; i < dims; i++) {
        vector[i] *= (float) Math.pow(1 + i, -0.35);
      }
      VectorUtil.l2normalize(vector);
    }
    return vectors;
  }

  /** A vector as bytes, of which its largest component has the largest. */
  static byte[] bytes(float[] vector) {
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    byte[] bytes = new byte[vector.length];
    for (int i = 0; i < vector.length && largest > 0; i++) {
      bytes[i] = (byte) Math.round(Byte.MAX_VALUE * vector[i] / largest);
    }
    return bytes;
  }

  private static float[][] gaussian(Random random, int rows, int columns) {
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return matrix;
  }
}
