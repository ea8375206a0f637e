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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/** Rows in a memory segment, a vector register of words at a time. */
final class SegmentCodeRows extends CodeRows {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CACHE_LINE = 64;

  /** What {@link CodeRows} finds by its name. */
  static final class Opener implements Simd {
    @Override
    public CodeRows open(PrefixQuantizer quantizer, IndexInput codes) throws IOException {
      if (SPECIES.length() >= 4 && codes instanceof MemorySegmentAccessInput mapped) {
        MemorySegment segment = mapped.segmentSliceOrNull(0, codes.length());
        return segment == null ? null : new SegmentCodeRows(quantizer, segment);
      }
      return null;
    }
  }

  private final MemorySegment codes;
  private final int vectorWords;

  /** For each word of a row, the weight of its plane as a shift. */
  private final long[] shifts;

  /** For each plane of the query, the word that meets each word of a row. */
  private final long[][] meets;

  /** Keeps the reads of {@link #load} from being optimised away. */
  byte loaded;

  private SegmentCodeRows(PrefixQuantizer quantizer, MemorySegment codes) {
    super(quantizer);
    this.codes = codes;
    this.vectorWords = SPECIES.loopBound(rowWords);
    this.shifts = new long[rowWords];
    for (int word = 0; word < rowWords; word++) {
      shifts[word] = word / planeWords;
    }
    this.meets = new long[quantizer.newQuery().planes.length / planeWords][rowWords];
  }

  @Override
  void setQuery(QuantizedPrefix newQuery) {
    super.setQuery(newQuery);
    for (int plane = 0; plane < meets.length; plane++) {
      for (int at = 0; at < rowWords; at += planeWords) {
        System.arraycopy(newQuery.planes, plane * planeWords, meets[plane], at, planeWords);
      }
    }
  }

  @Override
  long word(long at) {
    return codes.get(WORD, at);
  }

  /**
   * Touches the cache lines of the rows: these loads wait for nothing, and so not for each other.
   */
  @Override
  void load(int[] ords, int count) {
    byte touched = 0;
    for (int i = 0; i < count; i++) {
      long first = (long) ords[i] * rowBytes;
      long last = first + rowBytes - 1;
      touched ^= codes.get(ValueLayout.JAVA_BYTE, first);
      for (long at = first + CACHE_LINE; at < last; at += CACHE_LINE) {
        touched ^= codes.get(ValueLayout.JAVA_BYTE, at);
      }
      touched ^= codes.get(ValueLayout.JAVA_BYTE, last);
    }
    loaded = touched;
  }

  @Override
  long dot(long at) {
    long dot = fourPlanes(at, 0);
    for (int plane = 4; plane < meets.length; plane += 4) {
      dot += fourPlanes(at, plane) << plane;
    }
    return dot;
  }

  /** The row by four planes of the query, of which the first has the weight 1. */
  private long fourPlanes(long at, int plane) {
    long[] m0 = meets[plane];
    long[] m1 = meets[plane + 1];
    long[] m2 = meets[plane + 2];
    long[] m3 = meets[plane + 3];
    long dot = 0;
    int i = 0;
    if (vectorWords > 0) {
      LongVector sums = LongVector.zero(SPECIES);
      for (; i < vectorWords; i += SPECIES.length()) {
        LongVector x =
            LongVector.fromMemorySegment(
                SPECIES, codes, at + (long) i * Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        LongVector counts =
            count(x, m0, i)
                .add(count(x, m1, i).lanewise(VectorOperators.LSHL, 1))
                .add(count(x, m2, i).lanewise(VectorOperators.LSHL, 2))
                .add(count(x, m3, i).lanewise(VectorOperators.LSHL, 3));
        LongVector shift = LongVector.fromArray(SPECIES, shifts, i);
        sums = sums.add(counts.lanewise(VectorOperators.LSHL, shift));
      }
      dot = sums.reduceLanes(VectorOperators.ADD);
    }
    for (; i < rowWords; i++) {
      long x = word(at + (long) i * Long.BYTES);
      long counts =
          Long.bitCount(x & m0[i])
              + ((long) Long.bitCount(x & m1[i]) << 1)
              + ((long) Long.bitCount(x & m2[i]) << 2)
              + ((long) Long.bitCount(x & m3[i]) << 3);
      dot += counts << shifts[i];
    }
    return dot;
  }

  private static LongVector count(LongVector x, long[] words, int at) {
    return x.and(LongVector.fromArray(SPECIES, words, at)).lanewise(VectorOperators.BIT_COUNT);
  }
}
