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
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** What a listener is told of the stages of a search. */
public class StageStatsTest extends KnnTestCase {
  private static final int ROWS = 300;

  private final List<List<StageStats>> told = new ArrayList<>();
  private float[] target;

  private interface SearcherTest {
    void run(IndexSearcher searcher) throws IOException;
  }

  private void withRows(FullVectorEncoding encoding, SearcherTest test) throws IOException {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(PREFIX_DIMS, PrefixEncoding.INT8, encoding);
    withRows(new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> format), test);
  }

  private void withRows(Codec codec, SearcherTest test) throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.COSINE;
    Supplier<float[]> vectors = vectors(similarity);
    target = vectors.get();
    try (Directory directory = newDirectory()) {
      write(directory, codec, rows(ROWS, vectors), similarity);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        test.run(newSearcher(reader));
      }
    }
  }

  private MatryoshkaKnnQuery.Builder query(int k) {
    return MatryoshkaKnnQuery.builder(FIELD, target, k).listener(told::add);
  }

  private static void assertStage(
      StageStats stage, String name, int dims, int in, int out, long bytes) {
    assertEquals(name, stage.name());
    assertEquals(dims, stage.dims());
    assertEquals(in, stage.in());
    assertEquals(out, stage.out());
    assertEquals(bytes, stage.fullVectorBytes());
    assertTrue(stage.toString(), stage.nanos() > 0);
  }

  public void testEveryStage() throws IOException {
    for (FullVectorEncoding encoding : FullVectorEncoding.values()) {
      int bytes = encoding == FullVectorEncoding.FLOAT32 ? 4 : 2;
      withRows(
          encoding,
          searcher -> {
            told.clear();
            searcher.count(
                query(5)
                    .candidates(60)
                    .funnel(List.of(new FunnelStage(12, 30), new FunnelStage(20, 10)))
                    .build());
            assertEquals(1, told.size());
            List<StageStats> stages = told.get(0);
            assertEquals(4, stages.size());
            assertStage(stages.get(0), StageStats.GRAPH, PREFIX_DIMS, ROWS, 60, 0);
            long visited = stages.get(0).nodesVisited();
            assertTrue("" + visited, visited >= 60 && visited <= ROWS);
            assertStage(stages.get(1), StageStats.FUNNEL, 12, 60, 30, 60L * 12 * bytes);
            assertStage(stages.get(2), StageStats.FUNNEL, 20, 30, 10, 30L * 20 * bytes);
            assertStage(stages.get(3), StageStats.FULL, DIMS, 10, 5, 10L * DIMS * bytes);
          });
    }
  }

  public void testOnlyTheBestCandidatesAreRescored() throws IOException {
    withRows(
        FullVectorEncoding.FLOAT32,
        searcher -> {
          TopDocs all = searcher.search(query(5).candidates(60).build(), 5);
          told.clear();
          TopDocs best = searcher.search(query(5).candidates(60).rescored(20).build(), 5);
          List<StageStats> stages = told.get(0);
          assertStage(stages.get(0), StageStats.GRAPH, PREFIX_DIMS, ROWS, 20, 0);
          assertStage(stages.get(1), StageStats.FULL, DIMS, 20, 5, 20L * DIMS * Float.BYTES);
          assertTrue(best.scoreDocs[0].score <= all.scoreDocs[0].score);
          // rescoring as many as are taken is what rescoring all is
          TopDocs every = searcher.search(query(5).candidates(60).rescored(60).build(), 5);
          CheckHits.checkEqual(query(5).build(), all.scoreDocs, every.scoreDocs);
        });
    Exception e = expectThrows(IllegalArgumentException.class, () -> query(5).rescored(4).build());
    assertEquals(
        "[rescored] for field [" + FIELD + "] must be at least [k] = [5], got [4]", e.getMessage());
  }

  public void testWithoutGraph() throws IOException {
    withRows(
        FullVectorEncoding.FLOAT32,
        searcher -> {
          // every tenth row
          searcher.count(
              query(5)
                  .candidates(60)
                  .filter(new TermQuery(new Term("tag", "c")))
                  .funnel(List.of(new FunnelStage(12, 30)))
                  .build());
          List<StageStats> stages = told.get(0);
          assertEquals("nothing for the funnel to leave out", 2, stages.size());
          assertStage(stages.get(0), StageStats.ALL, 0, ROWS, 30, 0);
          assertEquals(0, stages.get(0).nodesVisited());
          assertStage(stages.get(1), StageStats.FULL, DIMS, 30, 5, 30L * DIMS * Float.BYTES);
        });
  }

  public void testShortTargetReadsLess() throws IOException {
    withRows(
        FullVectorEncoding.FLOAT32,
        searcher -> {
          target = Arrays.copyOf(target, 16);
          searcher.count(query(5).candidates(60).build());
          StageStats last = told.get(0).get(1);
          assertStage(last, StageStats.FULL, 16, 60, 5, 60L * 16 * Float.BYTES);
        });
  }

  public void testFieldOfAnotherFormat() throws IOException {
    withRows(
        TestUtil.getDefaultCodec(),
        searcher -> {
          searcher.count(query(5).candidates(60).funnel(List.of(new FunnelStage(8, 20))).build());
          List<StageStats> stages = told.get(0);
          assertEquals(DIMS, stages.get(0).dims());
          // whole rows are read where their leading dimensions cannot be read alone
          assertStage(stages.get(1), StageStats.FUNNEL, 8, 60, 20, 60L * DIMS * Float.BYTES);
        });
  }

  public void testEachSearchIsTold() throws IOException {
    withRows(
        FullVectorEncoding.FLOAT32,
        searcher -> {
          MatryoshkaKnnQuery query = query(5).build();
          searcher.count(query);
          searcher.count(query);
          assertEquals(2, told.size());
          searcher.count(
              MatryoshkaKnnQuery.builder("other", target, 5).listener(told::add).build());
          assertEquals(List.of(), told.get(2));
        });
  }
}
