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
package org.matryoshkasearch.lucene.internal.graph;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Blocks of four rows by two vectors of columns, whose sums stay in registers. */
public final class SimdProducts implements Products {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= PANEL / 2
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();
  private static final int BLOCK = 4;

  @Override
  public void multiply(
      float[] rows,
      int first,
      int count,
      int dims,
      float[] panels,
      int panel,
      float[] products,
      int stride) {
    int columns = panel * dims * PANEL;
    for (int column = 0; column < PANEL; column += 2 * LANES) {
      int to = panel * PANEL + column;
      if (count >= BLOCK) {
        for (int next = 0; next < count; next += BLOCK) {
          int row = Math.min(next, count - BLOCK); // the last ones overlap
          int from = (first + row) * dims;
          block(rows, from, dims, panels, columns + column, products, row * stride + to, stride);
        }
      } else {
        for (int row = 0; row < count; row++) {
          int from = (first + row) * dims;
          int at = row * stride + to;
          row(rows, from, dims, panels, columns + column, products, at);
          row(rows, from, dims, panels, columns + column + LANES, products, at + LANES);
        }
      }
    }
  }

  private static void block(
      float[] rows,
      int row0,
      int dims,
      float[] panels,
      int at,
      float[] products,
      int to,
      int stride) {
    int row1 = row0 + dims;
    int row2 = row1 + dims;
    int row3 = row2 + dims;
    FloatVector sum00 = FloatVector.zero(SPECIES);
    FloatVector sum01 = sum00;
    FloatVector sum10 = sum00;
    FloatVector sum11 = sum00;
    FloatVector sum20 = sum00;
    FloatVector sum21 = sum00;
    FloatVector sum30 = sum00;
    FloatVector sum31 = sum00;
    for (int i = 0; i < dims; i++) {
      FloatVector columns0 = FloatVector.fromArray(SPECIES, panels, at + i * PANEL);
      FloatVector columns1 = FloatVector.fromArray(SPECIES, panels, at + i * PANEL + LANES);
      FloatVector component = FloatVector.broadcast(SPECIES, rows[row0 + i]);
      sum00 = component.fma(columns0, sum00);
      sum01 = component.fma(columns1, sum01);
      component = FloatVector.broadcast(SPECIES, rows[row1 + i]);
      sum10 = component.fma(columns0, sum10);
      sum11 = component.fma(columns1, sum11);
      component = FloatVector.broadcast(SPECIES, rows[row2 + i]);
      sum20 = component.fma(columns0, sum20);
      sum21 = component.fma(columns1, sum21);
      component = FloatVector.broadcast(SPECIES, rows[row3 + i]);
      sum30 = component.fma(columns0, sum30);
      sum31 = component.fma(columns1, sum31);
    }
    sum00.intoArray(products, to);
    sum01.intoArray(products, to + LANES);
    sum10.intoArray(products, to + stride);
    sum11.intoArray(products, to + stride + LANES);
    sum20.intoArray(products, to + 2 * stride);
    sum21.intoArray(products, to + 2 * stride + LANES);
    sum30.intoArray(products, to + 3 * stride);
    sum31.intoArray(products, to + 3 * stride + LANES);
  }

  private static void row(
      float[] rows, int row, int dims, float[] panels, int at, float[] products, int to) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < dims; i++) {
      FloatVector columns = FloatVector.fromArray(SPECIES, panels, at + i * PANEL);
      sum = FloatVector.broadcast(SPECIES, rows[row + i]).fma(columns, sum);
    }
    sum.intoArray(products, to);
  }

  @Override
  public void subtract(float[] products, int at, int count, float half, float[] halves) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      FloatVector near =
          FloatVector.fromArray(SPECIES, products, at + i)
              .sub(half)
              .sub(FloatVector.fromArray(SPECIES, halves, i));
      near.blend(FAR, near.compare(VectorOperators.GE, FAR).not()).intoArray(products, at + i);
    }
    for (; i < count; i++) {
      float near = products[at + i] - half - halves[i];
      products[at + i] = near >= FAR ? near : FAR;
    }
  }

  @Override
  public int atLeast(float least, float[] values, int at, int count, int[] found) {
    int foundCount = 0;
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      FloatVector some = FloatVector.fromArray(SPECIES, values, at + i);
      long large = some.compare(VectorOperators.GE, least).toLong();
      for (; large != 0; large &= large - 1) {
        found[foundCount++] = i + Long.numberOfTrailingZeros(large);
      }
    }
    for (; i < count; i++) {
      if (values[at + i] >= least) {
        found[foundCount++] = i;
      }
    }
    return foundCount;
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int dims) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= dims; i += 2 * LANES) {
      FloatVector a0 = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector a1 = FloatVector.fromArray(SPECIES, a, aAt + i + LANES);
      sum0 = a0.fma(FloatVector.fromArray(SPECIES, b, bAt + i), sum0);
      sum1 = a1.fma(FloatVector.fromArray(SPECIES, b, bAt + i + LANES), sum1);
    }
    float sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < dims; i++) {
      sum = Math.fma(a[aAt + i], b[bAt + i], sum);
    }
    return sum;
  }
}
