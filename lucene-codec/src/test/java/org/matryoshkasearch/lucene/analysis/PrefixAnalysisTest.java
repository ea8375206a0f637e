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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.NamedThreadFactory;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What an analysis measures, beside searches of a real index. */
public class PrefixAnalysisTest extends LuceneTestCase {
  private static final int ROWS = 600;
  private static final int QUERIES = 30;
  private static final int DIMS = 96;
  private static final int PREFIX = 24;
  private static final int K = 10;

  /** Recall is that of an index with the same prefix and code, of which all codes are looked at. */
  public void testAsAnIndexFinds() throws IOException {
    float[][] all = NestedVectors.unit(random(), ROWS + QUERIES, DIMS);
    float[][] documents = Arrays.copyOf(all, ROWS);
    float[][] queries = Arrays.copyOfRange(all, ROWS, all.length);
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      AnalysisResult result =
          PrefixAnalysis.builder(VectorSet.of(documents), similarity)
              .queries(VectorSet.of(queries))
              .prefixDims(PREFIX, DIMS)
              .build()
              .run();
      assertEquals(QUERIES, result.queries());
      assertEquals(8, result.settings().size());
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        for (int rescored : new int[] {K, 30}) {
          double expected = recallOfIndex(documents, queries, similarity, encoding, rescored);
          PrefixRecall setting = result.setting(PREFIX, encoding);
          assertEquals(
              similarity + " " + encoding + " " + rescored,
              expected,
              setting.at(rescored).mean(),
              0.011); // codes on a grid tie, and which comes first is left open
        }
      }
      assertEquals(1, result.setting(DIMS, PrefixEncoding.FLOAT32).at(K).mean(), 0.004);
    }
  }

  private static double recallOfIndex(
      float[][] documents,
      float[][] queries,
      VectorSimilarityFunction similarity,
      PrefixEncoding encoding,
      int rescored)
      throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setRAMBufferSizeMB(100)
            .setCodec(
                new MatryoshkaCodec(
                    new MatryoshkaHnswVectorsFormat(PREFIX, encoding, FullVectorEncoding.FLOAT32)));
    int found = 0;
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (float[] vector : documents) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("v", vector, similarity));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (float[] query : queries) {
          List<Integer> truth =
              IntStream.range(0, documents.length)
                  .boxed()
                  .sorted(
                      (a, b) ->
                          Float.compare(
                              similarity.compare(query, documents[b]),
                              similarity.compare(query, documents[a])))
                  .limit(K)
                  .toList();
          Query search =
              MatryoshkaKnnQuery.builder("v", query, K)
                  .candidates(documents.length / 2) // of all, prefixes would not be compared
                  .rescored(rescored)
                  .build();
          for (ScoreDoc hit : searcher.search(search, K).scoreDocs) {
            found += truth.contains(hit.doc) ? 1 : 0;
          }
        }
      }
    }
    return (double) found / (queries.length * K);
  }

  /** A document that is drawn as a query is not its own neighbour; copies of it are. */
  public void testDocumentsAsQueries() throws IOException {
    float[][] documents = NestedVectors.unit(random(), 40, DIMS);
    for (int i = 0; i < 20; i++) {
      documents[i + 20] = documents[i].clone();
    }
    PrefixAnalysis.Builder analysis =
        PrefixAnalysis.builder(VectorSet.of(documents), VectorSimilarityFunction.COSINE).k(1);
    AnalysisResult result = analysis.prefixDims(16).build().run(); // of fewer, others are as near
    assertEquals(40, result.queries());
    assertEquals(1, result.setting(16, PrefixEncoding.INT8).at(1).mean(), 0.051);
  }

  /** The parts give the same as the whole, for queries that are chosen. */
  public void testInParts() throws IOException {
    VectorSet documents = VectorSet.of(NestedVectors.unit(random(), ROWS, DIMS));
    int[] chosen = {3, 77, 500};
    PrefixAnalysis analysis =
        PrefixAnalysis.builder(documents, VectorSimilarityFunction.COSINE)
            .queryDocuments(chosen)
            .k(K)
            .build();
    int[][] neighbors = analysis.neighbors();
    AnalysisResult whole = analysis.run();
    AnalysisResult parts = analysis.run(neighbors);
    assertEquals(chosen.length, whole.queries());
    for (int query = 0; query < chosen.length; query++) {
      assertEquals(K, neighbors[query].length);
      assertTrue("not its own neighbour", Arrays.binarySearch(neighbors[query], chosen[query]) < 0);
    }
    for (int i = 0; i < whole.settings().size(); i++) {
      int[][] places = whole.settings().get(i).places();
      assertTrue(Arrays.deepEquals(places, parts.settings().get(i).places()));
    }
  }

  /** Of two analyses together, one of which had fewer neighbours to find. */
  public void testJoinedRecall() {
    int[][] places = {{1, 2, 9}, {1, 4}};
    PrefixRecall joined = new PrefixRecall(8, PrefixEncoding.INT4, 4, 3, 9, places);
    assertArrayEquals(new double[] {2 / 3.0, 0.5}, joined.recalls(3), 1e-9);
    assertArrayEquals(new double[] {2 / 3.0, 1}, joined.recalls(4), 1e-9);
    assertEquals(9, joined.rowsFor(0.9));
    assertEquals(44, joined.hotBytes());
  }

  public void testThreads() throws IOException {
    float[][] documents = NestedVectors.unit(random(), 1500, DIMS);
    long seed = random().nextLong();
    ExecutorService executor = Executors.newFixedThreadPool(3, new NamedThreadFactory("analysis"));
    try {
      AnalysisResult one = analysis(documents).seed(seed).build().run();
      AnalysisResult several = analysis(documents).seed(seed).executor(executor, 3).build().run();
      assertEquals(one.verdict(), several.verdict());
      for (int i = 0; i < one.settings().size(); i++) {
        for (int rows = K; rows < 1500; rows += 1 + random().nextInt(100)) {
          PrefixRecall setting = one.settings().get(i);
          double again = several.settings().get(i).at(rows).mean();
          assertEquals("but for rounding", setting.at(rows).mean(), again, 0.0041);
        }
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static PrefixAnalysis.Builder analysis(float[][] documents) {
    return PrefixAnalysis.builder(VectorSet.of(documents), VectorSimilarityFunction.COSINE)
        .maxQueries(50);
  }

  public void testProgressAndCancel() throws IOException {
    float[][] documents = NestedVectors.unit(random(), ROWS, DIMS);
    List<Double> shares = new ArrayList<>();
    analysis(documents).progress(shares::add).build().run();
    assertEquals(shares.stream().sorted().toList(), shares);
    assertEquals(1, shares.get(shares.size() - 1), 0);
    assertTrue(shares.get(0) < 0.2);
    PrefixAnalysis cancelled =
        analysis(documents)
            .progress(
                share -> {
                  if (share > 0.3) {
                    throw new IOException("enough");
                  }
                })
            .build();
    assertEquals("enough", expectThrows(IOException.class, cancelled::run).getMessage());
  }

  /** The least number of rows for a target reaches it, and one row less does not. */
  public void testRowsForTarget() throws IOException {
    AnalysisResult result =
        analysis(NestedVectors.unit(random(), ROWS, DIMS)).target(0.9).build().run();
    for (PrefixRecall setting : result.settings()) {
      int rows = setting.rowsFor(0.9);
      assertTrue(setting.at(rows).mean() >= 0.9);
      assertTrue(rows == K || setting.at(rows - 1).mean() < 0.9);
      assertEquals(1, setting.at(ROWS).mean(), 0);
      Estimate recall = setting.at(rows);
      assertTrue(recall.low() < recall.mean() && recall.mean() <= recall.high());
    }
    Recommendation best = result.recommendation();
    assertTrue(best.reached());
    assertTrue(best.recall().mean() >= 0.9);
    for (PrefixRecall setting : result.settings()) {
      boolean less = setting.hotBytes() < best.setting().hotBytes();
      assertFalse(less && best.oversample() <= 10 && setting.oversampleFor(0.9) <= 10);
    }
  }

  /** Where distances count, vectors far from the origin are told apart as those around it. */
  public void testFarFromOrigin() throws IOException {
    float[][] documents = NestedVectors.unit(random(), ROWS, DIMS);
    for (float[] vector : documents) {
      for (int i = 0; i < DIMS; i++) {
        vector[i] = Math.round(vector[i] * 1024) + 4_000_000;
      }
    }
    AnalysisResult result =
        PrefixAnalysis.builder(VectorSet.of(documents), VectorSimilarityFunction.EUCLIDEAN)
            .prefixDims(DIMS)
            .build()
            .run();
    assertEquals(1, result.setting(DIMS, PrefixEncoding.FLOAT32).at(K).mean(), 0);
  }

  /** Lengths whose squares no float holds are as good as any. */
  public void testVeryLongAndShort() throws IOException {
    float[][] documents = NestedVectors.unit(random(), ROWS, DIMS);
    for (float factor : new float[] {1e37f, 1e-30f}) {
      float[][] scaled = new float[ROWS][DIMS];
      for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < DIMS; i++) {
          scaled[row][i] = documents[row][i] * factor;
        }
      }
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        AnalysisResult result =
            PrefixAnalysis.builder(VectorSet.of(scaled), similarity)
                .prefixDims(PREFIX, DIMS)
                .encodings(PrefixEncoding.FLOAT32)
                .build()
                .run();
        assertEquals(1, result.setting(DIMS, PrefixEncoding.FLOAT32).at(K).mean(), 0.001);
        assertEquals(1, result.setting(PREFIX, PrefixEncoding.FLOAT32).at(ROWS / 3).mean(), 0.1);
        assertEquals(Nesting.NESTED, result.verdict().nesting());
      }
    }
  }

  public void testSmallest() throws IOException {
    for (int rows : new int[] {2, 3, 9, 10, 11, 12}) {
      for (int dims : new int[] {1, 2, 9, 64, 4096}) {
        float[][] documents = NestedVectors.unit(random(), rows, dims);
        for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
          AnalysisResult result =
              PrefixAnalysis.builder(VectorSet.of(documents), similarity).build().run();
          assertEquals(Math.min(K, rows - 1), result.k());
          assertEquals(1, result.settings().get(0).at(rows).mean(), 0);
          assertTrue(result.recommendation().oversample() >= 1);
        }
      }
    }
    AnalysisResult one =
        PrefixAnalysis.builder(VectorSet.of(new float[1][8]), VectorSimilarityFunction.COSINE)
            .queries(VectorSet.of(new float[1][8]))
            .build()
            .run();
    assertEquals(1, one.k());
  }

  /** Any order of equals is as good as another. */
  public void testAllEqual() throws IOException {
    float[][] documents = new float[300][];
    Arrays.fill(documents, NestedVectors.unit(random(), 1, DIMS)[0]);
    AnalysisResult result = analysis(documents).build().run();
    for (PrefixRecall setting : result.settings()) {
      assertEquals(1, setting.at(K).mean(), 0);
    }
    assertEquals(Nesting.UNSURE, result.verdict().nesting());
  }

  public void testWrongArguments() {
    float[][] documents = NestedVectors.unit(random(), 20, DIMS);
    VectorSet set = VectorSet.of(documents);
    PrefixAnalysis.Builder builder = analysis(documents);
    assertWrong("target must be between 0.5 and 0.999, but is [0.4]", () -> builder.target(0.4));
    assertWrong(
        "target must be between 0.5 and 0.999, but is [NaN]", () -> builder.target(0.0 / 0));
    assertWrong("k must be between 1 and 1000, but is [0]", () -> builder.k(0));
    assertWrong("prefixDims must be between 1 and 96, but is [97]", () -> builder.prefixDims(97));
    assertWrong(
        "queries have [3] dims, documents have [96]",
        () -> builder.queries(VectorSet.of(new float[2][3])));
    assertWrong("there are no vectors", () -> VectorSet.of(new float[0][]));
    assertWrong(
        "vector [1] has [3] dims, the first one has [2]",
        () -> VectorSet.of(new float[][] {{1, 2}, {1, 2, 3}}));
    assertWrong(
        "documents must be between 2 and 2147483647, but is [1]",
        () -> analysis(Arrays.copyOf(documents, 1)).build());
    documents[7][3] = Float.NaN;
    PrefixAnalysis analysis = PrefixAnalysis.builder(set, VectorSimilarityFunction.COSINE).build();
    assertWrong("component [3] of vector [7] must be finite, but is [NaN]", analysis::run);
  }

  private static void assertWrong(String message, ThrowingRunnable what) {
    assertEquals(message, expectThrows(IllegalArgumentException.class, what).getMessage());
  }

  /** What it takes does not grow with the documents. */
  public void testMemory() {
    float[][] few = new float[2][1024];
    float[][] many = new float[100_000][];
    Arrays.fill(many, few[0]);
    long bytes = analysis(many).build().ramBytes();
    assertTrue(bytes < 1.2 * analysis(few).build().ramBytes());
    assertTrue(bytes < 100 << 20);
  }
}
