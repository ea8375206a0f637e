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

import java.io.IOException;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.VectorUtil;

/** Rows of any input: bit planes word by word, bytes copied. */
final class InputCodeRows extends CodeRows {
  private final RandomAccessInput codes;
  private final int planeWords;
  private long[] queryPlanes;
  private byte[] queryBytes;
  private final byte[] bytes;

  /**
   * @param codes the rows one after another
   */
  InputCodeRows(PrefixQuantizer quantizer, RandomAccessInput codes) {
    super(quantizer);
    this.codes = codes;
    this.planeWords = quantizer.planeWords();
    this.bytes = new byte[codeBytes];
  }

  @Override
  void setQueryCode(byte[] code) {
    if (quantizer.hasByteCodes()) {
      queryBytes = code;
    } else {
      queryPlanes = words(code);
    }
  }

  @Override
  long word(long at) throws IOException {
    return codes.readLong(at);
  }

  @Override
  long dot(long at) throws IOException {
    return switch (quantizer.bits()) {
      case 1 -> oneByFour(at);
      case 4 -> fourByFour(at);
      default -> {
        codes.readBytes(at, bytes, 0, bytes.length);
        yield VectorUtil.uint8DotProduct(bytes, queryBytes);
      }
    };
  }

  /** One plane of a row by four planes of the query. */
  private long oneByFour(long at) throws IOException {
    long[] planes = queryPlanes;
    int s0 = 0;
    int s1 = 0;
    int s2 = 0;
    int s3 = 0;
    for (int q = 0; q < planeWords; q++) {
      long x = codes.readLong(at);
      at += Long.BYTES;
      s0 += Long.bitCount(x & planes[q]);
      s1 += Long.bitCount(x & planes[q + planeWords]);
      s2 += Long.bitCount(x & planes[q + 2 * planeWords]);
      s3 += Long.bitCount(x & planes[q + 3 * planeWords]);
    }
    return s0 + ((long) s1 << 1) + ((long) s2 << 2) + ((long) s3 << 3);
  }

  /** Four planes of a row by four of the query: pairs of the same weight share a sum. */
  private long fourByFour(long at) throws IOException {
    long[] planes = queryPlanes;
    long plane = (long) planeWords * Long.BYTES;
    int s0 = 0;
    int s1 = 0;
    int s2 = 0;
    int s3 = 0;
    int s4 = 0;
    int s5 = 0;
    int s6 = 0;
    for (int q = 0; q < planeWords; q++, at += Long.BYTES) {
      long q0 = planes[q];
      long q1 = planes[q + planeWords];
      long q2 = planes[q + 2 * planeWords];
      long q3 = planes[q + 3 * planeWords];
      long x = codes.readLong(at);
      s0 += Long.bitCount(x & q0);
      s1 += Long.bitCount(x & q1);
      s2 += Long.bitCount(x & q2);
      s3 += Long.bitCount(x & q3);
      x = codes.readLong(at + plane);
      s1 += Long.bitCount(x & q0);
      s2 += Long.bitCount(x & q1);
      s3 += Long.bitCount(x & q2);
      s4 += Long.bitCount(x & q3);
      x = codes.readLong(at + 2 * plane);
      s2 += Long.bitCount(x & q0);
      s3 += Long.bitCount(x & q1);
      s4 += Long.bitCount(x & q2);
      s5 += Long.bitCount(x & q3);
      x = codes.readLong(at + 3 * plane);
      s3 += Long.bitCount(x & q0);
      s4 += Long.bitCount(x & q1);
      s5 += Long.bitCount(x & q2);
      s6 += Long.bitCount(x & q3);
    }
    return s0
        + ((long) s1 << 1)
        + ((long) s2 << 2)
        + ((long) s3 << 3)
        + ((long) s4 << 4)
        + ((long) s5 << 5)
        + ((long) s6 << 6);
  }
}
