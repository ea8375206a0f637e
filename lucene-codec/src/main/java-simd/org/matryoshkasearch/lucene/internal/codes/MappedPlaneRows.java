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

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Codes of 4 or 1 bit planes, by four planes of the query, a vector register of words at a time, or
 * a word where a register holds only two.
 */
final class MappedPlaneRows extends MappedCodeRows {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> HALF = LongVector.SPECIES_256;
  private static final int QUERY_PLANES = 4;

  private final int planeWords;
  private final int rowWords;
  private final int vectorWords;

  /** Whether half of a wide register of words is left. */
  private final boolean hasHalf;

  /** For each word of a row, the weight of its plane as a shift. */
  private final long[] shifts;

  /** For each plane of the query, the word that meets each word of a row. */
  private final long[][] meets;

  MappedPlaneRows(PrefixQuantizer quantizer, MemorySegment codes) {
    super(quantizer, codes);
    this.planeWords = quantizer.planeWords();
    this.rowWords = codeBytes / Long.BYTES;
    this.vectorWords = SimdCodes.WIDE ? SPECIES.loopBound(rowWords) : 0;
    this.hasHalf = SPECIES.length() > HALF.length() && rowWords - vectorWords >= HALF.length();
    this.shifts = new long[rowWords];
    for (int word = 0; word < rowWords; word++) {
      shifts[word] = word / planeWords;
    }
    this.meets = new long[QUERY_PLANES][rowWords];
  }

  @Override
  void setQueryCode(byte[] code) {
    long[] planes = words(code);
    for (int plane = 0; plane < QUERY_PLANES; plane++) {
      for (int at = 0; at < rowWords; at += planeWords) {
        System.arraycopy(planes, plane * planeWords, meets[plane], at, planeWords);
      }
    }
  }

  @Override
  long dot(long at) {
    long dot = vectorWords > 0 ? wide(at) : 0;
    int i = vectorWords;
    if (hasHalf) {
      dot += half(at, i);
      i += HALF.length();
    }
    for (; i < rowWords; i++) {
      long x = word(at + (long) i * Long.BYTES);
      long counts =
          Long.bitCount(x & meets[0][i])
              + ((long) Long.bitCount(x & meets[1][i]) << 1)
              + ((long) Long.bitCount(x & meets[2][i]) << 2)
              + ((long) Long.bitCount(x & meets[3][i]) << 3);
      dot += counts << shifts[i];
    }
    return dot;
  }

  /** Of the words that fill whole registers. */
  private long wide(long at) {
    LongVector sums = LongVector.zero(SPECIES);
    for (int i = 0; i < vectorWords; i += SPECIES.length()) {
      LongVector x =
          LongVector.fromMemorySegment(
              SPECIES, codes, at + (long) i * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
      LongVector counts =
          count(x, meets[0], i)
              .add(count(x, meets[1], i).lanewise(VectorOperators.LSHL, 1))
              .add(count(x, meets[2], i).lanewise(VectorOperators.LSHL, 2))
              .add(count(x, meets[3], i).lanewise(VectorOperators.LSHL, 3));
      LongVector shift = LongVector.fromArray(SPECIES, shifts, i);
      sums = sums.add(counts.lanewise(VectorOperators.LSHL, shift));
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }

  private static LongVector count(LongVector x, long[] words, int at) {
    return x.and(LongVector.fromArray(SPECIES, words, at)).lanewise(VectorOperators.BIT_COUNT);
  }

  /** Of the four words from one on. */
  private long half(long at, int i) {
    LongVector x =
        LongVector.fromMemorySegment(
            HALF, codes, at + (long) i * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
    return halfCount(x, meets[0], i)
        .add(halfCount(x, meets[1], i).lanewise(VectorOperators.LSHL, 1))
        .add(halfCount(x, meets[2], i).lanewise(VectorOperators.LSHL, 2))
        .add(halfCount(x, meets[3], i).lanewise(VectorOperators.LSHL, 3))
        .lanewise(VectorOperators.LSHL, LongVector.fromArray(HALF, shifts, i))
        .reduceLanes(VectorOperators.ADD);
  }

  private static LongVector halfCount(LongVector x, long[] words, int at) {
    return x.and(LongVector.fromArray(HALF, words, at)).lanewise(VectorOperators.BIT_COUNT);
  }
}
