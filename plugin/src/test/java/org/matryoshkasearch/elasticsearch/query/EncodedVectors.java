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
package org.matryoshkasearch.elasticsearch.query;

import java.nio.ByteBuffer;
import java.util.Base64;

/** Vectors as clients encode them. */
final class EncodedVectors {
  private EncodedVectors() {}

  /** Big-endian floats in base64. */
  static String base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /** The upper halves of big-endian floats in base64. */
  static String bfloat16(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Short.BYTES);
    for (float component : vector) {
      bytes.putShort((short) (Float.floatToIntBits(component) >>> 16));
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
