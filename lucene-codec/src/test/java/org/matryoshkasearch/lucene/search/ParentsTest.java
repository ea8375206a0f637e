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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.soak.PlainValuesReader;

/** Blocks of children and their parents: one hit a parent, its best child by full score. */
public class ParentsTest extends KnnTestCase {
  private static final BitSetProducer PARENTS =
      new QueryBitSetProducer(new TermQuery(new Term("kind", "parent")));

  private static final int ORPHAN = 100_000;

  private final Map<Integer, Integer> parentOf = new HashMap<>();
  private final Set<Integer> deleted = new HashSet<>();
  private final List<Row> children = new ArrayList<>();
  private VectorSimilarityFunction similarity;
  private Supplier<float[]> vectors;
  private Directory directory;
  private IndexReader reader;
  private IndexSearcher searcher;
  private int parentCount;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    similarity = randomSimilarity();
    vectors = vectors(similarity);
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(randomMatryoshka()))) {
      for (int parent = 0; parent < 120; parent++) {
        writer.addDocuments(block(parent));
        if (parent % 50 == 49) {
          writer.flush();
        }
      }
      // vectors without a parent, the second of them in a segment without any
      writer.addDocument(new Row(ORPHAN, vectors.get(), "a").document(similarity));
      writer.flush();
      writer.addDocument(new Row(ORPHAN, vectors.get(), "a").document(similarity));
      for (int child = 0; child < children.size(); child += 7) {
        deleted.add(child);
        writer.deleteDocuments(IntField.newExactQuery("id", child));
      }
    }
    DirectoryReader ours = DirectoryReader.open(directory);
    reader = random().nextInt(3) == 0 ? new PlainValuesReader(ours, random().nextBoolean()) : ours;
    searcher = newSearcher(reader);
  }

  /** Up to nine children, some without a vector, and their parent. */
  private List<Document> block(int parent) {
    List<Document> block = new ArrayList<>();
    for (int i = random().nextInt(10); i > 0; i--) {
      int id = children.size();
      float[] vector = random().nextInt(6) == 0 ? null : vectors.get();
      Row child = new Row(id, vector, random().nextBoolean() ? "a" : "b");
      children.add(child);
      parentOf.put(id, parent);
      block.add(child.document(similarity));
    }
    block.add(parent());
    parentCount++;
    return block;
  }

  private static Document parent() {
    Document parent = new Document();
    parent.add(new StringField("kind", "parent", Field.Store.NO));
    return parent;
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private List<Hit> exact(Predicate<Row> accepts, float[] target, int k) {
    List<Hit> all =
        exact(
            children,
            row -> !deleted.contains(row.id()) && accepts.test(row),
            similarity,
            target,
            children.size());
    return bestOfEach(all, hit -> parentOf.get(hit.id())).stream()
        .sorted(Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(Hit::id))
        .limit(k)
        .toList();
  }

  private static Collection<Hit> bestOfEach(List<Hit> bestFirst, Function<Hit, Integer> group) {
    Map<Integer, Hit> best = new HashMap<>();
    bestFirst.forEach(hit -> best.putIfAbsent(group.apply(hit), hit));
    return best.values();
  }

  private MatryoshkaKnnQuery.Builder nested(float[] target, int k, int candidates) {
    return MatryoshkaKnnQuery.builder(FIELD, target, k).candidates(candidates).parents(PARENTS);
  }

  private List<Hit> search(MatryoshkaKnnQuery.Builder builder) throws IOException {
    return hits(searcher, builder.build(), children.size());
  }

  public void testAsManyCandidatesAsParentsIsExact() throws IOException {
    for (int i = 0; i < 5; i++) {
      float[] target = vectors.get();
      assertHits(exact(row -> true, target, 10), search(nested(target, 10, parentCount)));
      assertHits(
          exact(row -> true, target, parentCount),
          search(nested(target, parentCount, parentCount)));
    }
  }

  public void testExact() throws IOException {
    float[] target = vectors.get();
    for (int k : new int[] {1, 8, parentCount}) {
      Query query =
          MatryoshkaKnnQuery.builder(FIELD, target, k).exact(true).parents(PARENTS).build();
      List<Hit> nearest = exact(row -> true, target, k);
      List<Hit> hits = hits(searcher, query, k);
      assertEquals(nearest.size(), hits.size());
      for (int i = 0; i < hits.size(); i++) {
        assertEquals(nearest.get(i).score(), hits.get(i).score(), 1e-4);
      }
    }
  }

  /** How many parents it takes is not known: all candidates are rescored. */
  public void testTargetRecall() throws IOException {
    float[] target = vectors.get();
    List<StageStats> stages = new ArrayList<>();
    Query query =
        MatryoshkaKnnQuery.builder(FIELD, target, 8)
            .targetRecall(0.9)
            .parents(PARENTS)
            .listener(stages::addAll)
            .build();
    List<Hit> hits = hits(searcher, query, 8);
    assertEquals(8, hits.size());
    assertEquals(8, bestOfEach(hits, hit -> parentOf.get(hit.id())).size());
    assertTrue(
        stages.stream().map(StageStats::name).noneMatch(name -> name.equals(StageStats.EXPECTED)));
  }

  public void testEveryChildOfACandidateIsRescored() throws IOException {
    for (int i = 0; i < 5; i++) {
      float[] target = vectors.get();
      List<Hit> exact = exact(row -> true, target, parentCount);
      List<Hit> hits = search(nested(target, 10, 30));
      assertEquals(10, hits.size());
      for (Hit hit : hits) {
        Hit best =
            exact.stream()
                .filter(each -> parentOf.get(each.id()).equals(parentOf.get(hit.id())))
                .findFirst()
                .orElseThrow();
        assertHits(List.of(best), List.of(hit));
      }
      assertEquals(10, hits.stream().map(hit -> parentOf.get(hit.id())).distinct().count());
    }
  }

  public void testTheFirstOfEqualChildrenIsTheHit() throws IOException {
    try (Directory equal = newDirectory()) {
      float[] vector = vectors.get();
      try (IndexWriter writer = new IndexWriter(equal, config(randomMatryoshka()))) {
        List<Document> block = new ArrayList<>();
        for (int id = 0; id < 5; id++) {
          block.add(new Row(id, vector, "a").document(similarity));
        }
        block.add(parent());
        writer.addDocuments(block);
      }
      try (IndexReader equalReader = DirectoryReader.open(equal)) {
        List<Hit> hits = hits(newSearcher(equalReader), nested(vector, 3, 9).build(), 9);
        assertEquals(1, hits.size());
        assertEquals(0, hits.get(0).id());
      }
    }
  }

  public void testAnyNumberOfCandidatesOfFewParents() throws IOException {
    for (int last = 0; last < 20; last++) {
      int most = last;
      Query filter = IntField.newRangeQuery("id", 0, last);
      float[] target = vectors.get();
      assertHits(
          exact(row -> row.id() <= most, target, 10),
          search(nested(target, 10, Integer.MAX_VALUE).filter(filter)));
    }
  }

  public void testFilterOfChildren() throws IOException {
    Query filter = new TermQuery(new Term("tag", "a"));
    float[] target = vectors.get();
    assertHits(
        exact(row -> row.tag().equals("a"), target, 15),
        search(nested(target, 15, parentCount).filter(filter)));
    for (Hit hit : search(nested(target, 8, 20).filter(filter))) {
      assertEquals("a", children.get(hit.id()).tag());
      assertFalse(deleted.contains(hit.id()));
    }
  }

  public void testFunnelCountsParents() throws IOException {
    float[] target = vectors.get();
    List<Hit> hits =
        search(nested(target, 10, parentCount).funnel(List.of(new FunnelStage(DIMS - 1, 60))));
    assertHits(exact(row -> true, target, 10).subList(0, 3), hits.subList(0, 3));
    assertEquals(10, hits.stream().map(hit -> parentOf.get(hit.id())).distinct().count());
  }

  /** Full vectors are read as there are candidates, however many children these have. */
  public void testParentsOfManyChildren() throws IOException {
    int many = 40;
    int parents = 24;
    List<float[]> rows = new ArrayList<>();
    vectors = vectors(similarity);
    try (Directory large = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(large, config(matryoshka(PrefixEncoding.INT4)))) {
        for (int parent = 0; parent < parents; parent++) {
          List<Document> block = new ArrayList<>();
          for (int i = 0; i < many; i++) {
            rows.add(vectors.get());
            block.add(new Row(rows.size() - 1, rows.getLast(), "a").document(similarity));
          }
          block.add(parent());
          writer.addDocuments(block);
          if (parent == parents / 2) {
            writer.flush();
          }
        }
      }
      try (IndexReader largeReader = DirectoryReader.open(large)) {
        IndexSearcher of = newSearcher(largeReader);
        float[] target = vectors.get();
        for (int candidates : new int[] {3, parents}) {
          List<StageStats> stages = new ArrayList<>();
          List<Hit> hits =
              hits(of, nested(target, 3, candidates).listener(stages::addAll).build(), 3);
          assertEquals(3, hits.size());
          StageStats full = stages.getLast();
          assertEquals(StageStats.FULL, full.name());
          assertTrue(full.toString(), full.in() <= 10 * candidates);
          assertTrue(full.toString(), full.fullVectorBytes() <= 10L * candidates * DIMS * 4);
          for (Hit hit : hits) {
            float score = score(similarity, target, rows.get(hit.id()));
            assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
            float nearer = 0;
            for (int i = 0; i < many; i++) {
              float other = score(similarity, target, rows.get(hit.id() / many * many + i));
              nearer += other > score * 1.00001f ? 1 : 0;
            }
            assertTrue("nearly the best child", nearer <= 3);
          }
        }
      }
    }
  }

  /** Half of the families are in a segment of another format, the scores of which are others. */
  public void testBesideAnotherFormat() throws IOException {
    int parents = 300;
    int queries = 20;
    List<float[]> rows = new ArrayList<>();
    vectors = vectors(similarity);
    try (Directory mixed = newDirectory()) {
      for (Codec codec : List.of(matryoshka(PrefixEncoding.INT4), TestUtil.getDefaultCodec())) {
        try (IndexWriter writer =
            new IndexWriter(
                mixed, config(codec).setMaxBufferedDocs(10_000).setRAMBufferSizeMB(100))) {
          for (int parent = 0; parent < parents / 2; parent++) {
            List<Document> block = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              rows.add(vectors.get());
              block.add(new Row(rows.size() - 1, rows.getLast(), "a").document(similarity));
            }
            block.add(parent());
            writer.addDocuments(block);
          }
        }
      }
      try (IndexReader mixedReader = DirectoryReader.open(mixed)) {
        assertEquals(2, mixedReader.leaves().size());
        IndexSearcher of = newSearcher(mixedReader);
        int found = 0;
        for (int query = 0; query < queries; query++) {
          float[] target = vectors.get();
          List<Hit> hits = hits(of, nested(target, 10, 120).build(), 10);
          assertEquals(10, hits.stream().map(hit -> hit.id() / 3).distinct().count());
          List<Integer> nearest =
              IntStream.range(0, rows.size())
                  .boxed()
                  .sorted(
                      Comparator.comparingDouble(id -> -score(similarity, target, rows.get(id))))
                  .map(id -> id / 3)
                  .distinct()
                  .limit(10)
                  .toList();
          found += (int) hits.stream().filter(hit -> nearest.contains(hit.id() / 3)).count();
        }
        assertTrue("found " + found, found >= 0.8 * 10 * queries);
      }
    }
  }

  public void testMinScore() throws IOException {
    float[] target = vectors.get();
    List<Hit> exact = exact(row -> true, target, parentCount);
    float between = (exact.get(4).score() + exact.get(5).score()) / 2;
    assertHits(exact.subList(0, 5), search(nested(target, 50, parentCount).minScore(between)));
  }

  public void testTimeoutBesideALeafWithoutParents() throws IOException {
    QueryTimeout never = () -> false;
    searcher.setTimeout(never);
    float[] target = vectors.get();
    assertEquals(10, search(nested(target, 10, 20)).size());
  }
}
