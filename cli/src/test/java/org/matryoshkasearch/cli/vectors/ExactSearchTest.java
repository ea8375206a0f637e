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
package org.matryoshkasearch.cli.vectors;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.Test;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;

public class ExactSearchTest {

  @Test
  public void testScores() {
    float[] a = {1, 2, 3, 4, 5};
    float[] b = {2, 0, -1, 1, 3};
    double dot = 2 - 3 + 4 + 15;
    double cosine = dot / Math.sqrt(55.0 * 15.0);
    assertEquals((1 + cosine) / 2, Similarity.COSINE.score(a, b), 1e-12);
    assertEquals((1 + dot) / 2, Similarity.DOT_PRODUCT.score(a, b), 1e-12);
    assertEquals(1 / (1.0 + 1 + 4 + 16 + 9 + 4), Similarity.L2_NORM.score(a, b), 1e-12);
    assertEquals(1 + dot, Similarity.MAX_INNER_PRODUCT.score(a, b), 1e-12);
    float[] opposite = {-2, 0, 1, -1, -3};
    assertEquals(1 / (1 + dot), Similarity.MAX_INNER_PRODUCT.score(a, opposite), 1e-12);
    assertEquals("max_inner_product", Similarity.MAX_INNER_PRODUCT.mappingName());
  }

  @Test
  public void testBatchesGiveWhatSortingGives() {
    Random random = new Random(42);
    List<float[]> queries = List.of(vector(random, 20), vector(random, 20));
    List<VectorRow> rows = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      rows.add(new VectorRow(i, vector(random, 20), null, null));
    }
    for (Similarity similarity : Similarity.values()) {
      ExactSearch search = new ExactSearch(similarity, 7, queries);
      for (int i = 0; i < rows.size(); i += 90) {
        search.add(rows.subList(i, Math.min(rows.size(), i + 90)));
      }
      for (int q = 0; q < queries.size(); q++) {
        float[] query = queries.get(q);
        List<Neighbor> sorted =
            rows.stream()
                .map(row -> new Neighbor(row.row(), similarity.score(query, row.vector())))
                .sorted(Comparator.naturalOrder())
                .limit(7)
                .toList();
        assertEquals(sorted, search.neighbors(q));
      }
    }
  }

  @Test
  public void testRecall() {
    ExactSearch search =
        new ExactSearch(Similarity.DOT_PRODUCT, 2, List.of(new float[] {1}, new float[] {-1}));
    search.add(List.of(row(0, 5), row(1, 4), row(2, 4), row(3, 1)));
    assertEquals(1, search.recall(0, Set.of(0L, 1L)), 0);
    assertEquals("row 2 ties with row 1", 1, search.recall(0, Set.of(0L, 2L)), 0);
    assertEquals(1, search.recall(0, Set.of(1L, 2L)), 0);
    assertEquals(0.5, search.recall(0, Set.of(0L, 3L)), 0);
    assertEquals(0, search.recall(0, Set.of(3L)), 0);
    assertEquals(0.5, search.recall(1, Set.of(0L, 3L)), 0);
  }

  @Test
  public void testFewerVectorsThanWanted() {
    ExactSearch search = new ExactSearch(Similarity.DOT_PRODUCT, 10, List.of(new float[] {1}));
    assertEquals(1, search.recall(0, Set.of()), 0);
    search.add(List.of(row(0, 1), row(1, 2)));
    assertEquals(2, search.neighbors(0).size());
    assertEquals(0.5, search.recall(0, Set.of(1L)), 0);
  }

  private static VectorRow row(long row, float value) {
    return new VectorRow(row, new float[] {value}, null, null);
  }

  private static float[] vector(Random random, int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }
}
