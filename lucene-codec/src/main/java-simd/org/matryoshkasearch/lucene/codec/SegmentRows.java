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
import jdk.incubator.vector.LongVector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/** What {@link SimdRows} finds by its name. */
final class SegmentRows implements SimdRows {
  private static final int CACHE_LINE = 64;

  /** Whether registers are wide enough to gain anything. */
  private static final boolean WIDE = LongVector.SPECIES_PREFERRED.vectorBitSize() >= 256;

  @Override
  public CodeRows openCodes(PrefixQuantizer quantizer, IndexInput codes) throws IOException {
    MemorySegment segment = segment(codes);
    if (segment == null) {
      return null;
    }
    return quantizer.encoding() == PrefixEncoding.INT8
        ? new SegmentByteRows(quantizer, segment)
        : new SegmentPlaneRows(quantizer, segment);
  }

  @Override
  public FloatRows openFloats(FullVectorValues vectors, int dims, IndexInput rows)
      throws IOException {
    MemorySegment segment = segment(rows);
    return segment == null ? null : new SegmentFloatRows(vectors, dims, segment);
  }

  private static MemorySegment segment(IndexInput input) throws IOException {
    return WIDE && input instanceof MemorySegmentAccessInput mapped
        ? mapped.segmentSliceOrNull(0, input.length())
        : null;
  }

  /**
   * Touches the cache lines of rows: these loads wait for nothing, and so not for each other.
   *
   * @param stride bytes from one row to the next
   * @param bytes how many bytes of each row are wanted
   * @return what is to be kept in a field, so that they are not optimised away; in one that no
   *     other thread writes, or they would wait for that
   */
  static byte touch(MemorySegment rows, long stride, int bytes, int[] ords, int count) {
    byte read = 0;
    for (int i = 0; i < count; i++) {
      long first = ords[i] * stride;
      long last = first + bytes - 1;
      read ^= rows.get(ValueLayout.JAVA_BYTE, first);
      for (long at = first + CACHE_LINE; at < last; at += CACHE_LINE) {
        read ^= rows.get(ValueLayout.JAVA_BYTE, at);
      }
      read ^= rows.get(ValueLayout.JAVA_BYTE, last);
    }
    return read;
  }
}
