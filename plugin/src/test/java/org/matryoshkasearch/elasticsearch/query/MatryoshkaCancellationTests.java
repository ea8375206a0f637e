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
package org.matryoshkasearch.elasticsearch.query;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.elasticsearch.search.internal.ContextIndexSearcher;
import org.elasticsearch.tasks.TaskCancelledException;
import org.elasticsearch.test.ESTestCase;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.search.FunnelStage;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** A search under Elasticsearch's own searcher, which checks for cancellation while it reads. */
public class MatryoshkaCancellationTests extends ESTestCase {
  private static final int DIMS = 32;
  private static final int DOCS = 500;

  private Directory directory;
  private DirectoryReader reader;
  private float[] target;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = new ByteBuffersDirectory();
    IndexWriterConfig config = new IndexWriterConfig();
    config.setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(8)));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < DOCS; i++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField("vector", randomVector(), VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
        if (i == DOCS / 2) {
          writer.flush();
        }
      }
    }
    reader = DirectoryReader.open(directory);
    target = randomVector();
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static float[] randomVector() {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = randomFloatBetween(-1, 1, true);
    }
    return vector;
  }

  private ContextIndexSearcher searcher() throws IOException {
    return new ContextIndexSearcher(
        reader,
        IndexSearcher.getDefaultSimilarity(),
        IndexSearcher.getDefaultQueryCache(),
        IndexSearcher.getDefaultQueryCachingPolicy(),
        true);
  }

  private Query query() {
    return MatryoshkaKnnQuery.builder("vector", target, 10).candidates(DOCS).build();
  }

  public void testChecksDoNotChangeTheHits() throws IOException {
    TopDocs expected = new IndexSearcher(reader).search(query(), 10);
    try (ContextIndexSearcher searcher = searcher()) {
      AtomicInteger checks = new AtomicInteger();
      searcher.addQueryCancellation(checks::incrementAndGet);
      TopDocs hits = searcher.search(query(), 10);
      assertTrue(checks.get() > 0);
      assertEquals(expected.scoreDocs.length, hits.scoreDocs.length);
      for (int i = 0; i < hits.scoreDocs.length; i++) {
        ScoreDoc hit = hits.scoreDocs[i];
        assertEquals(expected.scoreDocs[i].doc, hit.doc);
        assertEquals(expected.scoreDocs[i].score, hit.score, 1e-6f);
      }
    }
  }

  /** One for each phase that a search can have. */
  private Map<String, Query> queries() {
    Supplier<MatryoshkaKnnQuery.Builder> knn =
        () -> MatryoshkaKnnQuery.builder("vector", target, 10);
    Query some = new FieldExistsQuery("vector");
    List<FunnelStage> funnel = List.of(new FunnelStage(16, 100), new FunnelStage(24, 50));
    return Map.of(
        "candidates", query(),
        "target", knn.get().targetRecall(0.9).build(),
        "funnel", knn.get().candidates(DOCS).funnel(funnel).build(),
        "filter", knn.get().candidates(DOCS).filter(some).build(),
        "exact", knn.get().exact(true).build(),
        "exact with a filter", knn.get().exact(true).filter(some).build());
  }

  public void testCancelledSearchEnds() throws IOException {
    for (Map.Entry<String, Query> query : queries().entrySet()) {
      AtomicInteger checks = new AtomicInteger();
      try (ContextIndexSearcher searcher = searcher()) {
        searcher.addQueryCancellation(checks::incrementAndGet);
        searcher.search(query.getValue(), 10);
      }
      int checksOfAWholeSearch = checks.get();
      for (int allowed = 0; allowed < checksOfAWholeSearch; allowed += between(1, 5)) {
        assertCancelled(query.getKey(), query.getValue(), allowed);
      }
      assertCancelled(query.getKey(), query.getValue(), checksOfAWholeSearch - 1);
    }
  }

  private void assertCancelled(String what, Query query, int allowed) throws IOException {
    AtomicInteger checks = new AtomicInteger();
    try (ContextIndexSearcher searcher = searcher()) {
      searcher.addQueryCancellation(
          () -> {
            if (checks.getAndIncrement() >= allowed) {
              throw new TaskCancelledException("cancelled");
            }
          });
      expectThrows(
          TaskCancelledException.class,
          what + " at check " + allowed,
          () -> searcher.search(query, 10));
    }
  }

  public void testTimeoutEndsTheSearch() throws IOException {
    for (Map.Entry<String, Query> query : queries().entrySet()) {
      try (ContextIndexSearcher searcher = searcher()) {
        searcher.addQueryCancellation(searcher::throwTimeExceededException);
        assertEquals(query.getKey(), 0, searcher.search(query.getValue(), 10).scoreDocs.length);
        assertTrue(query.getKey(), searcher.timeExceeded());
      }
    }
  }
}
