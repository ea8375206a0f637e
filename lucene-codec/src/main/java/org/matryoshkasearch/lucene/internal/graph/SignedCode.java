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
  private SignedCode() {}

  /**
   * Writes a vector as numbers of 16 bits.
   *
   * @param code takes the high bytes of all and then the low ones
   * @return the scale
   */
  static float encode(float[] vector, byte[] code) {
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    float scale = largest / Short.MAX_VALUE;
    for (int i = 0; i < vector.length; i++) {
      int number = scale > 0 ? Math.round(vector[i] / scale) : 0;
      number = Math.clamp(number, -Short.MAX_VALUE, Short.MAX_VALUE);
      code[i] = (byte) (number >> Byte.SIZE);
      code[vector.length + i] = (byte) number;
    }
    return scale;
  }

  /** Writes the components of numbers of 16 bits from {@code at} on. */
  static void decode(byte[] code, float scale, float[] into, int at, int dims) {
    for (int i = 0; i < dims; i++) {
      into[at + i] = scale * ((code[i] << Byte.SIZE) | (code[dims + i] & 0xFF));
    }
  }

  /** Writes the components of bytes from {@code at} on. */
  public static void decodeBytes(byte[] vector, float scale, float[] into, int at, int dims) {
    for (int i = 0; i < dims; i++) {
      into[at + i] = scale * vector[i];
    }
  }
}
