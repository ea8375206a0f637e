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

import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.quantization.OptimizedScalarQuantizer;
import org.apache.lucene.util.quantization.OptimizedScalarQuantizer.QuantizationResult;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.codec.Shapes;

/** Grids are those of Lucene's quantiser, found another way, or better ones. */
public class GridTest extends LuceneTestCase {
  private static final int[] BITS = {1, 4, 8};
  private static final float[] ZEROS = new float[602];

  public void testLosesNoMoreThanLucene() {
    for (int bits : BITS) {
      int dims = 2 + random().nextInt(600);
      Grid grid = new Grid(bits, dims);
      OptimizedScalarQuantizer lucene =
          new OptimizedScalarQuantizer(VectorSimilarityFunction.EUCLIDEAN);
      double ours = 0;
      double theirs = 0;
      for (int i = 0; i < 50; i++) {
        float[] vector = new float[dims];
        float scale = random().nextFloat() * 10;
        for (int j = 0; j < dims; j++) {
          vector[j] = scale * (float) (random().nextGaussian() / Math.sqrt(1 + j));
        }
        grid.fit(vector, ZEROS);
        ours += loss(vector, grid.points, grid.lower, grid.step) / (scale * scale);
        byte[] code = new byte[dims];
        QuantizationResult result =
            lucene.scalarQuantize(vector.clone(), code, (byte) bits, new float[dims]);
        float[] points = new float[dims];
        for (int j = 0; j < dims; j++) {
          points[j] = Byte.toUnsignedInt(code[j]);
        }
        float step = (result.upperInterval() - result.lowerInterval()) / ((1 << bits) - 1);
        theirs += loss(vector, points, result.lowerInterval(), step) / (scale * scale);
      }
      assertTrue(
          bits + " bits, " + dims + " dims: " + ours + ", Lucene " + theirs,
          ours <= 1.01 * theirs + 1e-4);
    }
  }

  /**
   * A few components that are far larger than the others are not cut off: with 256 points a cosine
   * is as exact as it is without them.
   */
  public void testSpreadsOfComponentsDiffer() {
    int dims = 200 + random().nextInt(200);
    float[][] vectors =
        random().nextBoolean()
            ? Shapes.uneven(random(), 100, dims)
            : NestedVectors.unit(random(), 100, dims);
    Grid grid = new Grid(8, dims);
    double squares = 0;
    float[] last = null;
    for (int v = 0; v < vectors.length; v++) {
      grid.fit(vectors[v], new float[dims]);
      float[] rounded = new float[dims];
      for (int i = 0; i < dims; i++) {
        rounded[i] = grid.lower + grid.step * grid.points[i];
      }
      if (v > 0) {
        double exact = VectorUtil.dotProduct(vectors[v], vectors[v - 1]);
        double error = VectorUtil.dotProduct(rounded, last) - exact;
        squares += error * error;
      }
      last = rounded;
    }
    double error = Math.sqrt(squares / (vectors.length - 1));
    assertTrue(String.valueOf(error), error < 0.004);
  }

  private static double loss(float[] vector, float[] points, float lower, float step) {
    double loss = 0;
    for (int i = 0; i < vector.length; i++) {
      double lost = vector[i] - (lower + step * points[i]);
      loss += lost * lost;
    }
    return loss;
  }

  public void testSumAndRange() {
    for (int bits : BITS) {
      float[] vector = NestedVectors.unit(random(), 1, 100)[0];
      Grid grid = new Grid(bits, vector.length);
      grid.fit(vector, ZEROS);
      float sum = 0;
      for (float point : grid.points) {
        assertTrue(point >= 0 && point < 1 << bits && point == (int) point);
        sum += point;
      }
      assertEquals(sum, grid.sum, 0);
    }
  }

  public void testWhatHasNoSpread() {
    for (int bits : BITS) {
      for (float value : new float[] {0, 1, -3e-30f, 1e30f}) {
        float[] vector = new float[33];
        Arrays.fill(vector, value);
        Grid grid = new Grid(bits, vector.length);
        grid.fit(vector, ZEROS);
        for (float point : grid.points) {
          assertEquals(value, grid.lower + grid.step * point, 1e-6f * Math.abs(value));
        }
      }
    }
  }

  /** Of the greatest, too: it is the same grid, but larger. */
  public void testScale() {
    float[] vector = NestedVectors.unit(random(), 1, 40)[0];
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    for (int bits : BITS) {
      Grid grid = new Grid(bits, vector.length);
      grid.fit(vector, ZEROS);
      for (float scale : new float[] {1e-9f, 3, 1e14f, 1e18f, 1e38f}) {
        float[] scaled = vector.clone();
        for (int i = 0; i < scaled.length; i++) {
          scaled[i] *= scale;
        }
        Grid large = new Grid(bits, vector.length);
        large.fit(scaled, ZEROS);
        float coded = scale * large.shrunk;
        assertEquals(Math.min(1, 1e30f / (scale * largest)), large.shrunk, 1e-6f);
        assertEquals(grid.lower * coded, large.lower, coded * 1e-2f);
        assertEquals(grid.step * coded, large.step, coded * 1e-2f);
        float squares = grid.squaredNorm * coded * coded;
        assertEquals(squares, large.squaredNorm, Float.isFinite(squares) ? 1e-4f * squares : 0);
      }
    }
  }

  public void testCentroidIsTakenAway() {
    float[][] vectors = NestedVectors.unit(random(), 2, 50);
    float[] difference = new float[50];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = vectors[0][i] - vectors[1][i];
    }
    for (int bits : BITS) {
      Grid grid = new Grid(bits, 50);
      grid.fit(vectors[0], vectors[1]);
      Grid expected = new Grid(bits, 50);
      expected.fit(difference, ZEROS);
      assertArrayEquals(expected.points, grid.points, 0);
      assertEquals(expected.lower, grid.lower, 0);
      assertEquals(expected.step, grid.step, 0);
    }
  }

  /** What is as large as there is, on either side of the centroid, is no reason to lose a flush. */
  public void testLargestOfAll() {
    float[] vector = {Float.MAX_VALUE, -Float.MAX_VALUE, 0, 1};
    float[] centroid = {-Float.MAX_VALUE / 2, Float.MAX_VALUE / 2, 0, 0};
    for (int bits : BITS) {
      Grid grid = new Grid(bits, vector.length);
      grid.fit(vector, centroid);
      assertTrue(grid.points[0] > grid.points[1]);
      for (float point : grid.points) {
        assertTrue(point >= 0 && point < 1 << bits);
      }
    }
  }
}
