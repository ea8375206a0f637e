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
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import jdk.incubator.vector.LongVector;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOSupplier;
import org.matryoshkasearch.lucene.internal.scoring.MappedMemory;

/** What {@link MappedCodes} finds by its name. */
public final class SimdCodes implements MappedCodes {
  /** Whether a register holds several words, or the ints that a few bytes are widened to. */
  static final boolean WIDE = LongVector.SPECIES_PREFERRED.vectorBitSize() >= 256;

  @Override
  public IOSupplier<CodeRows> in(PrefixQuantizer quantizer, IndexInput codes) throws IOException {
    MemorySegment segment = isRead(quantizer) ? MappedMemory.of(codes) : null;
    return segment == null ? null : () -> open(quantizer, segment);
  }

  @Override
  public CodeRows open(PrefixQuantizer quantizer, ByteBuffer codes) {
    return isRead(quantizer)
        ? open(quantizer, MemorySegment.ofBuffer(codes.duplicate().clear()))
        : null;
  }

  private static boolean isRead(PrefixQuantizer quantizer) {
    return WIDE || quantizer.hasByteCodes() == false;
  }

  private static CodeRows open(PrefixQuantizer quantizer, MemorySegment segment) {
    return quantizer.hasByteCodes()
        ? new MappedByteRows(quantizer, segment)
        : new MappedPlaneRows(quantizer, segment);
  }
}
