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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.IntField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.soak.PlainValuesReader;

/** Searches that compare everything. */
public class ExactKnnTest extends KnnTestCase {
  private static final int ROWS = 700;

  private static MatryoshkaKnnQuery.Builder query(float[] target, int k) {
    return MatryoshkaKnnQuery.builder(FIELD, target, k).exact(true);
  }

  /** Any format, reader, filter, deletes, targets of any length, lowest scores. */
  public void testFindsTheNearest() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = vectors(similarity);
    List<Row> rows = rows(ROWS, vectors);
    Codec codec = random().nextBoolean() ? randomMatryoshka() : TestUtil.getDefaultCodec();
    try (Directory directory = newDirectory()) {
      write(directory, codec, rows, similarity);
      try (IndexWriter writer = new IndexWriter(directory, config(codec))) {
        for (int id = 0; id < ROWS; id += 9) {
          writer.deleteDocuments(IntField.newExactQuery("id", id));
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        DirectoryReader read =
            random().nextBoolean() ? reader : new PlainValuesReader(reader, random().nextBoolean());
        IndexSearcher searcher = newSearcher(read);
        for (Query filter : new Query[] {null, new TermQuery(new Term("tag", "c"))}) {
          for (int k : new int[] {1, 10, ROWS, Integer.MAX_VALUE}) {
            float[] whole = vectors.get();
            boolean shorter = random().nextBoolean();
            float[] target =
                shorter
                    ? Arrays.copyOf(whole, TestUtil.nextInt(random(), PREFIX_DIMS, DIMS))
                    : whole;
            List<Hit> hits =
                hits(searcher, query(target, k).filter(filter).build(), Math.min(k, ROWS));
            List<Hit> nearest =
                exact(
                    rows,
                    row -> row.id() % 9 != 0 && (filter == null || row.tag().equals("c")),
                    similarity,
                    target,
                    Math.min(k, ROWS));
            assertEquals(nearest.size(), hits.size());
            for (int i = 0; i < hits.size(); i++) {
              float score = nearest.get(i).score();
              assertEquals(score, hits.get(i).score(), 1e-5 * Math.max(1, score));
            }
            float least = hits.get(hits.size() / 2).score();
            List<Hit> better =
                hits(
                    searcher,
                    query(target, k).filter(filter).minScore(least).build(),
                    Math.min(k, ROWS));
            assertEquals(hits.stream().filter(hit -> hit.score() >= least).toList(), better);
          }
        }
      }
    }
  }

  public void testStages() throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.DOT_PRODUCT;
    Supplier<float[]> vectors = vectors(similarity);
    try (Directory directory = newDirectory()) {
      write(directory, randomMatryoshka(), rows(100, vectors), similarity);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        List<StageStats> stages = new ArrayList<>();
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = query(vectors.get(), 7).listener(stages::addAll).build();
        hits(searcher, query, 7);
        assertEquals(1, stages.size());
        assertEquals(StageStats.FULL, stages.get(0).name());
        assertEquals(100, stages.get(0).in());
        assertEquals(7, stages.get(0).out());
        assertTrue(stages.get(0).fullVectorBytes() >= 100L * DIMS * 2);
      }
    }
  }

  public void testNothingElseCanBeGiven() {
    float[] target = new float[DIMS];
    target[0] = 1;
    List<MatryoshkaKnnQuery.Builder> wrong =
        List.of(
            query(target, 5).candidates(10),
            query(target, 5).rescored(10),
            query(target, 5).targetRecall(0.9),
            query(target, 5).funnel(List.of(new FunnelStage(10, 6))));
    for (MatryoshkaKnnQuery.Builder builder : wrong) {
      expectThrows(IllegalArgumentException.class, builder::build);
    }
    assertNotEquals(query(target, 5).build(), MatryoshkaKnnQuery.builder(FIELD, target, 5).build());
    assertTrue(query(target, 5).build().toString().contains("exact"));
  }
}
