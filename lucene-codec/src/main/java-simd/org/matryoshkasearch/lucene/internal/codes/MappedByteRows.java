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
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Codes of a byte a dimension, widened to a vector register of ints at a time. */
final class MappedByteRows extends MappedCodeRows {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(INTS.length() * Byte.SIZE));

  /** The query's code, filled up with zeros to whole registers. */
  private final int[] query;

  private final int[] dots = new int[GROUP];

  MappedByteRows(PrefixQuantizer quantizer, MemorySegment codes) {
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
    dots(at, at, at, at);
    return dots[0];
  }

  @Override
  protected void scores(int[] ords, float[] scores, int count) throws IOException {
    int last = count - 1;
    for (int i = 0; i < count; i += GROUP) {
      dots(
          (long) ords[i] * rowBytes,
          (long) ords[Math.min(i + 1, last)] * rowBytes,
          (long) ords[Math.min(i + 2, last)] * rowBytes,
          (long) ords[Math.min(i + 3, last)] * rowBytes);
      for (int j = 0; j < GROUP && i + j < count; j++) {
        scores[i + j] = score(ords[i + j], dots[j]);
      }
    }
  }

  /** The dot products of four rows, which share the loads of the query. */
  private void dots(long at0, long at1, long at2, long at3) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector sum2 = sum0;
    IntVector sum3 = sum0;
    for (int i = 0; i < query.length; i += INTS.length()) {
      IntVector q = IntVector.fromArray(INTS, query, i);
      sum0 = sum0.add(row(at0 + i).mul(q));
      sum1 = sum1.add(row(at1 + i).mul(q));
      sum2 = sum2.add(row(at2 + i).mul(q));
      sum3 = sum3.add(row(at3 + i).mul(q));
    }
    dots[0] = sum0.reduceLanes(VectorOperators.ADD);
    dots[1] = sum1.reduceLanes(VectorOperators.ADD);
    dots[2] = sum2.reduceLanes(VectorOperators.ADD);
    dots[3] = sum3.reduceLanes(VectorOperators.ADD);
  }

  private IntVector row(long at) {
    return (IntVector)
        ByteVector.fromMemorySegment(BYTES, codes, at, ByteOrder.LITTLE_ENDIAN)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }
}
