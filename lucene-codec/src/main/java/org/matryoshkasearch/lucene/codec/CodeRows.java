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
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;

/**
 * Reads the rows of a field's prefix codes, and scores them against a query where they lie.
 *
 * <p>A dot product of codes is a sum of bit counts, one for each pair of a bit plane of the query
 * and one of the row: words of the row meet words of the query, and nothing is unpacked or copied.
 * (4 by 1 bits: <a href="https://arxiv.org/abs/2405.12497">arXiv 2405.12497</a>, section 3.3.2.)
 *
 * <p>There are two readers, which give the same scores: one over memory segments with SIMD, for a
 * JVM that has {@code jdk.incubator.vector}, and {@link InputCodeRows} for any. Not thread-safe.
 */
abstract class CodeRows {
  private static final Simd SIMD = simd();

  /** Opens rows that are mapped into memory. */
  interface Simd {
    /** Null if the input is not one memory segment. */
    CodeRows open(PrefixQuantizer quantizer, IndexInput codes) throws IOException;
  }

  /** Compiled apart, as it needs an incubating module, and loaded only where that is there. */
  private static Simd simd() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return null;
    }
    try {
      String name = CodeRows.class.getPackageName() + ".SegmentCodeRows$Opener";
      return Class.forName(name).asSubclass(Simd.class).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null; // a JVM with another version of the module
    }
  }

  /**
   * The fastest reader that there is for the input.
   *
   * @param codes the rows one after another; it is not moved
   */
  static CodeRows of(PrefixQuantizer quantizer, IndexInput codes) throws IOException {
    CodeRows mapped = SIMD == null ? null : SIMD.open(quantizer, FilterIndexInput.unwrap(codes));
    return mapped != null
        ? mapped
        : new InputCodeRows(quantizer, codes.randomAccessSlice(0, codes.length()));
  }

  final PrefixQuantizer quantizer;
  final int planeWords;
  final int rowWords;
  final int rowBytes;
  private final QuantizedPrefix row;

  /** What rows are scored against; null before {@link #setQuery}. */
  QuantizedPrefix query;

  CodeRows(PrefixQuantizer quantizer) {
    this.quantizer = quantizer;
    this.planeWords = PrefixEncoding.planeWords(quantizer.dims());
    this.rowWords = planeWords * quantizer.encoding().bits();
    this.rowBytes = quantizer.rowBytes();
    this.row = quantizer.newDocument();
  }

  /** Sets what rows are scored against; it must not change until another is set. */
  void setQuery(QuantizedPrefix newQuery) {
    query = newQuery;
  }

  /** Reads a row; the next read overwrites it. */
  final QuantizedPrefix read(int ord) throws IOException {
    long at = (long) ord * rowBytes;
    for (int i = 0; i < rowWords; i++) {
      row.planes[i] = word(at);
      at += Long.BYTES;
    }
    long lowerAndStep = word(at);
    long sumAndCorrection = word(at + Long.BYTES);
    row.setTerms(
        lowFloat(lowerAndStep),
        highFloat(lowerAndStep),
        lowFloat(sumAndCorrection),
        highFloat(sumAndCorrection));
    return row;
  }

  /** The score of a row. */
  final float score(int ord) throws IOException {
    long at = (long) ord * rowBytes;
    long dot = dot(at);
    at += (long) rowWords * Long.BYTES;
    long lowerAndStep = word(at);
    long sumAndCorrection = word(at + Long.BYTES);
    return quantizer.score(
        query,
        dot,
        lowFloat(lowerAndStep),
        highFloat(lowerAndStep),
        lowFloat(sumAndCorrection),
        highFloat(sumAndCorrection));
  }

  /**
   * Scores rows.
   *
   * @return the highest score
   */
  final float bulkScore(int[] ords, float[] scores, int count) throws IOException {
    load(ords, count);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      scores[i] = score(ords[i]);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** Sets off the loads of all rows, before the first of them is waited for. */
  void load(int[] ords, int count) throws IOException {}

  /** The dot product of the query's code and that of the row at {@code at}. */
  abstract long dot(long at) throws IOException;

  /** The word at {@code at}. */
  abstract long word(long at) throws IOException;

  private static float lowFloat(long two) {
    return Float.intBitsToFloat((int) two);
  }

  private static float highFloat(long two) {
    return Float.intBitsToFloat((int) (two >>> Integer.SIZE));
  }
}
