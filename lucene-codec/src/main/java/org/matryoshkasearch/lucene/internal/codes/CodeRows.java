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
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.IOSupplier;
import org.matryoshkasearch.lucene.internal.scoring.ScoredRows;

/**
 * Reads the rows of a field's prefix codes, and scores them against a query where they lie.
 *
 * <p>A dot product of bit planes is a sum of bit counts, one for each pair of a plane of the query
 * and one of the row: words of the row meet words of the query, and nothing is unpacked or copied.
 * (4 by 1 bits: <a href="https://arxiv.org/abs/2405.12497">arXiv 2405.12497</a>, section 3.3.2.)
 * For 8 bits that would be 64 pairs: such codes are bytes, widened and multiplied.
 */
public abstract class CodeRows extends ScoredRows {
  /**
   * The fastest readers that there are for the input, each for one thread.
   *
   * @param codes the rows one after another; it is not moved
   */
  public static IOSupplier<CodeRows> in(PrefixQuantizer quantizer, IndexInput codes)
      throws IOException {
    IOSupplier<CodeRows> mapped =
        MappedCodes.INSTANCE == null ? null : MappedCodes.INSTANCE.in(quantizer, codes);
    return mapped != null
        ? mapped
        : () -> new InputCodeRows(quantizer, codes.randomAccessSlice(0, codes.length()));
  }

  /**
   * The fastest reader that there is for memory.
   *
   * @param codes a direct buffer; the rows one after another from its start, also those written
   *     later
   */
  static CodeRows of(PrefixQuantizer quantizer, ByteBuffer codes) {
    CodeRows mapped =
        MappedCodes.INSTANCE == null ? null : MappedCodes.INSTANCE.open(quantizer, codes);
    return mapped != null
        ? mapped
        : new InputCodeRows(quantizer, new ByteBuffersDataInput(List.of(codes.duplicate())));
  }

  final PrefixQuantizer quantizer;
  final int codeBytes;
  final int rowBytes;

  /** What rows are scored against; null before {@link #setQuery}. */
  private QuantizedPrefix query;

  CodeRows(PrefixQuantizer quantizer) {
    this.quantizer = quantizer;
    this.codeBytes = quantizer.codeBytes();
    this.rowBytes = quantizer.rowBytes();
  }

  /** Sets what rows are scored against; it must not change until another is set. */
  public final void setQuery(QuantizedPrefix newQuery) {
    query = newQuery;
    setQueryCode(newQuery.code);
  }

  @Override
  public final float score(int ord) throws IOException {
    return score(ord, dot((long) ord * rowBytes));
  }

  /** The score of a row whose code has the dot product {@code dot} with the query's. */
  final float score(int ord, long dot) throws IOException {
    long at = (long) ord * rowBytes;
    long lowerAndStep = word(at + codeBytes);
    long sumAndCorrection = word(at + codeBytes + Long.BYTES);
    return quantizer.score(
        query,
        dot,
        lowFloat(lowerAndStep),
        highFloat(lowerAndStep),
        lowFloat(sumAndCorrection),
        highFloat(sumAndCorrection));
  }

  /** Sets the code that the rows' codes are multiplied with. */
  abstract void setQueryCode(byte[] code);

  /** The dot product of the query's code and that of the row at {@code at}. */
  abstract long dot(long at) throws IOException;

  /** The eight bytes at {@code at}. */
  abstract long word(long at) throws IOException;

  /** The words of bit planes. */
  static long[] words(byte[] planes) {
    long[] words = new long[planes.length / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = (long) BitUtil.VH_LE_LONG.get(planes, i * Long.BYTES);
    }
    return words;
  }

  private static float lowFloat(long two) {
    return Float.intBitsToFloat((int) two);
  }

  private static float highFloat(long two) {
    return Float.intBitsToFloat((int) (two >>> Integer.SIZE));
  }
}
