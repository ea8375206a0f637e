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
package org.matryoshkasearch.lucene.internal.codes;

/**
 * A quantised prefix: its code and the terms that turn dot products of codes into dot products of
 * prefixes. Mutable, so that one can be filled for many rows.
 */
public final class QuantizedPrefix {
  /** Floats behind each code: lower, step, sum, correction. */
  static final int TERMS = 4;

  /** The code as it stands in a row: bytes, or planes of bits from the lowest. */
  final byte[] code;

  /** Component i of the centred prefix is about {@code lower + step * c(i)}. */
  float lower;

  float step;

  /** {@code step} times the sum of the code's components. */
  float sum;

  /**
   * The prefix's dot product with the centroid; its squared distance from it if euclidean. Of a
   * query: the dot product of what is coded.
   */
  float correction;

  /** How many times the centroid was taken from a query before it was coded. */
  float centroids = 1;

  QuantizedPrefix(int codeBytes) {
    this(new byte[codeBytes]);
  }

  QuantizedPrefix(byte[] code) {
    this.code = code;
  }

  void setTerms(float lower, float step, float sum, float correction) {
    this.lower = lower;
    this.step = step;
    this.sum = sum;
    this.correction = correction;
  }
}
