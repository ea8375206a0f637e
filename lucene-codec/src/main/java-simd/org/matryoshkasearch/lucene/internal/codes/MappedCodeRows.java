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
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Rows of codes in a memory segment. */
abstract class MappedCodeRows extends CodeRows {
  private static final int CACHE_LINE = 64;
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  final MemorySegment codes;

  /** From one byte of a row that is touched to the next: no line lies between them. */
  private final int touchStep;

  /** How many cache lines a row meets at most, or 2. */
  private final int lines;

  /**
   * Keeps the reads of {@link #load} from being optimised away; no other thread writes it, or they
   * would wait for that.
   */
  byte touched;

  MappedCodeRows(PrefixQuantizer quantizer, MemorySegment codes) {
    super(quantizer);
    this.codes = codes;
    // rows begin at multiples of what divides their length, so that they meet so many lines at most
    int latestStart = CACHE_LINE - Math.min(CACHE_LINE, Integer.lowestOneBit(rowBytes));
    this.lines = Math.max(2, Math.ceilDiv(latestStart + rowBytes, CACHE_LINE));
    this.touchStep = Math.min(CACHE_LINE, (rowBytes - 1) / (lines - 1));
  }

  @Override
  final long word(long at) {
    return codes.get(WORD, at);
  }

  /**
   * {@inheritDoc}
   *
   * <p>These loads wait for nothing, and so not for each other: the fewer instructions there are
   * between them, the more of them are under way at a time. Hence a loop for each of the usual
   * numbers of lines: one loop for all would be compiled for codes of every width that is searched.
   */
  @Override
  protected final void load(int[] ords, int count) {
    touched =
        switch (lines) {
          case 2 -> touchTwo(ords, count);
          case 3 -> touchThree(ords, count);
          default -> touchAll(ords, count);
        };
  }

  private byte touchTwo(int[] ords, int count) {
    byte read = 0;
    for (int i = 0; i < count; i++) {
      long at = (long) ords[i] * rowBytes;
      read ^= codes.get(ValueLayout.JAVA_BYTE, at);
      read ^= codes.get(ValueLayout.JAVA_BYTE, at + touchStep);
    }
    return read;
  }

  private byte touchThree(int[] ords, int count) {
    byte read = 0;
    for (int i = 0; i < count; i++) {
      long at = (long) ords[i] * rowBytes;
      read ^= codes.get(ValueLayout.JAVA_BYTE, at);
      read ^= codes.get(ValueLayout.JAVA_BYTE, at + touchStep);
      read ^= codes.get(ValueLayout.JAVA_BYTE, at + 2 * touchStep);
    }
    return read;
  }

  private byte touchAll(int[] ords, int count) {
    byte read = 0;
    for (int i = 0; i < count; i++) {
      long at = (long) ords[i] * rowBytes;
      for (int line = 0; line < lines; line++) {
        read ^= codes.get(ValueLayout.JAVA_BYTE, at + line * touchStep);
      }
    }
    return read;
  }
}
