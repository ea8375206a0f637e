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

import java.io.IOException;
import org.apache.lucene.store.RandomAccessInput;

/**
 * Reads the rows of a field's prefix codes, and scores them where they lie.
 *
 * <p>A dot product of codes is a sum of bit counts, one for each pair of a bit plane of the query
 * and one of the row: words of the row meet words of the query, and nothing is unpacked or copied.
 * (4 by 1 bits: <a href="https://arxiv.org/abs/2405.12497">arXiv 2405.12497</a>, section 3.3.2.)
 * Not thread-safe.
 */
final class CodeRows {
  private static final int CACHE_LINE = 64;

  private final PrefixQuantizer quantizer;
  private final RandomAccessInput codes;
  private final int planeWords;
  private final int rowWords;
  private final int rowBytes;
  private final QuantizedPrefix row;

  /** Keeps the reads of {@link #load} from being optimised away. */
  byte loaded;

  /**
   * @param codes the rows one after another
   */
  CodeRows(PrefixQuantizer quantizer, RandomAccessInput codes) {
    this.quantizer = quantizer;
    this.codes = codes;
    this.planeWords = PrefixEncoding.planeWords(quantizer.dims());
    this.rowWords = planeWords * quantizer.encoding().bits();
    this.rowBytes = quantizer.rowBytes();
    this.row = new QuantizedPrefix(rowWords);
  }

  /** Reads a row; the next read overwrites it. */
  QuantizedPrefix read(int ord) throws IOException {
    long at = (long) ord * rowBytes;
    for (int i = 0; i < rowWords; i++) {
      row.planes[i] = codes.readLong(at);
      at += Long.BYTES;
    }
    long lowerAndStep = codes.readLong(at);
    long sumAndCorrection = codes.readLong(at + Long.BYTES);
    row.setTerms(
        lowFloat(lowerAndStep),
        highFloat(lowerAndStep),
        lowFloat(sumAndCorrection),
        highFloat(sumAndCorrection));
    return row;
  }

  /** The score of a row. */
  float score(QuantizedPrefix query, int ord) throws IOException {
    long at = (long) ord * rowBytes;
    long dot = dot(query.planes, at);
    at += (long) rowWords * Long.BYTES;
    long lowerAndStep = codes.readLong(at);
    long sumAndCorrection = codes.readLong(at + Long.BYTES);
    return quantizer.score(
        query,
        dot,
        lowFloat(lowerAndStep),
        highFloat(lowerAndStep),
        lowFloat(sumAndCorrection),
        highFloat(sumAndCorrection));
  }

  private static float lowFloat(long two) {
    return Float.intBitsToFloat((int) two);
  }

  private static float highFloat(long two) {
    return Float.intBitsToFloat((int) (two >>> Integer.SIZE));
  }

  /**
   * Scores rows; all their loads are under way before the first is waited for.
   *
   * @return the highest score
   */
  float bulkScore(QuantizedPrefix query, int[] ords, float[] scores, int count) throws IOException {
    load(ords, count);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      scores[i] = score(query, ords[i]);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** Touches each cache line of the rows. */
  private void load(int[] ords, int count) throws IOException {
    byte touched = 0;
    for (int i = 0; i < count; i++) {
      long first = (long) ords[i] * rowBytes;
      long last = first + rowBytes - 1;
      touched ^= codes.readByte(last);
      // rows begin at multiples of 8 bytes, so the last touch covers 8 bytes at least
      for (long at = first; at < last - 7; at += CACHE_LINE) {
        touched ^= codes.readByte(at);
      }
    }
    loaded = touched;
  }

  /** The dot product of the query's code and that of the row at {@code at}. */
  private long dot(long[] query, long at) throws IOException {
    return switch (quantizer.encoding()) {
      case BIT1 -> oneByFour(query, at);
      case INT4 -> fourByFour(query, 0, at);
      case INT8 -> {
        int high = 4 * planeWords;
        long atHigh = at + (long) high * Long.BYTES;
        yield fourByFour(query, 0, at)
            + ((fourByFour(query, high, at) + fourByFour(query, 0, atHigh)) << 4)
            + (fourByFour(query, high, atHigh) << 8);
      }
      case FLOAT32 -> throw new AssertionError("float32 prefixes have no codes");
    };
  }

  /** One plane of a row by a group of four planes of the query. */
  private long oneByFour(long[] query, long at) throws IOException {
    int s0 = 0;
    int s1 = 0;
    int s2 = 0;
    int s3 = 0;
    for (int q = 0; q < 4 * planeWords; q += 4) {
      long x = codes.readLong(at);
      at += Long.BYTES;
      s0 += Long.bitCount(x & query[q]);
      s1 += Long.bitCount(x & query[q + 1]);
      s2 += Long.bitCount(x & query[q + 2]);
      s3 += Long.bitCount(x & query[q + 3]);
    }
    return s0 + ((long) s1 << 1) + ((long) s2 << 2) + ((long) s3 << 3);
  }

  /**
   * Four planes of a row by the group of the query that begins at word {@code q}: counts of pairs
   * of planes with the same weight share a sum.
   */
  private long fourByFour(long[] query, int q, long at) throws IOException {
    int plane = planeWords * Long.BYTES;
    int s0 = 0;
    int s1 = 0;
    int s2 = 0;
    int s3 = 0;
    int s4 = 0;
    int s5 = 0;
    int s6 = 0;
    for (long end = at + plane; at < end; at += Long.BYTES, q += 4) {
      long q0 = query[q];
      long q1 = query[q + 1];
      long q2 = query[q + 2];
      long q3 = query[q + 3];
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
      x = codes.readLong(at + 2L * plane);
      s2 += Long.bitCount(x & q0);
      s3 += Long.bitCount(x & q1);
      s4 += Long.bitCount(x & q2);
      s5 += Long.bitCount(x & q3);
      x = codes.readLong(at + 3L * plane);
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
