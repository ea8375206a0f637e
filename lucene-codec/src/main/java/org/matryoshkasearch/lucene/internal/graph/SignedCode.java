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
 * Vectors as signed bytes with a scale, which makes the largest component 127: as exact as a graph
 * needs them to be built, if they are seen from their midst, and a quarter of the memory.
 */
public final class SignedCode {
  private SignedCode() {}

  /** Gives the scale. */
  public static float encode(float[] vector, byte[] code) {
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    float scale = largest / Byte.MAX_VALUE;
    for (int i = 0; i < vector.length && scale > 0; i++) {
      code[i] = (byte) Math.clamp(Math.round(vector[i] / scale), -Byte.MAX_VALUE, Byte.MAX_VALUE);
    }
    return scale;
  }

  /** Writes the components of a code from {@code at} on. */
  public static void decode(byte[] code, float scale, float[] into, int at, int dims) {
    for (int i = 0; i < dims; i++) {
      into[at + i] = scale * code[i];
    }
  }
}
