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
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Codes of a byte a dimension, widened to a vector register of ints at a time. */
final class SegmentByteRows extends SegmentCodeRows {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(INTS.length() * Byte.SIZE));

  /** The query's code, filled up with zeros to whole registers. */
  private final int[] query;

  SegmentByteRows(PrefixQuantizer quantizer, MemorySegment codes) {
    super(quantizer, codes);
    // the last register of a row may reach into its terms, which are no shorter, and meets zeros
    assert BYTES.length() <= rowBytes - codeBytes;
    this.query = new int[Math.ceilDiv(codeBytes, INTS.length()) * INTS.length()];
  }

  @Override
  void setQueryCode(byte[] code) {
    for (int i = 0; i < code.length; i++) {
      query[i] = Byte.toUnsignedInt(code[i]);
    }
  }

  @Override
  long dot(long at) {
    IntVector sums = IntVector.zero(INTS);
    for (int i = 0; i < query.length; i += INTS.length()) {
      IntVector row =
          (IntVector)
              ByteVector.fromMemorySegment(BYTES, codes, at + i, ByteOrder.LITTLE_ENDIAN)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      sums = sums.add(row.mul(IntVector.fromArray(INTS, query, i)));
    }
    return sums.reduceLanes(VectorOperators.ADD);
  }
}
