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

/**
 * Vectors as signed numbers with a scale. Numbers of 16 bits, of which the largest component has
 * the largest, are as exact as a graph needs them to be built, if vectors are seen from their midst
 * (where groups of them lie a hundred times as far apart as they are wide, too), and half of the
 * memory.
 */
public final class SignedCode {
  private static final int STEPS = 1 << Byte.SIZE; // of the high byte

  private static final int LARGEST = Byte.MAX_VALUE * STEPS + Byte.MAX_VALUE;

  private SignedCode() {}

  /**
   * Writes a vector as numbers of 16 bits.
   *
   * @param code takes the high bytes of all and then the low ones, which are signed, too: bytes so
   *     laid out are widened side by side
   * @return the scale
   */
  static float encode(float[] vector, byte[] code) {
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    float scale = largest / LARGEST;
    for (int i = 0; i < vector.length; i++) {
      int number = scale > 0 ? Math.clamp(Math.round(vector[i] / scale), -LARGEST, LARGEST) : 0;
      byte low = (byte) number;
      code[i] = (byte) ((number - low) / STEPS);
      code[vector.length + i] = low;
    }
    return scale;
  }

  /** Writes the components of numbers of 16 bits from {@code at} on. */
  static void decode(byte[] code, float scale, float[] into, int at, int dims) {
    float high = scale * STEPS;
    for (int i = 0; i < dims; i++) {
      into[at + i] = high * code[i] + scale * code[dims + i];
    }
  }

  /** Writes the components of bytes from {@code at} on. */
  public static void decodeBytes(byte[] vector, float scale, float[] into, int at, int dims) {
    for (int i = 0; i < dims; i++) {
      into[at + i] = scale * vector[i];
    }
  }
}
