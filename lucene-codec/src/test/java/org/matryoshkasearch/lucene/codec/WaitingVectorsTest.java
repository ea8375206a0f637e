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

import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.SegmentFiles;
import org.matryoshkasearch.lucene.internal.graph.GraphVectors;
import org.matryoshkasearch.lucene.internal.graph.Nearness;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** What a graph is built over, on a flush. */
public class WaitingVectorsTest extends LuceneTestCase {
  private static WaitingVectors waiting(
      VectorSimilarityFunction similarity, int prefixDims, float[]... vectors) throws IOException {
    WaitingVectors waiting =
        new WaitingVectors(SegmentFiles.field(0, vectors[0].length, similarity), prefixDims);
    for (int doc = 0; doc < vectors.length; doc++) {
      waiting.addValue(doc, vectors[doc]);
    }
    return waiting;
  }

  public void testArePrefixesSeenFromTheCentroid() throws IOException {
    int dims = 1 + random().nextInt(100);
    float[][] vectors = Shapes.gaussian(random(), 50, 2 * dims);
    int[] order = {7, 49, 0};
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      WaitingVectors waiting = waiting(similarity, dims, vectors);
      for (Nearness kind : Nearness.values()) {
        float[] origin = kind == Nearness.DISTANCE ? waiting.centroid() : new float[dims];
        GraphVectors read = waiting.graphVectors(order, kind);
        assertEquals(order.length, read.size());
        float[] into = new float[dims + 2];
        for (int i = 0; i < order.length; i++) {
          read.read(i, into, 2);
          assertEquals(0, into[1], 0);
          float[] prefix = PrefixSimilarity.prefixOf(vectors[order[i]], dims, similarity);
          assertArrayEquals(prefix, waiting.prefix(order[i]), 0);
          for (int j = 0; j < dims; j++) {
            assertEquals(prefix[j] - origin[j], into[j + 2], 1e-6f);
          }
        }
      }
    }
  }

  public void testZerosStayZeros() throws IOException {
    WaitingVectors waiting = waiting(VectorSimilarityFunction.COSINE, 2, new float[] {0, 0, 1});
    float[] read = {1, 1};
    waiting.graphVectors(new int[] {0}, Nearness.INNER_PRODUCT).read(0, read, 0);
    assertArrayEquals(new float[] {0, 0}, read, 0);
  }

  /** Lengths whose squares a float does not hold are lengths. */
  public void testDirectionsOfTheLongestAndShortest() throws IOException {
    for (float length : new float[] {1e-30f, 1e-22f, 1, 1e20f, 1e30f}) {
      float[] vector = {0.6f * length, -0.8f * length, 7};
      float[] read = new float[2];
      waiting(VectorSimilarityFunction.COSINE, 2, vector)
          .graphVectors(new int[] {0}, Nearness.INNER_PRODUCT)
          .read(0, read, 0);
      assertArrayEquals(String.valueOf(length), new float[] {0.6f, -0.8f}, read, 1e-5f);
    }
  }
}
