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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;

/** Scores of leading dimensions: in funnel stages, and for targets that are short. */
public class FunnelTest extends KnnTestCase {
  private VectorSimilarityFunction similarity;
  private Supplier<float[]> vectors;
  private List<Row> rows;
  private Directory directory;
  private IndexReader reader;
  private IndexSearcher searcher;

  private void index(VectorSimilarityFunction indexed) throws IOException {
    similarity = indexed;
    vectors = vectors(similarity);
    rows = rows(300, vectors);
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(randomMatryoshka()))) {
      for (Row row : rows) {
        writer.addDocument(row.document(similarity));
        if (row.id() % 130 == 129) {
          writer.flush();
        }
      }
    }
    reader = DirectoryReader.open(directory);
    searcher = newSearcher(reader);
  }

  private void close() throws IOException {
    reader.close();
    directory.close();
  }

  private List<Row> nearest(List<Row> of, float[] target, int dims, int keep) {
    float[] leading = Arrays.copyOf(target, dims);
    return of.stream()
        .sorted(
            Comparator.comparingDouble((Row row) -> score(similarity, leading, row.vector()))
                .reversed()
                .thenComparingInt(Row::id))
        .limit(keep)
        .toList();
  }

  public void testFunnelEqualsTheSameByHand() throws IOException {
    for (VectorSimilarityFunction each : VectorSimilarityFunction.values()) {
      index(each);
      for (int i = 0; i < 3; i++) {
        float[] target = vectors.get();
        List<Row> kept = nearest(nearest(rows, target, 10, 120), target, 20, 40);
        assertHits(
            exact(kept, row -> true, similarity, target, 15),
            hits(
                searcher,
                MatryoshkaKnnQuery.builder(FIELD, target, 15)
                    .candidates(300)
                    .funnel(List.of(new FunnelStage(10, 120), new FunnelStage(20, 40)))
                    .build(),
                300));
      }
      close();
    }
  }

  public void testFunnelThatKeepsAllButOne() throws IOException {
    index(randomSimilarity());
    float[] target = vectors.get();
    List<Row> kept = nearest(rows, target, 5, 299);
    assertHits(
        exact(kept, row -> true, similarity, target, 299),
        hits(
            searcher,
            MatryoshkaKnnQuery.builder(FIELD, target, 299)
                .candidates(300)
                .funnel(List.of(new FunnelStage(5, 299)))
                .build(),
            300));
    close();
  }

  public void testFunnelOverCandidatesOfTheGraph() throws IOException {
    index(randomSimilarity());
    float[] target = vectors.get();
    List<Hit> hits =
        hits(
            searcher,
            MatryoshkaKnnQuery.builder(FIELD, target, 5)
                .candidates(100)
                .funnel(List.of(new FunnelStage(16, 20)))
                .build(),
            300);
    assertEquals(5, hits.size());
    for (Hit hit : hits) {
      float score = score(similarity, target, rows.get(hit.id()).vector());
      assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
    }
    close();
  }

  public void testShortTargets() throws IOException {
    for (VectorSimilarityFunction each : VectorSimilarityFunction.values()) {
      index(each);
      for (int dims = PREFIX_DIMS; dims < DIMS; dims += 5) {
        float[] target = Arrays.copyOf(vectors.get(), dims);
        assertHits(
            exact(rows, row -> true, similarity, target, 12),
            hits(
                searcher,
                MatryoshkaKnnQuery.builder(FIELD, target, 12).candidates(300).build(),
                300));
        List<Hit> fromGraph =
            hits(
                searcher,
                MatryoshkaKnnQuery.builder(FIELD, target, 12).candidates(80).build(),
                300);
        assertEquals(12, fromGraph.size());
        for (Hit hit : fromGraph) {
          float score = score(similarity, target, rows.get(hit.id()).vector());
          assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
        }
      }
      close();
    }
  }

  public void testLeadingDimensionsOfZeros() throws IOException {
    try (Directory zeros = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(zeros, config(randomMatryoshka()))) {
        for (int id = 0; id < 3; id++) {
          float[] vector = new float[DIMS];
          vector[id == 2 ? DIMS - 1 : id] = id == 0 ? -1 : 1;
          writer.addDocument(new Row(id, vector, "a").document(VectorSimilarityFunction.COSINE));
        }
      }
      try (IndexReader zerosReader = DirectoryReader.open(zeros)) {
        float[] target = new float[PREFIX_DIMS];
        target[1] = 1;
        target[0] = 1;
        List<Hit> hits =
            hits(newSearcher(zerosReader), MatryoshkaKnnQuery.builder(FIELD, target, 3).build(), 3);
        assertEquals(List.of(1, 2, 0), hits.stream().map(Hit::id).toList());
        assertEquals(0.5f, hits.get(1).score(), 0);
      }
    }
  }
}
