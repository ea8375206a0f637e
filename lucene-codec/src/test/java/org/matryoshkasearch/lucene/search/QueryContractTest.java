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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** What any query of Lucene promises. */
public class QueryContractTest extends KnnTestCase {
  private static final Query TAG = new TermQuery(new Term("tag", "a"));

  private static MatryoshkaKnnQuery.Builder builder(int k) {
    return MatryoshkaKnnQuery.builder("f", new float[] {1, 2, 3}, k);
  }

  public void testEqualsAndHashCode() {
    QueryUtils.check(builder(3).build());
    List<Query> different =
        List.of(
            builder(3).build(),
            builder(4).build(),
            MatryoshkaKnnQuery.builder("g", new float[] {1, 2, 3}, 3).build(),
            MatryoshkaKnnQuery.builder("f", new float[] {1, 2, 4}, 3).build(),
            MatryoshkaKnnQuery.builder("f", new float[] {1, 2}, 3).build(),
            builder(3).candidates(7).build(),
            builder(3).filter(TAG).build(),
            builder(3).minScore(0.5f).build(),
            builder(3).funnel(List.of(new FunnelStage(2, 5))).build(),
            builder(3).parents(new QueryBitSetProducer(TAG)).build());
    assertEquals(different.size(), new HashSet<>(different).size());
    Set<String> texts = new HashSet<>();
    different.forEach(query -> texts.add(query.toString()));
    assertEquals(different.size() - 1, texts.size()); // only the head of a target is shown
    MatryoshkaKnnQuery.Builder full =
        builder(3).candidates(9).filter(TAG).minScore(1).funnel(List.of());
    QueryUtils.checkEqual(full.build(), full.build());
  }

  public void testTargetIsCopied() {
    float[] target = {1, 2, 3};
    MatryoshkaKnnQuery query = MatryoshkaKnnQuery.builder("f", target, 1).build();
    target[0] = 9;
    query.getTargetCopy()[1] = 9;
    assertArrayEquals(new float[] {1, 2, 3}, query.getTargetCopy(), 0);
  }

  public void testGettersAndToString() {
    List<FunnelStage> funnel = List.of(new FunnelStage(1, 20), new FunnelStage(2, 5));
    QueryBitSetProducer parents = new QueryBitSetProducer(TAG);
    MatryoshkaKnnQuery query =
        builder(3)
            .candidates(40)
            .filter(TAG)
            .funnel(funnel)
            .minScore(0.5f)
            .parents(parents)
            .build();
    assertEquals("f", query.getField());
    assertEquals(3, query.getK());
    assertEquals(40, query.getCandidates());
    assertEquals(TAG, query.getFilter());
    assertEquals(funnel, query.getFunnel());
    assertEquals(0.5f, query.getMinScore(), 0);
    assertSame(parents, query.getParents());
    assertEquals(
        "MatryoshkaKnnQuery(f: 3 dims [1.0,...], k=3, candidates=40, rescored=40, 1 dims keep 20,"
            + " 2 dims keep 5, filter=tag:a, minScore=0.5, parents="
            + parents
            + ")",
        query.toString("f"));
    assertEquals(50, builder(3).build().getCandidates());
    assertEquals(100, builder(20).build().getCandidates());
    assertEquals(Integer.MAX_VALUE, builder(Integer.MAX_VALUE).build().getCandidates());
  }

  public void testVisit() {
    List<Query> leaves = new ArrayList<>();
    Query query = builder(3).filter(TAG).build();
    query.visit(
        new QueryVisitor() {
          @Override
          public void visitLeaf(Query leaf) {
            leaves.add(leaf);
          }
        });
    assertEquals(List.of(query), leaves);
    query.visit(
        new QueryVisitor() {
          @Override
          public boolean acceptField(String field) {
            return !field.equals("f");
          }

          @Override
          public void visitLeaf(Query leaf) {
            fail("field f is not accepted");
          }
        });
  }

  public void testScoresExplanationsAndIterators() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = vectors(similarity);
    List<Row> rows = rows(90, vectors);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(matryoshka(PrefixEncoding.INT8)))) {
        for (Row row : rows) {
          writer.addDocument(row.document(similarity));
          if (row.id() % 40 == 39) {
            writer.flush();
          }
        }
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = newSearcher(reader);
        float[] target = vectors.get();
        Query query = MatryoshkaKnnQuery.builder(FIELD, target, 12).candidates(90).build();
        CheckHits.checkExplanations(query, FIELD, searcher);
        CheckHits.checkTopScores(random(), query, searcher);
        assertEquals(12, searcher.count(query));
        // these two search leaves by themselves, where the best of all are not the best
        Query all = MatryoshkaKnnQuery.builder(FIELD, target, 90).candidates(90).build();
        QueryUtils.checkFirstSkipTo(all, searcher);
        QueryUtils.checkSkipTo(all, searcher);

        ScoreDoc best = searcher.search(query, 1).scoreDocs[0];
        Explanation explanation = searcher.explain(query, best.doc);
        assertEquals("score by the full vector in field [vector]", explanation.getDescription());
        Explanation boosted = searcher.explain(new BoostQuery(query, 2), best.doc);
        assertEquals(best.score * 2, boosted.getValue().floatValue(), 0);
        assertEquals(
            best.score * 2, searcher.search(new BoostQuery(query, 2), 1).scoreDocs[0].score, 0);

        Query both =
            new BooleanQuery.Builder()
                .add(query, BooleanClause.Occur.SHOULD)
                .add(MatchAllDocsQuery.INSTANCE, BooleanClause.Occur.FILTER)
                .add(TAG, BooleanClause.Occur.MUST_NOT)
                .build();
        long others = rows.stream().filter(row -> !row.tag().equals("a")).count();
        assertEquals(others, searcher.count(both));
        assertEquals(explainedShort(searcher, target), "score by the leading 20 of 32 dimensions");
      }
    }
  }

  private static String explainedShort(IndexSearcher searcher, float[] target) throws IOException {
    Query query = MatryoshkaKnnQuery.builder(FIELD, Arrays.copyOf(target, 20), 1).build();
    int doc = searcher.search(query, 1).scoreDocs[0].doc;
    String text = searcher.explain(query, doc).getDescription();
    assertTrue(text.endsWith(" in field [vector]"));
    return text.substring(0, text.indexOf(" in field"));
  }

  public void testAnswersBelongToTheirReader() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
      float[] vector = new float[DIMS];
      writer.addDocument(new Row(1, vector, "a").document(VectorSimilarityFunction.EUCLIDEAN));
      try (IndexReader before = DirectoryReader.open(writer)) {
        IndexSearcher searcher = new IndexSearcher(before);
        Query query = MatryoshkaKnnQuery.builder(FIELD, vector, 1).build();
        Query rewritten = searcher.rewrite(query);
        assertEquals(rewritten, searcher.rewrite(query));
        assertEquals("RankedDocs(1 by the full vector in field [vector])", rewritten.toString());
        QueryUtils.checkHashEquals(rewritten);
        writer.addDocument(new Row(2, vector, "a").document(VectorSimilarityFunction.EUCLIDEAN));
        try (IndexReader after = DirectoryReader.open(writer)) {
          IndexSearcher other = new IndexSearcher(after);
          assertNotEquals(rewritten, other.rewrite(query));
          expectThrows(
              IllegalStateException.class,
              () -> other.createWeight(rewritten, ScoreMode.COMPLETE, 1));
        }
      }
    }
  }
}
