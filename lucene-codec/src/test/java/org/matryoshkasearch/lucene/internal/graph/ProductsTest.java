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
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Both implementations against plain sums in double precision. */
public class ProductsTest extends LuceneTestCase {
  private static float[] random(int length) {
    float[] components = new float[length];
    for (int i = 0; i < length; i++) {
      components[i] = random().nextFloat() * 2 - 1;
    }
    return components;
  }

  private static double exact(float[] a, int aAt, float[] b, int bAt, int bStep, int dims) {
    double sum = 0;
    for (int i = 0; i < dims; i++) {
      sum += (double) a[aAt + i] * b[bAt + i * bStep];
    }
    return sum;
  }

  public void testSimdIsThere() {
    assertEquals("SimdProducts", Products.INSTANCE.getClass().getSimpleName());
  }

  public void testMultiply() {
    for (Products kernel : new Products[] {Products.INSTANCE, new PlainProducts()}) {
      int dims = 1 + random().nextInt(100);
      int count = 1 + random().nextInt(20);
      int panels = 1 + random().nextInt(3);
      int first = random().nextInt(3);
      float[] rows = random((first + count) * dims);
      float[] columns = random(panels * dims * Products.PANEL);
      int stride = panels * Products.PANEL;
      float[] products = random(count * stride);
      for (int panel = 0; panel < panels; panel++) {
        kernel.multiply(rows, first, count, dims, columns, panel, products, stride);
      }
      for (int row = 0; row < count; row++) {
        for (int column = 0; column < stride; column++) {
          int at = column / Products.PANEL * dims * Products.PANEL + column % Products.PANEL;
          double exact = exact(rows, (first + row) * dims, columns, at, Products.PANEL, dims);
          assertEquals(exact, products[row * stride + column], 1e-4);
        }
      }
    }
  }

  /** Equal vectors have equal products, wherever they stand: neighbours are told apart by them. */
  public void testProductsDoNotDependOnPlaces() {
    for (Products kernel : new Products[] {Products.INSTANCE, new PlainProducts()}) {
      int dims = 1 + random().nextInt(100);
      float[] vector = random(dims);
      int count = 1 + random().nextInt(10);
      float[] rows = new float[count * dims];
      float[] columns = new float[dims * Products.PANEL];
      for (int i = 0; i < dims; i++) {
        for (int row = 0; row < count; row++) {
          rows[row * dims + i] = vector[i];
        }
        for (int column = 0; column < Products.PANEL; column++) {
          columns[i * Products.PANEL + column] = vector[i];
        }
      }
      float[] products = new float[count * Products.PANEL];
      kernel.multiply(rows, 0, count, dims, columns, 0, products, Products.PANEL);
      for (float product : products) {
        assertEquals(products[0], product, 0);
      }
    }
  }

  public void testSubtract() {
    for (Products kernel : new Products[] {Products.INSTANCE, new PlainProducts()}) {
      int count = 1 + random().nextInt(100);
      int at = random().nextInt(40);
      float[] halves = random(count);
      float[] products = random(at + count + 40);
      products[at + random().nextInt(count)] = Float.NEGATIVE_INFINITY;
      products[at + random().nextInt(count)] = Float.NaN;
      float[] near = products.clone();
      kernel.subtract(near, at, count, 0.25f, halves);
      for (int i = 0; i < near.length; i++) {
        float expected = products[i];
        if (at <= i && i < at + count) {
          expected = expected - 0.25f - halves[i - at];
          expected = Float.isFinite(expected) ? expected : -Float.MAX_VALUE;
        }
        assertEquals(expected, near[i], 0);
      }
    }
  }

  public void testAtLeast() {
    for (Products kernel : new Products[] {Products.INSTANCE, new PlainProducts()}) {
      int count = 1 + random().nextInt(100);
      int at = random().nextInt(40);
      float[] values = random(at + count + 40);
      float least = random().nextBoolean() ? values[at] : Float.NEGATIVE_INFINITY;
      int[] found = new int[count];
      int[] expected =
          IntStream.range(0, count).filter(value -> values[at + value] >= least).toArray();
      int foundCount = kernel.atLeast(least, values, at, count, found);
      assertArrayEquals(expected, Arrays.copyOf(found, foundCount));
    }
  }

  public void testDot() {
    for (Products kernel : new Products[] {Products.INSTANCE, new PlainProducts()}) {
      int dims = 1 + random().nextInt(200);
      float[] a = random(dims + 3);
      float[] b = random(dims + 5);
      assertEquals(exact(a, 3, b, 5, 1, dims), kernel.dot(a, 3, b, 5, dims), 1e-4);
    }
  }
}
