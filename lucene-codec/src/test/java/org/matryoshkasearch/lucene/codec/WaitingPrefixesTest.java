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

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** What a graph is built over, on a flush. */
public class WaitingPrefixesTest extends LuceneTestCase {
  public void testArePrefixesSeenFromTheCentroid() {
    int dims = 1 + random().nextInt(100);
    float[][] vectors = Shapes.gaussian(random(), 50, 2 * dims);
    float[] centroid = Shapes.gaussian(random(), 1, dims)[0];
    int[] order = {7, 49, 0};
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      WaitingPrefixes waiting = new WaitingPrefixes(List.of(vectors), order, similarity, centroid);
      assertEquals(order.length, waiting.size());
      float[] read = new float[dims + 2];
      for (int i = 0; i < order.length; i++) {
        waiting.read(i, read, 2);
        assertEquals(0, read[1], 0);
        float[] prefix = PrefixSimilarity.prefixOf(vectors[order[i]], dims, similarity);
        for (int j = 0; j < dims; j++) {
          assertEquals(prefix[j] - centroid[j], read[j + 2], 1e-6f);
        }
      }
    }
  }

  public void testZerosStayZeros() {
    List<float[]> vectors = List.of(new float[] {0, 0, 1});
    WaitingPrefixes waiting =
        new WaitingPrefixes(vectors, new int[] {0}, VectorSimilarityFunction.COSINE, new float[2]);
    float[] read = {1, 1};
    waiting.read(0, read, 0);
    assertArrayEquals(new float[] {0, 0}, read, 0);
  }

  public void testBytesAreOfUnitLengthForCosine() {
    byte[] bytes = {3, -4, 12};
    float[] read = new float[3];
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      new WaitingBytes(List.of(bytes), new int[] {0}, similarity, 3).read(0, read, 0);
      int length = similarity == VectorSimilarityFunction.COSINE ? 1 : 13;
      assertEquals(length * length, VectorUtil.dotProduct(read, read), 1e-4f);
    }
  }

  /** Lengths whose squares a float does not hold are lengths. */
  public void testDirectionsOfTheLongestAndShortest() {
    for (float length : new float[] {1e-30f, 1e-22f, 1, 1e20f, 1e30f}) {
      float[] vector = {0.6f * length, -0.8f * length, 7};
      float[] prefix = PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.COSINE);
      assertArrayEquals(String.valueOf(length), new float[] {0.6f, -0.8f}, prefix, 1e-5f);
      float[] read = new float[2];
      new WaitingPrefixes(
              List.of(vector), new int[] {0}, VectorSimilarityFunction.COSINE, new float[2])
          .read(0, read, 0);
      assertArrayEquals(Arrays.toString(vector), prefix, read, 1e-6f);
    }
  }
}
