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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.document.IntField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;

/** Filters and minimum scores, alone and together. */
public class FilteredKnnTest extends KnnTestCase {
  private VectorSimilarityFunction similarity;
  private Supplier<float[]> vectors;
  private List<Row> rows;
  private Directory directory;
  private IndexReader reader;
  private IndexSearcher searcher;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    similarity = randomSimilarity();
    vectors = vectors(similarity);
    rows = rows(randomCount(400), vectors);
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
      add(writer, rows, similarity);
      writer.deleteDocuments(IntField.newExactQuery("id", 0));
    }
    reader = DirectoryReader.open(directory);
    searcher = newSearcher(reader);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static Query tag(String tag) {
    return new TermQuery(new Term("tag", tag));
  }

  private List<Hit> exact(Predicate<Row> accepts, float[] target, int k) {
    return exact(rows, row -> row.id() != 0 && accepts.test(row), similarity, target, k);
  }

  private List<Hit> search(MatryoshkaKnnQuery.Builder builder) throws IOException {
    return hits(searcher, builder.build(), rows.size());
  }

  public void testFiltersThatMatchNothing() throws IOException {
    float[] target = vectors.get();
    for (Query filter : List.of(tag("nothing"), MatchNoDocsQuery.INSTANCE)) {
      assertEquals(List.of(), search(MatryoshkaKnnQuery.builder(FIELD, target, 5).filter(filter)));
    }
  }

  public void testFiltersThatMatchFewAreExact() throws IOException {
    for (int i = 0; i < 5; i++) {
      float[] target = vectors.get();
      assertHits(
          exact(row -> row.tag().equals("c"), target, 10),
          search(
              MatryoshkaKnnQuery.builder(FIELD, target, 10)
                  .filter(tag("c"))
                  .candidates(rows.size() / 10 + 1)));
      assertHits(
          exact(row -> row.id() == 77, target, 10),
          search(
              MatryoshkaKnnQuery.builder(FIELD, target, 10)
                  .filter(IntField.newExactQuery("id", 77))));
    }
  }

  public void testFiltersThatMatchMany() throws IOException {
    float[] target = vectors.get();
    assertHits(
        exact(row -> row.tag().equals("a"), target, 20),
        search(
            MatryoshkaKnnQuery.builder(FIELD, target, 20)
                .filter(tag("a"))
                .candidates(rows.size())));
    assertHits(
        exact(row -> true, target, 20),
        search(
            MatryoshkaKnnQuery.builder(FIELD, target, 20)
                .filter(MatchAllDocsQuery.INSTANCE)
                .candidates(rows.size())));
    List<Hit> fromGraph =
        search(MatryoshkaKnnQuery.builder(FIELD, target, 20).filter(tag("a")).candidates(60));
    assertEquals(20, fromGraph.size());
    for (Hit hit : fromGraph) {
      assertEquals("a", rows.get(hit.id()).tag());
      float score = score(similarity, target, rows.get(hit.id()).vector());
      assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
    }
  }

  public void testFilterThatMatchesDocumentsWithoutVectors() throws IOException {
    try (Directory sparse = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(sparse, config(randomCodec()))) {
        for (Row row : rows) {
          float[] vector = row.id() % 3 == 0 ? row.vector() : null;
          writer.addDocument(new Row(row.id(), vector, row.tag()).document(similarity));
        }
      }
      try (IndexReader sparseReader = DirectoryReader.open(sparse)) {
        float[] target = vectors.get();
        assertHits(
            exact(rows, row -> row.id() % 3 == 0 && row.tag().equals("b"), similarity, target, 9),
            hits(
                newSearcher(sparseReader),
                MatryoshkaKnnQuery.builder(FIELD, target, 9)
                    .filter(tag("b"))
                    .candidates(rows.size())
                    .build(),
                rows.size()));
      }
    }
  }

  public void testMinScoreIsOfTheFullVector() throws IOException {
    float[] target = vectors.get();
    List<Hit> all = exact(row -> true, target, rows.size());
    float between = (all.get(29).score() + all.get(30).score()) / 2;
    int candidates = rows.size();
    assertHits(
        all.subList(0, 30),
        search(
            MatryoshkaKnnQuery.builder(FIELD, target, 100)
                .candidates(candidates)
                .minScore(between)));
    assertHits(
        all.subList(0, 7),
        search(
            MatryoshkaKnnQuery.builder(FIELD, target, 7).candidates(candidates).minScore(between)));
  }

  public void testMinScoreIsInclusiveAndMayLeaveNothing() throws IOException {
    float[] target = vectors.get();
    MatryoshkaKnnQuery.Builder builder =
        MatryoshkaKnnQuery.builder(FIELD, target, 3).candidates(rows.size());
    float best = search(builder).get(0).score();
    assertEquals(best, search(builder.minScore(best)).get(0).score(), 0);
    assertEquals(List.of(), search(builder.minScore(Math.nextUp(best))));
    assertEquals(List.of(), search(builder.minScore(Float.POSITIVE_INFINITY)));
    assertEquals(3, search(builder.minScore(Float.NEGATIVE_INFINITY)).size());
  }

  public void testFilterAndMinScore() throws IOException {
    float[] target = vectors.get();
    List<Hit> all = exact(row -> row.tag().equals("b"), target, rows.size());
    float between = (all.get(9).score() + all.get(10).score()) / 2;
    assertHits(
        all.subList(0, 10),
        search(
            MatryoshkaKnnQuery.builder(FIELD, target, 50)
                .candidates(rows.size())
                .filter(tag("b"))
                .minScore(between)));
  }
}
