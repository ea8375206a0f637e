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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.matryoshkasearch.lucene.internal.scoring.FloatComparison;

/**
 * Rows in a memory segment: four at a time, which share the loads of the query, and of each a
 * vector register of components.
 */
final class MappedFloatRows extends FloatRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.length() * Short.SIZE));
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment rows;

  /** Keeps the reads of {@link #load} from being optimised away. */
  byte touched;

  private final boolean bfloat16;
  private final int dims;

  /** How many of the dimensions fill whole registers. */
  private final int vectorDims;

  // of the four rows, what a comparison asks for
  private final float[] dots = new float[GROUP];
  private final float[] squares = new float[GROUP];

  MappedFloatRows(
      FullVectors vectors, float[] query, FloatComparison comparison, MemorySegment rows)
      throws IOException {
    super(vectors, query, comparison);
    this.rows = rows;
    this.bfloat16 = vectors.components() == Components.BFLOAT16;
    this.dims = query.length;
    this.vectorDims = FLOATS.loopBound(dims);
  }

  /** {@inheritDoc} Rows are whole pages apart, and more than one line of each drives others out. */
  @Override
  protected void load(int[] ords, int count) throws IOException {
    super.load(ords, count);
    byte read = 0;
    for (int i = 0; i < count; i++) {
      read ^= rows.get(ValueLayout.JAVA_BYTE, (long) ords[i] * rowBytes);
    }
    touched = read;
  }

  @Override
  public float score(int ord) throws IOException {
    add(ord, ord, ord, ord);
    return comparison.score(dots[0], squares[0], length(ord));
  }

  @Override
  protected void scores(int[] ords, float[] scores, int count) throws IOException {
    int last = count - 1;
    for (int i = 0; i < count; i += GROUP) {
      add(
          ords[i],
          ords[Math.min(i + 1, last)],
          ords[Math.min(i + 2, last)],
          ords[Math.min(i + 3, last)]);
      for (int j = 0; j < GROUP && i + j < count; j++) {
        scores[i + j] = comparison.score(dots[j], squares[j], length(ords[i + j]));
      }
    }
  }

  private void add(int ord0, int ord1, int ord2, int ord3) {
    long at0 = (long) ord0 * rowBytes;
    long at1 = (long) ord1 * rowBytes;
    long at2 = (long) ord2 * rowBytes;
    long at3 = (long) ord3 * rowBytes;
    if (comparison.distances()) {
      addDistances(at0, at1, at2, at3);
    } else {
      addProducts(at0, at1, at2, at3);
    }
    if (vectorDims < dims) {
      addRest(0, at0);
      addRest(1, at1);
      addRest(2, at2);
      addRest(3, at3);
    }
  }

  private void addProducts(long at0, long at1, long at2, long at3) {
    FloatVector dot0 = FloatVector.zero(FLOATS);
    FloatVector dot1 = dot0;
    FloatVector dot2 = dot0;
    FloatVector dot3 = dot0;
    FloatVector square0 = dot0;
    FloatVector square1 = dot0;
    FloatVector square2 = dot0;
    FloatVector square3 = dot0;
    for (int i = 0; i < vectorDims; i += FLOATS.length()) {
      FloatVector q = FloatVector.fromArray(FLOATS, query, i);
      FloatVector x0 = row(at0, i);
      FloatVector x1 = row(at1, i);
      FloatVector x2 = row(at2, i);
      FloatVector x3 = row(at3, i);
      dot0 = x0.fma(q, dot0);
      dot1 = x1.fma(q, dot1);
      dot2 = x2.fma(q, dot2);
      dot3 = x3.fma(q, dot3);
      square0 = x0.fma(x0, square0);
      square1 = x1.fma(x1, square1);
      square2 = x2.fma(x2, square2);
      square3 = x3.fma(x3, square3);
    }
    dots[0] = dot0.reduceLanes(VectorOperators.ADD);
    dots[1] = dot1.reduceLanes(VectorOperators.ADD);
    dots[2] = dot2.reduceLanes(VectorOperators.ADD);
    dots[3] = dot3.reduceLanes(VectorOperators.ADD);
    squares[0] = square0.reduceLanes(VectorOperators.ADD);
    squares[1] = square1.reduceLanes(VectorOperators.ADD);
    squares[2] = square2.reduceLanes(VectorOperators.ADD);
    squares[3] = square3.reduceLanes(VectorOperators.ADD);
  }

  private void addDistances(long at0, long at1, long at2, long at3) {
    FloatVector square0 = FloatVector.zero(FLOATS);
    FloatVector square1 = square0;
    FloatVector square2 = square0;
    FloatVector square3 = square0;
    for (int i = 0; i < vectorDims; i += FLOATS.length()) {
      FloatVector q = FloatVector.fromArray(FLOATS, query, i);
      FloatVector difference0 = row(at0, i).sub(q);
      FloatVector difference1 = row(at1, i).sub(q);
      FloatVector difference2 = row(at2, i).sub(q);
      FloatVector difference3 = row(at3, i).sub(q);
      square0 = difference0.fma(difference0, square0);
      square1 = difference1.fma(difference1, square1);
      square2 = difference2.fma(difference2, square2);
      square3 = difference3.fma(difference3, square3);
    }
    squares[0] = square0.reduceLanes(VectorOperators.ADD);
    squares[1] = square1.reduceLanes(VectorOperators.ADD);
    squares[2] = square2.reduceLanes(VectorOperators.ADD);
    squares[3] = square3.reduceLanes(VectorOperators.ADD);
  }

  /** Adds the dimensions of the row at {@code at} that fill no register. */
  private void addRest(int row, long at) {
    for (int i = vectorDims; i < dims; i++) {
      float x =
          bfloat16
              ? Float.intBitsToFloat(rows.get(SHORT, at + (long) i * Short.BYTES) << Short.SIZE)
              : rows.get(FLOAT, at + (long) i * Float.BYTES);
      float factor = comparison.distances() ? x - query[i] : x;
      dots[row] += x * query[i];
      squares[row] += factor * factor;
    }
  }

  /** Components of the row at {@code at}, from the i-th. */
  private FloatVector row(long at, int i) {
    if (bfloat16) {
      ShortVector halves =
          ShortVector.fromMemorySegment(
              SHORTS, rows, at + (long) i * Short.BYTES, ByteOrder.LITTLE_ENDIAN);
      return ((IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
          .lanewise(VectorOperators.LSHL, Short.SIZE)
          .reinterpretAsFloats();
    }
    return FloatVector.fromMemorySegment(
        FLOATS, rows, at + (long) i * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
  }
}
