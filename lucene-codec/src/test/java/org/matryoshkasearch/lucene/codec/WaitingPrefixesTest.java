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
import java.util.Random;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

public class WaitingPrefixesTest extends LuceneTestCase {
  public void testScoresAreAboutThoseOfThePrefixes() throws IOException {
    int dims = 1 + random().nextInt(100);
    float[][] unit = NestedVectors.unit(new Random(random().nextLong()), 50, dims);
    int query = random().nextInt(unit.length);
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      int length = similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT ? 3 : 1;
      WaitingPrefixes waiting = new WaitingPrefixes(dims, similarity);
      UpdateableRandomVectorScorer scorer = waiting.scorers().scorer();
      float[][] vectors = new float[unit.length][dims];
      int[] nodes = new int[unit.length];
      for (int i = 0; i < vectors.length; i++) {
        for (int j = 0; j < dims; j++) {
          vectors[i][j] = length * unit[i][j];
        }
        waiting.add(vectors[i]); // the scorer sees what is added after it was made
        nodes[i] = i;
      }
      scorer.setScoringOrdinal(query);
      float[] scores = new float[nodes.length];
      float max = scorer.bulkScore(nodes, scores, nodes.length);
      for (int i = 0; i < nodes.length; i++) {
        float exact = PrefixSimilarity.of(similarity).compare(vectors[query], vectors[i]);
        assertEquals(similarity + " " + i, exact, scores[i], 0.02 * length * length);
        assertEquals(scores[i], scorer.score(i), 0);
        assertTrue(scores[i] <= max);
      }
      assertEquals(vectors.length, waiting.size());
    }
  }

  public void testPrefixOfZerosIsNearNothing() throws IOException {
    WaitingPrefixes waiting = new WaitingPrefixes(2, VectorSimilarityFunction.COSINE);
    waiting.add(new float[] {0, 0});
    waiting.add(new float[] {1, 0});
    UpdateableRandomVectorScorer scorer = waiting.scorers().scorer();
    scorer.setScoringOrdinal(1);
    assertEquals(0.5f, scorer.score(0), 0);
    assertEquals(1f, scorer.score(1), 1e-6f);
  }
}
