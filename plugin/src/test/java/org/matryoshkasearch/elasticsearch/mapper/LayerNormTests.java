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
package org.matryoshkasearch.elasticsearch.mapper;

import java.util.Arrays;
import org.apache.lucene.util.BytesRef;
import org.elasticsearch.test.ESTestCase;

/** The vector that is compared, and the one that comes back, bit for bit. */
public class LayerNormTests extends ESTestCase {

  /** Numbers that PyTorch's layer_norm gives, but for the length. */
  public void testMeanIsTakenOff() {
    float[] normed = LayerNorm.apply(new float[] {1, 2, 3, 6}, "it");
    assertArrayEquals(new float[] {-2, -1, 0, 3}, normed, 0);
  }

  public void testComesBack() {
    for (int round = 0; round < 2000; round++) {
      ElementType type = randomFrom(ElementType.values());
      float[] sent = type.round(vector(randomIntBetween(2, 300)));
      float[] normed = type.round(LayerNorm.apply(sent, "it"));
      BytesRef remainder = LayerNorm.remainder(sent, normed, type);
      assertSame(sent, LayerNorm.restore(normed, remainder, type));
    }
  }

  /** Of components like those of a model, few need more than the mean. */
  public void testRemainderIsSmall() {
    float[] sent = new float[768];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (float) (random().nextGaussian() / 28 + 0.001);
    }
    float[] normed = LayerNorm.apply(sent, "it");
    BytesRef remainder = LayerNorm.remainder(sent, normed, ElementType.FLOAT);
    assertTrue(remainder.length + " bytes", remainder.length < 768 * Float.BYTES / 10);
  }

  /** Components of all magnitudes, with zeros of both signs, far from the origin or around it. */
  private static float[] vector(int dims) {
    float[] vector = new float[dims];
    int spread = randomFrom(0, 3, 20, 60);
    float offset = randomFrom(0f, 0.001f, 1f, -1000f);
    for (int i = 0; i < dims; i++) {
      double magnitude = Math.pow(2, randomIntBetween(-spread, spread));
      vector[i] = (float) (random().nextGaussian() * magnitude + offset);
      if (rarely()) {
        vector[i] = randomFrom(0f, -0f, 1f, Float.MIN_VALUE, -Float.MIN_NORMAL);
      }
    }
    vector[randomIntBetween(0, dims - 1)] = 7; // not all equal
    vector[0] = vector[0] == 7 ? -3 : vector[0];
    return vector;
  }

  private static void assertSame(float[] expected, float[] found) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Arrays.toString(expected),
          Float.floatToRawIntBits(expected[i]),
          Float.floatToRawIntBits(found[i]));
    }
  }

  /** Sums of equal components are exact, whatever they are and however many. */
  public void testEqualComponents() {
    for (int round = 0; round < 200; round++) {
      float[] equal = new float[randomIntBetween(1, 4096)];
      Arrays.fill(equal, (float) random().nextGaussian());
      Exception e =
          expectThrows(IllegalArgumentException.class, () -> LayerNorm.apply(equal, "it"));
      assertEquals(
          "it has variance [0.0] over its components but recipe [layer_norm] needs more than [0]",
          e.getMessage());
    }
  }

  public void testAnotherVersion() {
    float[] sent = {1, 2, 3};
    BytesRef remainder = LayerNorm.remainder(sent, LayerNorm.apply(sent, "it"), ElementType.FLOAT);
    remainder.bytes[remainder.offset] = 1;
    Exception e =
        expectThrows(
            IllegalStateException.class,
            () -> LayerNorm.restore(sent, remainder, ElementType.FLOAT));
    assertEquals("layer norm of version [1] cannot be read, only [0]", e.getMessage());
  }
}
