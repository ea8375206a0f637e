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
package org.matryoshkasearch.lucene.internal.scoring;

import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** Prefixes of unit length, where directions are compared. */
public class PrefixSimilarityTest extends LuceneTestCase {
  public void testComparablePrefixes() {
    float[] vector = {3, 4, 12};
    assertArrayEquals(
        new float[] {0.6f, 0.8f},
        PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.COSINE),
        1e-6f);
    assertArrayEquals(
        new float[] {3, 4},
        PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.EUCLIDEAN),
        0);
    assertArrayEquals( // as long as the vector
        new float[] {0.6f * 13, 0.8f * 13},
        PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT),
        1e-5f);
    assertArrayEquals(
        vector,
        PrefixSimilarity.prefixOf(vector, 3, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT),
        0);
    float[] nearlyUnit = {0.60002f, 0.8f, 1};
    float[] unit = PrefixSimilarity.prefixOf(nearlyUnit, 2, VectorSimilarityFunction.COSINE);
    assertEquals(1, VectorUtil.dotProduct(unit, unit), 1e-6f);
    float[] zeros =
        PrefixSimilarity.prefixOf(new float[] {0, 0, 1}, 2, VectorSimilarityFunction.DOT_PRODUCT);
    assertTrue(VectorUtil.isZeroVector(zeros));
  }

  /** Lengths whose squares a float does not hold are lengths. */
  public void testDirectionsOfTheLongestAndShortest() {
    for (float length : new float[] {1e-30f, 1e-22f, 1, 1e20f, 1e30f}) {
      float[] vector = {0.6f * length, -0.8f * length, 7};
      float[] prefix = PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.COSINE);
      assertArrayEquals(Arrays.toString(vector), new float[] {0.6f, -0.8f}, prefix, 1e-5f);
    }
  }

  /** By inner product, too, with vectors that are longer than a float can say. */
  public void testPrefixesOfTheLongest() {
    float[] longest = {Float.MAX_VALUE, 0, -Float.MAX_VALUE};
    float[] prefix =
        PrefixSimilarity.prefixOf(longest, 2, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);
    assertArrayEquals(new float[] {Float.MAX_VALUE, 0}, prefix, 0);
    float[] behind = {0, 0, 1};
    prefix = PrefixSimilarity.prefixOf(behind, 2, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);
    assertArrayEquals(new float[] {0, 0}, prefix, 0);
  }

  public void testBytesAreOfUnitLengthForCosine() {
    byte[] bytes = {3, -4, 12};
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      boolean scaled = similarity == VectorSimilarityFunction.COSINE;
      assertEquals(scaled ? 1f / 13 : 1, PrefixSimilarity.scale(bytes, similarity), 1e-6f);
    }
    assertEquals(1, PrefixSimilarity.scale(new byte[3], VectorSimilarityFunction.COSINE), 0);
  }

  /** A row that was read scores as its products do. */
  public void testScoresOfRows() {
    float[] query = {0.6f, 0.8f};
    float[] row = {2, -1};
    float[] vector = {2, -1, 7};
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      float[] prefix = PrefixSimilarity.prefixOf(vector, 2, similarity);
      assertEquals(
          PrefixSimilarity.of(similarity).compare(query, prefix),
          FloatComparison.ofPrefixes(similarity)
              .score(query, row, PrefixSimilarity.floatLength(vector)),
          1e-6f);
      assertEquals(
          Math.max(0, similarity.compare(query, row)),
          FloatComparison.ofVectors(similarity, query).score(query, row, Float.NaN),
          1e-6f);
    }
  }
}
