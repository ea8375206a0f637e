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

/**
 * How the prefix of each vector is coded for the graph.
 *
 * <p>A code of {@code bits()} bits a dimension is a row of {@link #codeBytes} bytes; {@link
 * #FLOAT32} has no rows of its own: its prefixes are the leading dimensions of the full vectors.
 */
public enum PrefixEncoding {
  /** The leading dimensions of the stored full vector, in the precision in which it is stored. */
  FLOAT32(0, 32),
  /** One byte a dimension, 0 to 255. */
  INT8(1, 8),
  /** Two dimensions a byte, 0 to 15 each: dimension {@code i} beside dimension {@code i + half}. */
  INT4(2, 4),
  /** Eight dimensions a byte; the query is coded in 4 bits a dimension. */
  BIT1(3, 1);

  private final int wireNumber;
  private final int bits;

  PrefixEncoding(int wireNumber, int bits) {
    this.wireNumber = wireNumber;
    this.bits = bits;
  }

  /** Bits a dimension of the stored code: 32, 8, 4 or 1. */
  public int bits() {
    return bits;
  }

  /** Whether vectors have a code of their own, quantised from the prefix. */
  boolean isQuantized() {
    return this != FLOAT32;
  }

  /** The bytes of one code, a multiple of four so that the floats behind it are aligned. */
  int codeBytes(int prefixDims) {
    return isQuantized() ? (prefixDims * bits + 31) / 32 * 4 : 0;
  }

  /** The number that stands in the files for this encoding. */
  int wireNumber() {
    return wireNumber;
  }

  static Optional<PrefixEncoding> fromWireNumber(int wireNumber) {
    return Arrays.stream(values()).filter(e -> e.wireNumber == wireNumber).findFirst();
  }
}
