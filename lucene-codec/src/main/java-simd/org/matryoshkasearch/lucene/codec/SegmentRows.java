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
import jdk.incubator.vector.LongVector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/** What {@link SimdRows} finds by its name. */
final class SegmentRows implements SimdRows {
  /** Whether a register holds several words, or the ints that a few bytes are widened to. */
  static final boolean WIDE = LongVector.SPECIES_PREFERRED.vectorBitSize() >= 256;

  @Override
  public CodeRows openCodes(PrefixQuantizer quantizer, IndexInput codes) throws IOException {
    MemorySegment segment = segment(codes);
    if (segment == null) {
      return null;
    }
    if (quantizer.encoding() == PrefixEncoding.INT8) {
      return WIDE ? new SegmentByteRows(quantizer, segment) : null;
    }
    return new SegmentPlaneRows(quantizer, segment);
  }

  @Override
  public FloatRows openFloats(
      FullVectorValues vectors, int dims, FloatComparison comparison, IndexInput rows)
      throws IOException {
    MemorySegment segment = segment(rows);
    return segment == null ? null : new SegmentFloatRows(vectors, dims, comparison, segment);
  }

  private static MemorySegment segment(IndexInput input) throws IOException {
    return input instanceof MemorySegmentAccessInput mapped
        ? mapped.segmentSliceOrNull(0, input.length())
        : null;
  }
}
