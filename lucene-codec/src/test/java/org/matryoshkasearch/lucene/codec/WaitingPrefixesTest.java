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

import java.util.Random;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

public class WaitingPrefixesTest extends LuceneTestCase {
  public void testAreAboutThePrefixes() {
    int dims = 1 + random().nextInt(100);
    float[][] unit = NestedVectors.unit(new Random(random().nextLong()), 50, dims);
    WaitingPrefixes waiting = new WaitingPrefixes(dims);
    for (float[] prefix : unit) {
      waiting.add(prefix);
    }
    assertEquals(unit.length, waiting.size());
    int[] order = {7, 49, 0};
    WaitingPrefixes ordered = waiting.inOrder(order);
    assertEquals(order.length, ordered.size());
    float[] read = new float[dims + 2];
    for (int i = 0; i < order.length; i++) {
      ordered.read(i, read, 2);
      assertEquals(0, read[1], 0);
      float[] prefix = unit[order[i]];
      float largest = 0;
      for (float component : prefix) {
        largest = Math.max(largest, Math.abs(component));
      }
      for (int j = 0; j < dims; j++) {
        assertEquals(prefix[j], read[j + 2], 0.51f * largest / Byte.MAX_VALUE);
      }
    }
  }

  public void testZerosStayZeros() {
    WaitingPrefixes waiting = new WaitingPrefixes(2);
    waiting.add(new float[] {0, 0});
    float[] read = {1, 1};
    waiting.read(0, read, 0);
    assertArrayEquals(new float[] {0, 0}, read, 0);
  }

  public void testBytesAreOfUnitLengthForCosine() {
    byte[] bytes = {3, -4, 12};
    float[] read = new float[3];
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      WaitingPrefixes waiting = new WaitingPrefixes(3);
      waiting.add(bytes, SignedCode.scaleOf(bytes, similarity));
      waiting.read(0, read, 0);
      int length = similarity == VectorSimilarityFunction.COSINE ? 1 : 13;
      assertEquals(length * length, VectorUtil.dotProduct(read, read), 1e-4f);
    }
  }
}
