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

import java.util.Arrays;

/** Loops that the compiler turns into vector instructions by itself. */
final class PlainProducts implements Products {
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
    for (int row = 0; row < count; row++) {
      int to = row * stride + panel * PANEL;
      Arrays.fill(products, to, to + PANEL, 0);
      for (int i = 0; i < dims; i++) {
        float component = rows[(first + row) * dims + i];
        int from = columns + i * PANEL;
        for (int column = 0; column < PANEL; column++) {
          products[to + column] += component * panels[from + column];
        }
      }
    }
  }

  @Override
  public void subtract(float[] products, int at, int count, float half, float[] halves) {
    for (int i = 0; i < count; i++) {
      float near = products[at + i] - half - halves[i];
      products[at + i] = near >= FAR ? near : FAR;
    }
  }

  @Override
  public int atLeast(float least, float[] values, int at, int count, int[] found) {
    int foundCount = 0;
    for (int i = 0; i < count; i++) {
      if (values[at + i] >= least) {
        found[foundCount++] = i;
      }
    }
    return foundCount;
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int dims) {
    float sum = 0;
    for (int i = 0; i < dims; i++) {
      sum += a[aAt + i] * b[bAt + i];
    }
    return sum;
  }
}
