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

import org.apache.lucene.tests.util.LuceneTestCase;

/** Numbers of 16 bits give back vectors to half of a step. */
public class SignedCodeTest extends LuceneTestCase {
  private static void assertAbout(float[] vector, float largest) {
    int dims = vector.length;
    byte[] code = new byte[2 * dims];
    float scale = SignedCode.encode(vector, code);
    assertTrue(scale <= largest / 32_000);
    float[] decoded = new float[dims + 2];
    SignedCode.decode(code, scale, decoded, 1, dims);
    assertEquals(0, decoded[0], 0);
    assertEquals(0, decoded[dims + 1], 0);
    for (int i = 0; i < dims; i++) {
      assertEquals(vector[i], decoded[1 + i], 0.501f * scale);
    }
  }

  /** All numbers that there are, and what lies between them. */
  public void testAllNumbers() {
    int numbers = 2 * 32_639 + 1;
    float[] vector = new float[2 * numbers - 1];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = i / 2f - 32_639;
    }
    assertAbout(vector, 32_639);
  }

  public void testSmallAndLarge() {
    float[] vector = new float[random().nextInt(1, 100)];
    for (float largest : new float[] {Float.MAX_VALUE, 1e20f, 1, 1e-20f, 1e-33f}) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = largest * (2 * random().nextFloat() - 1);
      }
      vector[random().nextInt(vector.length)] = random().nextBoolean() ? largest : -largest;
      assertAbout(vector, largest);
    }
  }

  public void testZeros() {
    byte[] code = {1, 2, 3, 4};
    assertEquals(0, SignedCode.encode(new float[2], code), 0);
    float[] decoded = {5, 5};
    SignedCode.decode(code, 0, decoded, 0, 2);
    assertArrayEquals(new float[2], decoded, 0);
    assertArrayEquals(new byte[4], code);
  }
}
