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
 * <p>{@link #INT8} codes are bytes, one for each dimension. {@link #INT4} and {@link #BIT1} codes
 * are bit planes, one for each of their {@link #bits} a dimension, and a plane whole words of 64
 * bits: multiples of 64 dimensions waste none. {@link #FLOAT32} has no codes of its own: its
 * prefixes are the leading dimensions of the full vectors.
 */
public enum PrefixEncoding {
  /** The leading dimensions of the stored full vector, in the precision in which it is stored. */
  FLOAT32(0, 32),
  /** 8 bits a dimension, 0 to 255. */
  INT8(1, 8),
  /** 4 bits a dimension, 0 to 15. */
  INT4(2, 4),
  /** One bit a dimension; the query has 4. */
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

  /** Whether it is no finer than the codes of a graph's pivots, of 4 bits. */
  boolean isRough() {
    return bits <= 4;
  }

  /** The number that stands in the files for this encoding. */
  int wireNumber() {
    return wireNumber;
  }

  static Optional<PrefixEncoding> fromWireNumber(int wireNumber) {
    return Arrays.stream(values()).filter(e -> e.wireNumber == wireNumber).findFirst();
  }
}
