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
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.internal.recall.RecallCurve;

/** Searches that are told which share of the nearest to find. */
public class TargetRecallTest extends KnnTestCase {
  private static final int K = 10;
  private static final int SIZE = 6000;
  private static final int QUERIES = 60;
  private static final int QUERIES_IN_A_FEW = 20;

  private final VectorSimilarityFunction similarity = randomSimilarity();
  private final float[][] vectors = NestedVectors.unit(random(), SIZE + QUERIES, DIMS);

  private void write(Directory directory, Codec codec, int segmentSize) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(
            directory, config(codec).setMaxBufferedDocs(SIZE + 1).setRAMBufferSizeMB(100))) {
      add(writer, rows(), similarity, segmentSize);
    }
  }

  /** In a segment of their own. */
  private void write(Directory directory, Codec codec, List<Row> rows) throws IOException {
    IndexWriterConfig config = config(codec).setMaxBufferedDocs(SIZE + 1).setRAMBufferSizeMB(100);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      add(writer, rows, similarity, SIZE);
    }
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < SIZE; id++) {
      rows.add(new Row(id, vectors[id], id % 4 == 0 ? "a" : "b"));
    }
    return rows;
  }

  private float[] target(int query) {
    return vectors[SIZE + query];
  }

  private static MatryoshkaKnnQuery.Builder query(float[] target, double recall) {
    return MatryoshkaKnnQuery.builder(FIELD, target, K).targetRecall(recall);
  }

  /** Whatever the code, the number of segments, the filter: it finds as much, of less no less. */
  public void testFindsWhatIsWanted() throws IOException {
    PrefixEncoding[] encodings = PrefixEncoding.values();
    PrefixEncoding encoding = encodings[random().nextInt(encodings.length)];
    int segmentSize = random().nextBoolean() ? SIZE : 2100;
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, encoding), segmentSize);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (Query filter : new Query[] {null, new TermQuery(new Term("tag", "b"))}) {
          long before = 0;
          for (double recall : new double[] {0.8, 0.9, 0.98}) {
            int found = 0;
            long rescored = 0;
            for (int query = 0; query < QUERIES; query++) {
              List<StageStats> stages = new ArrayList<>();
              List<Hit> hits =
                  hits(
                      searcher,
                      query(target(query), recall).filter(filter).listener(stages::addAll).build(),
                      K);
              List<Hit> nearest =
                  exact(
                      rows(),
                      row -> filter == null || row.tag().equals("b"),
                      similarity,
                      target(query),
                      K);
              found += common(nearest, hits);
              rescored += stages.getLast().in();
            }
            String what = encoding + " " + recall + " rescored " + rescored / QUERIES;
            assertTrue(what + " found " + found, found >= (recall - 0.03) * K * QUERIES);
            assertTrue(what, rescored >= before);
            before = rescored;
          }
        }
      }
    }
  }

  public void testStages() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT8), SIZE);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<StageStats> stages = new ArrayList<>();
        Query query = null;
        int which = 0;
        for (; stages.size() != 3; which++) { // a few are searched for again
          assertTrue(which < 5);
          stages.clear();
          query = query(target(which), 0.9).candidates(500).listener(stages::addAll).build();
          hits(searcher, query, K);
        }
        StageStats expected = stages.get(1);
        assertEquals(StageStats.EXPECTED, expected.name());
        assertEquals(500, stages.get(0).out()); // the least that was asked for
        assertEquals(500, expected.in());
        assertTrue(expected.out() >= K);
        assertTrue(expected.out() < 500);
        assertTrue(expected.expectedMisses() <= 0.1 * K);
        assertEquals(expected.out(), stages.get(2).in());
        assertEquals(K, stages.get(2).out());

        float[] target = target(which - 1);
        Query all = MatryoshkaKnnQuery.builder(FIELD, target, 500).candidates(500).build();
        int leftOut = 0;
        for (Hit candidate : hits(searcher, all, 500)) {
          String why = searcher.explain(query, candidate.id()).toString();
          leftOut += why.contains("hardly among the nearest") ? 1 : 0;
        }
        assertEquals(500 - expected.out(), leftOut);
      }
    }
  }

  /** Of one hit, or many. */
  public void testOtherNumbersOfHits() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT4), random().nextBoolean() ? SIZE : 2100);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int k : new int[] {1, 40, 250}) {
          int found = 0;
          for (int query = 0; query < QUERIES; query++) {
            MatryoshkaKnnQuery.Builder builder =
                MatryoshkaKnnQuery.builder(FIELD, target(query), k).targetRecall(0.9);
            List<Hit> hits = hits(searcher, builder.build(), k);
            assertEquals(k, hits.size());
            List<Hit> nearest = exact(rows(), row -> true, similarity, target(query), k);
            found += common(nearest, hits);
          }
          assertTrue(k + " found " + found, found >= 0.85 * QUERIES * k);
        }
      }
    }
  }

  /** What a narrow filter leaves lies far apart, and takes more candidates. */
  public void testNarrowFilter() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT4), narrowRows());
      Query filter = new TermQuery(new Term("tag", "a"));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        long candidates = 0;
        long all = 0;
        int found = 0;
        for (int query = 0; query < QUERIES; query++) {
          List<StageStats> stages = new ArrayList<>();
          Query wanted = query(target(query), 0.95).filter(filter).listener(stages::addAll).build();
          List<Hit> hits = hits(searcher, wanted, K);
          candidates += stages.getFirst().out();
          stages.clear();
          hits(searcher, query(target(query), 0.95).listener(stages::addAll).build(), K);
          all += stages.getFirst().out();
          List<Hit> nearest =
              exact(narrowRows(), row -> row.tag().equals("a"), similarity, target(query), K);
          found += common(nearest, hits);
        }
        assertTrue("found " + found, found >= 0.92 * K * QUERIES);
        assertTrue(candidates + " of a few, " + all + " of all", candidates > 1.2 * all);
      }
    }
  }

  private List<Row> narrowRows() {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < SIZE; id++) {
      rows.add(new Row(id, vectors[id], id % 12 == 0 ? "a" : "b"));
    }
    return rows;
  }

  /** Their candidates have scores of another kind, by which nothing is told of ours. */
  public void testBesideAnotherFormat() throws IOException {
    findsBeside(TestUtil.getDefaultCodec());
  }

  /** All that is near may be in the few documents of one of them, as where topics come in time. */
  public void testAllNearestInAFewOfAnotherKind() throws IOException {
    findsInAFew(400, 100);
  }

  /** So few that nothing is learnt of them. */
  public void testAllNearestInVeryFewOfAnotherKind() throws IOException {
    findsInAFew(90, 60);
  }

  /** The promise is of the mean: one query may miss more. */
  private void findsInAFew(int few, int k) throws IOException {
    float[] middle = vectors[0];
    List<Row> near =
        rows().stream()
            .sorted(Comparator.comparingDouble(row -> -score(similarity, middle, row.vector())))
            .toList();
    Codec ours = codec(16, PrefixEncoding.INT4);
    Codec other =
        random().nextBoolean() ? TestUtil.getDefaultCodec() : codec(24, PrefixEncoding.INT8);
    for (boolean oursHasFew : new boolean[] {true, false}) {
      try (Directory directory = newDirectory()) {
        write(directory, oursHasFew ? ours : other, near.subList(0, few));
        write(directory, oursHasFew ? other : ours, near.subList(few, SIZE));
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          IndexSearcher searcher = new IndexSearcher(reader);
          int found = 0;
          int foundOfFixed = 0;
          for (Row query : near.subList(0, QUERIES_IN_A_FEW)) {
            List<Hit> nearest = exact(near, row -> true, similarity, query.vector(), k);
            MatryoshkaKnnQuery.Builder knn = MatryoshkaKnnQuery.builder(FIELD, query.vector(), k);
            Query fixed = knn.candidates(3 * k).build();
            foundOfFixed += common(nearest, hits(searcher, fixed, k));
            Query wanted = knn.candidates(k).targetRecall(0.9).build();
            found += common(nearest, hits(searcher, wanted, k));
          }
          int all = k * QUERIES_IN_A_FEW;
          assertTrue("found " + found + " of " + all, found >= 0.8 * all);
          assertTrue("found " + foundOfFixed + " of " + all, foundOfFixed >= 0.8 * all);
        }
      }
    }
  }

  /** As where the mapping was changed. */
  public void testBesideAnotherPrefix() throws IOException {
    findsBeside(codec(24, PrefixEncoding.INT8));
  }

  private void findsBeside(Codec other) throws IOException {
    try (Directory directory = newDirectory()) {
      List<Row> rows = rows();
      write(directory, codec(16, PrefixEncoding.INT4), rows.subList(0, SIZE / 2));
      write(directory, other, rows.subList(SIZE / 2, SIZE));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(2, reader.leaves().size());
        IndexSearcher searcher = new IndexSearcher(reader);
        int found = 0;
        int foundOfFixed = 0;
        for (int query = 0; query < QUERIES; query++) {
          List<StageStats> stages = new ArrayList<>();
          Query wanted = query(target(query), 0.9).listener(stages::addAll).build();
          List<Hit> hits = hits(searcher, wanted, K);
          assertEquals(List.of("graph", "full"), stages.stream().map(StageStats::name).toList());
          List<Hit> nearest = exact(rows, row -> true, similarity, target(query), K);
          found += common(nearest, hits);
          Query fixed =
              MatryoshkaKnnQuery.builder(FIELD, target(query), K).candidates(8 * K).build();
          List<Hit> ofFixed = hits(searcher, fixed, K);
          foundOfFixed += common(nearest, ofFixed);
        }
        assertTrue("found " + found, found >= 0.85 * K * QUERIES);
        assertTrue("found " + foundOfFixed, foundOfFixed >= 0.85 * K * QUERIES);
      }
    }
  }

  /** Queries that are like nothing: more candidates are looked for than was learnt. */
  public void testSearchesAgain() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT4), SIZE);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        int again = 0;
        for (int i = 0; i < QUERIES; i++) {
          float[] target = likeNothing();
          List<StageStats> stages = new ArrayList<>();
          Query query = query(target, 0.99).listener(stages::addAll).build();
          List<Hit> hits = hits(searcher, query, K);
          assertEquals(K, hits.size());
          for (Hit hit : hits) {
            float score = score(similarity, target, vectors[hit.id()]);
            assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
          }
          List<StageStats> searches = stages.stream().filter(TargetRecallTest::isSearch).toList();
          for (int j = 1; j < searches.size(); j++) {
            int before = searches.get(j - 1).out();
            int more = searches.get(j).out();
            boolean all = searches.get(j).name().equals(StageStats.ALL);
            assertTrue(before + " " + more, more > before && (all || more <= 4 * before));
          }
          if (searches.size() > 1) {
            again++;
            Explanation why = searcher.explain(query, hits.get(0).id());
            assertTrue(why.isMatch());
          }
        }
        assertTrue("again: " + again, again > 0);
      }
    }
  }

  /** What was learnt of documents is far too few candidates for these. */
  public void testQueriesUnlikeTheDocuments() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT4), random().nextBoolean() ? SIZE : 2100);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        int found = 0;
        for (int i = 0; i < QUERIES; i++) {
          float[] target = likeNothing();
          List<Hit> hits = hits(searcher, query(target, 0.9).build(), K);
          found += common(exact(rows(), row -> true, similarity, target, K), hits);
        }
        assertTrue("found " + found, found >= 0.7 * K * QUERIES); // with 0.6 of them at first
      }
    }
  }

  /** Near neighbours, which are learnt from, tell too little of how far other clusters are. */
  public void testReadsLittleOfOtherClusters() throws IOException {
    int dims = 256;
    int size = 100;
    float[][] centres = new float[SIZE / size][];
    for (int cluster = 0; cluster < centres.length; cluster++) {
      centres[cluster] = near(new float[dims], 1);
    }
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < SIZE; id++) {
      rows.add(new Row(id, near(centres[random().nextInt(centres.length)], 0.5f), "a"));
    }
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config =
          config(codec(dims / 4, PrefixEncoding.INT4))
              .setMaxBufferedDocs(SIZE + 1)
              .setRAMBufferSizeMB(100);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        int segmentSize = random().nextBoolean() ? SIZE : 2100;
        add(writer, rows, VectorSimilarityFunction.EUCLIDEAN, segmentSize);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        int found = 0;
        long rescored = 0;
        for (int query = 0; query < QUERIES; query++) {
          float[] target = near(centres[random().nextInt(centres.length)], 0.5f);
          List<StageStats> stages = new ArrayList<>();
          List<Hit> hits = hits(searcher, query(target, 0.98).listener(stages::addAll).build(), K);
          found +=
              common(exact(rows, row -> true, VectorSimilarityFunction.EUCLIDEAN, target, K), hits);
          rescored += stages.getLast().in();
        }
        assertTrue("found " + found, found >= 0.97 * K * QUERIES);
        assertTrue("rescored " + rescored / QUERIES, rescored < 3L * size * QUERIES);
      }
    }
  }

  private static float[] near(float[] centre, float spread) {
    float[] near = new float[centre.length];
    for (int d = 0; d < near.length; d++) {
      near[d] = centre[d] + spread * (float) random().nextGaussian();
    }
    return near;
  }

  /** Small segments, other formats, short targets, funnels: nothing is left out. */
  public void testWhereNothingWasLearnt() throws IOException {
    boolean ours = random().nextBoolean();
    try (Directory directory = newDirectory()) {
      write(directory, ours ? randomMatryoshka() : TestUtil.getDefaultCodec(), ours ? 99 : 1900);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<StageStats> stages = new ArrayList<>();
        hits(searcher, query(target(0), 0.9).listener(stages::addAll).build(), K);
        assertEquals(List.of("graph", "full"), stages.stream().map(StageStats::name).toList());
        int few = stages.get(1).in();
        assertTrue("" + few, few >= 30);
        hits(searcher, query(target(0), 0.99).listener(stages::addAll).build(), K);
        assertTrue(stages.getLast().in() > few);
      }
    }
  }

  public void testShortTargetsAndFunnels() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT8), SIZE);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<StageStats> stages = new ArrayList<>();
        float[] leading = Arrays.copyOf(target(0), 20);
        hits(searcher, query(leading, 0.9).listener(stages::addAll).build(), K);
        assertEquals(List.of("graph", "full"), stages.stream().map(StageStats::name).toList());
        stages.clear();
        Query query =
            query(target(0), 0.95)
                .funnel(List.of(new FunnelStage(24, 12)))
                .listener(stages::addAll)
                .build();
        hits(searcher, query, K);
        assertEquals(
            List.of("graph", "funnel", "full"), stages.stream().map(StageStats::name).toList());
        assertEquals(12, stages.get(2).in());
      }
    }
  }

  public void testLearntWhereItIsWorthIt() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, codec(16, PrefixEncoding.INT4), 3000);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(2, reader.leaves().size());
        assertNotNull(curve(reader));
      }
      try (IndexWriter writer =
          new IndexWriter(
              directory, newIndexWriterConfig().setCodec(codec(16, PrefixEncoding.INT4)))) {
        writer.forceMerge(1);
        writer.commit();
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          assertNotNull(curve(reader));
        }
        for (int id = 90; id < SIZE; id++) {
          writer.deleteDocuments(org.apache.lucene.document.IntField.newExactQuery("id", id));
        }
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          assertNull(curve(reader)); // and not what was said of the merged segment
        }
      }
    }
  }

  private static RecallCurve curve(DirectoryReader reader) {
    return RecallCurve.of(reader.leaves().get(0).reader().getFieldInfos().fieldInfo(FIELD));
  }

  public void testRange() {
    for (double wrong : new double[] {0, 0.49, 0.9991, 1, -1, Double.NaN}) {
      IllegalArgumentException refused =
          expectThrows(IllegalArgumentException.class, () -> query(target(0), wrong));
      assertTrue(refused.getMessage(), refused.getMessage().contains("between [0.5] and [0.999]"));
    }
    expectThrows(IllegalArgumentException.class, () -> query(target(0), 0.9).rescored(20).build());
    assertNotEquals(query(target(0), 0.9).build(), query(target(0), 0.95).build());
    assertEquals(query(target(0), 0.9).build(), query(target(0), 0.9).build());
    assertTrue(query(target(0), 0.9).build().toString().contains("targetRecall=0.9"));
  }

  private static boolean isSearch(StageStats stage) {
    return stage.name().equals(StageStats.GRAPH) || stage.name().equals(StageStats.ALL);
  }

  private static float[] likeNothing() {
    float[] target = new float[DIMS];
    for (int d = 0; d < DIMS; d++) {
      target[d] = (float) random().nextGaussian();
    }
    VectorUtil.l2normalize(target);
    return target;
  }
}
