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

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Rows of codes in a memory segment. */
abstract class SegmentCodeRows extends CodeRows {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  final MemorySegment codes;

  /** Keeps the reads of {@link #load} from being optimised away. */
  byte touched;

  SegmentCodeRows(PrefixQuantizer quantizer, MemorySegment codes) {
    super(quantizer);
    this.codes = codes;
  }

  @Override
  final long word(long at) {
    return codes.get(WORD, at);
  }

  @Override
  final void load(int[] ords, int count) {
    touched = SegmentRows.touch(codes, rowBytes, rowBytes, ords, count);
  }
}
