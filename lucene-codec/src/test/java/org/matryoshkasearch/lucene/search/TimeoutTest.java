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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Searches that run out of time, and readers that watch the time. */
public class TimeoutTest extends KnnTestCase {
  private VectorSimilarityFunction similarity;
  private Supplier<float[]> vectors;
  private List<Row> rows;
  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    similarity = randomSimilarity();
    vectors = vectors(similarity);
    rows = rows(600, vectors);
    directory = newDirectory();
    // one bit a dimension, so that the score of a prefix is never that of the vector
    IndexWriterConfig config = config(matryoshka(PrefixEncoding.BIT1)).setMaxBufferedDocs(10_000);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (Row row : rows) {
        writer.addDocument(row.document(similarity));
        if (row.id() == 299) {
          writer.flush();
        }
      }
    }
    reader = DirectoryReader.open(directory);
    assertEquals(2, reader.leaves().size());
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static QueryTimeout after(int checks) {
    AtomicInteger left = new AtomicInteger(checks);
    return () -> left.getAndDecrement() <= 0;
  }

  /** The hits of a rewrite that had a timeout, collected without one. */
  private List<Hit> hits(QueryTimeout timeout, Query query) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setTimeout(timeout);
    Query rewritten = searcher.rewrite(query);
    searcher.setTimeout(null);
    return hits(searcher, rewritten, rows.size());
  }

  private void assertFullScores(float[] target, List<Hit> hits) {
    for (Hit hit : hits) {
      float score = score(similarity, target, rows.get(hit.id()).vector());
      assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
    }
  }

  public void testATimeoutThatDoesNotExpireChangesNothing() throws IOException {
    float[] target = vectors.get();
    Query query = MatryoshkaKnnQuery.builder(FIELD, target, 10).candidates(100).build();
    assertEquals(hits(null, query), hits(() -> false, query));
  }

  public void testOnlyRescoredRowsAreReturned() throws IOException {
    float[] target = vectors.get();
    Query query = MatryoshkaKnnQuery.builder(FIELD, target, 600).candidates(600).build();
    assertEquals(600, hits(null, query).size());
    // each leaf ends with its first chunk
    List<Hit> none = hits(() -> true, query);
    assertEquals(128, none.size());
    assertFullScores(target, none);
    List<Hit> some = hits(after(3), query);
    assertTrue(none.size() < some.size() && some.size() < 600);
    assertFullScores(target, some);
  }

  public void testExpiresAnywhere() throws IOException {
    float[] target = vectors.get();
    Query query =
        MatryoshkaKnnQuery.builder(FIELD, target, 10)
            .candidates(200)
            .funnel(List.of(new FunnelStage(16, 100)))
            .build();
    // so many that there are several chunks of a leaf
    Query targeted = MatryoshkaKnnQuery.builder(FIELD, target, 150).targetRecall(0.5).build();
    Query exact = MatryoshkaKnnQuery.builder(FIELD, target, 10).exact(true).build();
    for (int checks = 0; checks < 400; checks += 1 + random().nextInt(checks < 60 ? 2 : 20)) {
      for (Query each : List.of(query, targeted, exact)) {
        List<Hit> hits = hits(after(checks), each);
        assertTrue(hits.size() <= ((MatryoshkaKnnQuery) each).getK());
        assertFullScores(target, hits);
      }
    }
  }

  /** The time is over with the last row: nothing was left out. */
  public void testATimeoutThatCameTooLateLeftNothingOut() throws IOException {
    float[] target = vectors.get();
    for (Query query :
        List.of(
            MatryoshkaKnnQuery.builder(FIELD, target, 10).candidates(100).build(),
            MatryoshkaKnnQuery.builder(FIELD, target, 10).candidates(600).build(),
            MatryoshkaKnnQuery.builder(FIELD, target, 10).targetRecall(0.9).build(),
            MatryoshkaKnnQuery.builder(FIELD, target, 10).exact(true).build())) {
      AtomicInteger asked = new AtomicInteger();
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setTimeout(() -> asked.incrementAndGet() < 0);
      searcher.rewrite(query);
      int last = asked.get();
      IndexSearcher late = new IndexSearcher(reader);
      late.setTimeout(after(last));
      Query answer = late.rewrite(query);
      late.setTimeout(() -> true);
      assertFalse(answer.toString(), answer.toString().contains("timed out"));
      assertEquals(hits(null, query), hits(after(last), query));
    }
  }

  public void testTheSearcherSaysThatItTimedOut() throws IOException {
    Query query =
        MatryoshkaKnnQuery.builder(FIELD, vectors.get(), 10)
            .minScore(Float.POSITIVE_INFINITY)
            .build();
    IndexSearcher searcher = new IndexSearcher(reader);
    searcher.setTimeout(() -> true);
    assertEquals(0, searcher.search(query, 10).scoreDocs.length);
    assertTrue(searcher.timedOut());
    IndexSearcher counter = new IndexSearcher(reader);
    counter.setTimeout(() -> true);
    assertEquals(0, counter.count(query));
    assertTrue(counter.timedOut());
  }

  public void testReaderThatWatchesTheTime() throws IOException {
    float[] target = vectors.get();
    QueryTimeout never = () -> false;
    DirectoryReader exitable = ExitableDirectoryReader.wrap(reader, never);
    IndexSearcher searcher = newSearcher(exitable, false);
    assertHits(
        exact(rows, row -> true, similarity, target, 20),
        hits(searcher, MatryoshkaKnnQuery.builder(FIELD, target, 20).candidates(600).build(), 20));
    List<Hit> fromGraph =
        hits(searcher, MatryoshkaKnnQuery.builder(FIELD, target, 20).candidates(60).build(), 20);
    assertEquals(20, fromGraph.size());
    assertFullScores(target, fromGraph);
  }
}
