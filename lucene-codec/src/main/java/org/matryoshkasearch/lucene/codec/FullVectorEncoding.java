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

import java.util.Arrays;
import java.util.Optional;
import org.matryoshkasearch.lucene.internal.vectors.Components;

/** How the components of the full vectors are stored. */
public enum FullVectorEncoding {
  /** IEEE 754 binary32, exact. */
  FLOAT32(0, Components.FLOAT32),
  /**
   * The upper half of a binary32, rounded to nearest even: the same range, 8 bits of precision
   * (relative error at most 2<sup>-8</sup>), half the bytes.
   */
  BFLOAT16(1, Components.BFLOAT16);

  private final int wireNumber;
  private final Components components;

  FullVectorEncoding(int wireNumber, Components components) {
    this.wireNumber = wireNumber;
    this.components = components;
  }

  /** Bytes a component: 4 or 2. */
  public int bytes() {
    return components.bytes();
  }

  Components components() {
    return components;
  }

  /** The number that stands in the files for this encoding. */
  int wireNumber() {
    return wireNumber;
  }

  static Optional<FullVectorEncoding> fromWireNumber(int wireNumber) {
    return Arrays.stream(values()).filter(e -> e.wireNumber == wireNumber).findFirst();
  }
}
