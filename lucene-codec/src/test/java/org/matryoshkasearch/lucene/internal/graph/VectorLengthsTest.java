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

import java.io.IOException;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.NestedVectors;

/** Only vectors that distances order as inner products do count as of one length. */
public class VectorLengthsTest extends LuceneTestCase {
  private static final int SIZE = 500;
  private static final int DIMS = 24;

  private static float common(float[][] vectors) throws IOException {
    VectorLengths lengths = new VectorLengths();
    for (float[] vector : vectors) {
      lengths.add(vector);
    }
    return lengths.common(new ListedVectors(List.of(vectors)));
  }

  private static float[][] unit() {
    return NestedVectors.unit(random(), SIZE, DIMS);
  }

  private static void scale(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }

  public void testOfOneLength() throws IOException {
    float[][] vectors = unit();
    assertEquals(1, common(vectors), 1e-5f);
    for (float[] vector : vectors) {
      scale(vector, 1e-3f);
    }
    assertEquals(1e-3f, common(vectors), 1e-8f);
    assertEquals(5, common(new float[][] {{3, 4}}), 1e-5f);
  }

  /** As if they came with three digits, or a thousandth off. */
  public void testRounded() throws IOException {
    float[][] vectors = unit();
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMS; i++) {
        vector[i] = Math.round(1000 * vector[i]) / 1000f;
      }
    }
    assertEquals(1, common(vectors), 0.01f);
  }

  public void testOneOfAnotherLength() throws IOException {
    for (float factor : new float[] {0, 1e-3f, 0.9f, 1.1f, 1e6f}) {
      float[][] vectors = unit();
      scale(vectors[random().nextInt(SIZE)], factor);
      assertEquals(String.valueOf(factor), 0, common(vectors), 0);
    }
  }

  public void testZeros() throws IOException {
    assertEquals(0, common(new float[SIZE][DIMS]), 0);
  }

  /** All are nearly of one length there, but that is what their products differ by. */
  public void testFarFromTheOrigin() throws IOException {
    float[][] vectors = unit();
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMS; i++) {
        vector[i] += 1000;
      }
    }
    assertEquals(0, common(vectors), 0);
  }

  /** In each, products differ by lengths as much as by directions. */
  public void testGroupsFarApart() throws IOException {
    float[][] vectors = new float[SIZE][DIMS];
    for (int v = 0; v < SIZE; v++) {
      vectors[v][v % DIMS] = 100;
      for (int i = 0; i < DIMS; i++) {
        vectors[v][i] += 0.5f * (float) random().nextGaussian();
      }
    }
    assertEquals(0, common(vectors), 0);
    for (float[] vector : vectors) {
      VectorUtil.l2normalize(vector);
    }
    assertEquals(1, common(vectors), 1e-5f);
  }

  public void testEqualVectors() throws IOException {
    float[][] vectors = unit();
    for (int i = 0; i < SIZE; i++) {
      vectors[i] = vectors[i % 2];
    }
    assertEquals(1, common(vectors), 1e-5f);
  }

  /** Their squared distances would not be exact in floats, or nothing. */
  public void testLengthsThatAreNotUsual() throws IOException {
    for (float length : new float[] {1e-30f, 1e-17f, 1e17f, 1e30f}) {
      float[][] vectors = unit();
      for (float[] vector : vectors) {
        scale(vector, length);
      }
      assertEquals(0, common(vectors), 0);
    }
  }

  /** A merge codes them, and codes of tight groups are not of one length. */
  public void testMergedAsTheyWere() throws IOException {
    float[][] vectors = unit();
    float[] centroid = new float[DIMS];
    for (int v = 0; v < SIZE; v++) {
      float[] vector = v % 10 == 0 ? vectors[v] : vectors[v / 10 * 10].clone();
      vectors[v] = vector;
      for (int i = 0; i < DIMS && v % 10 > 0; i++) {
        vector[i] += 2e-3f * (float) random().nextGaussian();
      }
      // Lucene's l2normalize leaves alone what is nearly of unit length
      scale(vector, 1 / (float) Math.sqrt(VectorUtil.dotProduct(vector, vector)));
      for (int i = 0; i < DIMS; i++) {
        centroid[i] += vector[i] / SIZE;
      }
    }
    try (MergedVectors merged =
        MergedVectors.ofFloats(Scratch.onHeap(), centroid, Nearness.INNER_PRODUCT)) {
      for (float[] vector : vectors) {
        merged.add(vector);
      }
      merged.finish();
      assertEquals(1, merged.lengths().common(merged.seenFor(Nearness.DISTANCE)), 1e-5f);
      GraphVectors coded = merged.seenFor(Nearness.INNER_PRODUCT);
      assertEquals(0, VectorLengths.of(coded).common(coded), 0);
    }
    byte[][] bytes = {{3, 4, 12}, {-12, 3, -4}, {4, -12, 3}, {0, 5, 12}};
    try (MergedVectors merged =
        MergedVectors.ofBytes(Scratch.onHeap(), 3, Nearness.INNER_PRODUCT)) {
      for (byte[] vector : bytes) {
        merged.add(vector, 1);
      }
      merged.finish();
      assertEquals(13, merged.lengths().common(merged.seenFor(Nearness.DISTANCE)), 1e-5f);
    }
  }

  public void testTooLong() throws IOException {
    float[][] vectors = new float[SIZE][];
    for (int i = 0; i < SIZE; i++) {
      vectors[i] = new float[] {Float.MAX_VALUE, i % 2 == 0 ? Float.MAX_VALUE : -Float.MAX_VALUE};
    }
    assertEquals(0, common(vectors), 0);
  }
}
