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

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.Test;

public class GeneratedVectorsTest {

  @Test
  public void testSameSeedSameVectors() {
    List<VectorRow> first = rows(new GeneratedVectors(50, 96, 7));
    List<VectorRow> second = rows(new GeneratedVectors(50, 96, 7));
    List<VectorRow> other = rows(new GeneratedVectors(50, 96, 8));
    for (int i = 0; i < 50; i++) {
      assertArrayEquals(first.get(i).vector(), second.get(i).vector(), 0);
      assertFalse(Arrays.equals(first.get(i).vector(), other.get(i).vector()));
    }
  }

  @Test
  public void testTheFirstVectorIsForEverTheSame() {
    float[] vector = rows(new GeneratedVectors(1, 8, 7)).get(0).vector();
    float[] expected = {
      0.31439665f,
      0.08581783f,
      -0.14832708f,
      -0.41104516f,
      0.7428528f,
      0.06982922f,
      -0.023689132f,
      0.3815277f
    };
    assertArrayEquals(expected, vector, 1e-6f);
  }

  @Test
  public void testUnitLength() {
    for (VectorRow row : rows(new GeneratedVectors(100, 64, 3))) {
      double length = Math.sqrt(2 * Similarity.DOT_PRODUCT.score(row.vector(), row.vector()) - 1);
      assertEquals(1, length, 1e-6);
    }
  }

  @Test
  public void testPrefixFindsMostNeighbours() {
    List<VectorRow> rows = rows(new GeneratedVectors(3000, 512, 7));
    List<float[]> queries = rows.subList(0, 50).stream().map(VectorRow::vector).toList();
    List<VectorRow> documents = rows.subList(50, rows.size());
    ExactSearch whole = new ExactSearch(Similarity.COSINE, 10, queries);
    whole.add(documents);
    double recall = prefixRecall(128, documents, queries, whole);
    assertTrue("recall of the prefix: " + recall, recall > 0.6 && recall < 0.98);
  }

  private static double prefixRecall(
      int dims, List<VectorRow> documents, List<float[]> queries, ExactSearch whole) {
    ExactSearch prefix =
        new ExactSearch(
            Similarity.COSINE, 10, queries.stream().map(q -> Arrays.copyOf(q, dims)).toList());
    prefix.add(
        documents.stream()
            .map(row -> new VectorRow(row.row(), Arrays.copyOf(row.vector(), dims), null, null))
            .toList());
    double sum = 0;
    for (int i = 0; i < queries.size(); i++) {
      Set<Long> found = new HashSet<>();
      prefix.neighbors(i).forEach(neighbor -> found.add(neighbor.row()));
      sum += whole.recall(i, found);
    }
    return sum / queries.size();
  }

  @Test
  public void testArguments() {
    assertThrows(IllegalArgumentException.class, () -> new GeneratedVectors(0, 8, 7));
    assertThrows(IllegalArgumentException.class, () -> new GeneratedVectors(1, 0, 7));
  }

  private static List<VectorRow> rows(GeneratedVectors source) {
    try (VectorReader reader = source.open()) {
      List<VectorRow> rows = new ArrayList<>();
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        rows.add(row);
      }
      return rows;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
