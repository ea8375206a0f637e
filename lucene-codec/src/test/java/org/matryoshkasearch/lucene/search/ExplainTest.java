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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.Directory;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Why documents are hits or are none. */
public class ExplainTest extends KnnTestCase {
  private static final int ROWS = 200;
  private static final List<FunnelStage> FUNNEL =
      List.of(new FunnelStage(12, 40), new FunnelStage(20, 20));

  private VectorSimilarityFunction similarity;
  private List<Row> rows;
  private float[] target;

  private interface SearcherTest {
    void run(IndexSearcher searcher) throws IOException;
  }

  /** With prefixes as they are, so that their scores can be told exactly; a last row has none. */
  private void withRows(VectorSimilarityFunction indexed, SearcherTest test) throws IOException {
    similarity = indexed;
    Supplier<float[]> vectors = vectors(similarity);
    target = vectors.get();
    rows = rows(ROWS, vectors);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(matryoshka(PrefixEncoding.FLOAT32)))) {
        add(writer, rows, similarity);
        writer.addDocument(new Row(ROWS, null, "none").document(similarity));
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        test.run(newSearcher(reader));
      }
    }
  }

  private MatryoshkaKnnQuery.Builder query() {
    return MatryoshkaKnnQuery.builder(FIELD, target, 10).candidates(80).funnel(FUNNEL);
  }

  private static int id(IndexSearcher searcher, int doc) throws IOException {
    return searcher.storedFields().document(doc).getField("id").numericValue().intValue();
  }

  private void assertScore(String text, int dims, int id, Explanation explanation) {
    assertScore(text, Arrays.copyOf(target, dims), id, explanation);
  }

  private void assertScore(String text, float[] leading, int id, Explanation explanation) {
    assertTrue(explanation.isMatch());
    assertEquals(text, explanation.getDescription());
    float expected = score(similarity, leading, rows.get(id).vector());
    assertEquals(text, expected, explanation.getValue().floatValue(), 1e-5 * (1 + expected));
  }

  private void assertEarlierScores(int id, List<Explanation> scores) {
    assertEquals(3, scores.size());
    float[] prefix =
        similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
            ? PrefixSimilarity.prefixOf(target, 8, similarity)
            : Arrays.copyOf(target, 8);
    assertScore(
        "score by the prefix of 8 dimensions as it is in the graph", prefix, id, scores.get(0));
    assertScore("score in the funnel stage of 12 dimensions", 12, id, scores.get(1));
    assertScore("score in the funnel stage of 20 dimensions", 20, id, scores.get(2));
  }

  private void assertMiss(String reason, int id, Explanation explanation) {
    assertFalse(explanation.isMatch());
    assertEquals(reason, explanation.getDescription());
    List<Explanation> scores = List.of(explanation.getDetails());
    assertScore("score by the full vector in field [vector]", DIMS, id, scores.get(0));
    assertEarlierScores(id, scores.subList(1, scores.size()));
  }

  public void testHits() throws IOException {
    for (VectorSimilarityFunction each : VectorSimilarityFunction.values()) {
      withRows(
          each,
          searcher -> {
            Query query = query().build();
            for (ScoreDoc hit : searcher.search(query, 10).scoreDocs) {
              Explanation explanation = searcher.explain(query, hit.doc);
              int id = id(searcher, hit.doc);
              assertEquals(hit.score, explanation.getValue().floatValue(), 0);
              assertScore("score by the full vector in field [vector]", DIMS, id, explanation);
              assertEarlierScores(id, List.of(explanation.getDetails()));
            }
          });
    }
  }

  /** Each document is left out where a search without the later stages leaves it out. */
  public void testMisses() throws IOException {
    withRows(
        randomSimilarity(),
        searcher -> {
          Set<Integer> candidates = found(searcher, 80, List.of());
          Set<Integer> first = found(searcher, 40, FUNNEL.subList(0, 1));
          Set<Integer> second = found(searcher, 20, FUNNEL);
          Set<Integer> hits = found(searcher, 10, FUNNEL);
          Query query = query().build();
          for (int doc = 0; doc < ROWS; doc++) {
            int id = id(searcher, doc);
            Explanation explanation = searcher.explain(query, doc);
            if (!candidates.contains(doc)) {
              assertMiss(
                  "not among the best candidates that the graph found by their prefixes",
                  id,
                  explanation);
            } else if (!first.contains(doc)) {
              assertMiss(
                  "not among those that the funnel stage of 12 dimensions kept", id, explanation);
            } else if (!second.contains(doc)) {
              assertMiss(
                  "not among those that the funnel stage of 20 dimensions kept", id, explanation);
            } else if (!hits.contains(doc)) {
              assertMiss("not among the 10 nearest of the candidates", id, explanation);
            } else {
              assertTrue(explanation.isMatch());
            }
          }
          assertEquals(
              "no vector in field [vector]", searcher.explain(query, ROWS).getDescription());
        });
  }

  private Set<Integer> found(IndexSearcher searcher, int k, List<FunnelStage> funnel)
      throws IOException {
    Query query =
        MatryoshkaKnnQuery.builder(FIELD, target, k).candidates(80).funnel(funnel).build();
    Set<Integer> docs = new HashSet<>();
    for (ScoreDoc hit : searcher.search(query, k).scoreDocs) {
      docs.add(hit.doc);
    }
    return docs;
  }

  /** As Elasticsearch asks for all hits of a page, of which most may be those of another clause. */
  public void testAllMissesTakeOneSearch() throws IOException {
    withRows(
        randomSimilarity(),
        searcher -> {
          AtomicInteger searches = new AtomicInteger();
          Query inFilter = new CountedQuery(searches);
          Query query = searcher.rewrite(query().filter(inFilter).build());
          int searched = searches.get();
          for (int doc = 0; doc < ROWS; doc++) {
            searcher.explain(query, doc);
          }
          assertEquals(2, searches.get() - searched); // the search, and of the filter alone
        });
  }

  /** A timeout ends the search that explains, too, which is not tried again. */
  public void testTimeoutWhileExplaining() throws IOException {
    withRows(
        randomSimilarity(),
        searcher -> {
          Query query = searcher.rewrite(query().build());
          Set<Integer> hits = found(searcher, 10, FUNNEL);
          searcher.setTimeout(() -> true);
          for (int doc = 0; doc < ROWS; doc++) {
            if (hits.contains(doc) == false) {
              assertEquals(
                  "what left it out cannot be told: the search, run again for that, timed out",
                  searcher.explain(query, doc).getDescription());
            }
          }
        });
  }

  /** Matches everything, and counts how often it is rewritten. */
  private static final class CountedQuery extends Query {
    private final AtomicInteger rewrites;

    CountedQuery(AtomicInteger rewrites) {
      this.rewrites = rewrites;
    }

    @Override
    public Query rewrite(IndexSearcher searcher) {
      rewrites.incrementAndGet();
      return new FieldExistsQuery(FIELD);
    }

    @Override
    public void visit(QueryVisitor visitor) {
      visitor.visitLeaf(this);
    }

    @Override
    public String toString(String field) {
      return "counted";
    }

    @Override
    public boolean equals(Object other) {
      return sameClassAs(other);
    }

    @Override
    public int hashCode() {
      return classHash();
    }
  }

  public void testBelowTheLowestScore() throws IOException {
    withRows(
        VectorSimilarityFunction.EUCLIDEAN,
        searcher -> {
          ScoreDoc[] hits = searcher.search(query().build(), 10).scoreDocs;
          Query near = query().minScore(hits[4].score).build();
          String text = "scores less than the required " + hits[4].score;
          assertTrue(searcher.explain(near, hits[4].doc).isMatch());
          assertMiss(text, id(searcher, hits[5].doc), searcher.explain(near, hits[5].doc));
          Query none = query().minScore(1.5f).build();
          assertMiss(
              "scores less than the required 1.5",
              id(searcher, hits[0].doc),
              searcher.explain(none, hits[0].doc));
        });
  }

  public void testFilter() throws IOException {
    withRows(
        randomSimilarity(),
        searcher -> {
          Query query = query().filter(new TermQuery(new Term("tag", "a"))).build();
          for (int doc = 0; doc < ROWS; doc++) {
            boolean passes = rows.get(id(searcher, doc)).tag().equals("a");
            String text = searcher.explain(query, doc).getDescription();
            assertEquals(text, !passes, text.equals("does not match the filter"));
          }
        });
  }

  public void testChildren() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(matryoshka(PrefixEncoding.FLOAT32)))) {
        Document parent = new Document();
        parent.add(new StringField("tag", "parent", Field.Store.NO));
        Supplier<float[]> vectors = vectors(VectorSimilarityFunction.COSINE);
        target = vectors.get();
        writer.addDocuments(
            List.of(
                new Row(0, target, "child").document(VectorSimilarityFunction.COSINE),
                new Row(1, vectors.get(), "child").document(VectorSimilarityFunction.COSINE),
                parent));
        writer.addDocument(new Row(2, target, "orphan").document(VectorSimilarityFunction.COSINE));
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = newSearcher(reader, true, true, false);
        Query query =
            MatryoshkaKnnQuery.builder(FIELD, target, 2)
                .parents(new QueryBitSetProducer(new TermQuery(new Term("tag", "parent"))))
                .build();
        assertTrue(searcher.explain(query, 0).isMatch());
        assertEquals(
            "another child of its parent is nearer", searcher.explain(query, 1).getDescription());
        assertEquals("not in a block with a parent", searcher.explain(query, 3).getDescription());
      }
    }
  }
}
