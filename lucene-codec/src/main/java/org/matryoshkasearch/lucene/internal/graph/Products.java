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

import java.util.Objects;
import org.matryoshkasearch.lucene.internal.scoring.Simd;

/**
 * Dot products of many vectors with many, and what is made of them. A product depends on its two
 * vectors alone, not on where they stand; those of the two implementations differ by no more than
 * rounding.
 */
public interface Products {
  /** Vectors that lie side by side in a panel: component by component, one vector a column. */
  int PANEL = 32;

  /** What is farther than all that a float can say. */
  float FAR = -Float.MAX_VALUE;

  /** With SIMD, where there is. */
  Products INSTANCE =
      Objects.requireNonNullElseGet(Simd.load(Products.class, "SimdProducts"), PlainProducts::new);

  /**
   * Multiplies some rows with all columns of a panel.
   *
   * @param rows of {@code dims} components, one after another
   * @param first the first row that is multiplied
   * @param count how many are
   * @param panels {@code panel * dims * PANEL} on, {@code dims} times {@link #PANEL} components
   * @param products takes those of row {@code first + i} from {@code i * stride + panel * PANEL} on
   */
  void multiply(
      float[] rows,
      int first,
      int count,
      int dims,
      float[] panels,
      int panel,
      float[] products,
      int stride);

  /**
   * Makes of products how near vectors are: takes off a half for each of the two. What is not a
   * number then, as of vectors whose squares are beyond what a float holds, is far.
   *
   * @param at where the products of a vector with {@code count} others begin
   * @param halves of the others
   */
  void subtract(float[] products, int at, int count, float half, float[] halves);

  /**
   * Finds the values that are at least so large.
   *
   * @param at where {@code count} values begin
   * @param found takes their numbers, ascending, the first value's being 0
   * @return how many there are
   */
  int atLeast(float least, float[] values, int at, int count, int[] found);

  /** The dot product of two vectors. */
  float dot(float[] a, int aAt, float[] b, int bAt, int dims);
}
