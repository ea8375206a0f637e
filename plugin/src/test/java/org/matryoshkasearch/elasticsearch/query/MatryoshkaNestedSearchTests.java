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

import static org.elasticsearch.core.Strings.format;
import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;
import static org.hamcrest.Matchers.containsString;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.action.search.SearchPhaseExecutionException;
import org.elasticsearch.index.query.InnerHitBuilder;
import org.elasticsearch.index.query.NestedQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** {@code matryoshka_knn} on passages: vectors of nested objects, hits that are their parents. */
public class MatryoshkaNestedSearchTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final String FIELD = "passages.vector";
  private static final int DIMS = 16;
  private static final int DOCS = 40;
  private static final int PASSAGES = DOCS * 4;

  private record Passage(String id, String lang, int number, String kind) {}

  private final Map<Passage, float[]> passages = new LinkedHashMap<>();

  /** Documents of one to four passages each, in two segments. */
  private void createDocuments() {
    createVectorIndex(
        INDEX,
        "\"lang\": {\"type\": \"keyword\"}, \"passages\": {\"type\": \"nested\", \"properties\": {"
            + "\"kind\": {\"type\": \"keyword\"}, "
            + matryoshka("vector", DIMS, "\"prefix_dims\": 8")
            + ", \"dense\": {\"type\": \"dense_vector\", \"dims\": 16, \"index_options\":"
            + " {\"type\": \"flat\"}}}}");
    for (int doc = 0; doc < DOCS; doc++) {
      String lang = doc % 2 == 0 ? "en" : "de";
      List<String> json = new ArrayList<>();
      for (int number = 0; number <= doc % 4; number++) {
        Passage passage =
            new Passage(String.valueOf(doc), lang, number, number % 2 == 0 ? "text" : "table");
        float[] vector = unitVector(DIMS);
        passages.put(passage, vector);
        json.add(
            format(
                "{\"kind\": \"%s\", \"vector\": %2$s, \"dense\": %2$s}",
                passage.kind, json(vector)));
      }
      index(INDEX, String.valueOf(doc), "{\"lang\": \"" + lang + "\", \"passages\": " + json + "}");
      if (doc == DOCS / 2) {
        flush(INDEX);
      }
    }
    flush(INDEX);
  }

  private float score(float[] target, Passage passage) {
    return VectorSimilarityFunction.COSINE.compare(target, passages.get(passage));
  }

  /** The k documents with the best passages, of those that pass. */
  private Map<String, Float> exact(float[] target, int k, Predicate<Passage> filter) {
    Map<String, Float> best = new HashMap<>();
    passages.keySet().stream()
        .filter(filter)
        .forEach(passage -> best.merge(passage.id, score(target, passage), Math::max));
    Map<String, Float> ranked = new LinkedHashMap<>();
    best.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(k)
        .forEach(e -> ranked.put(e.getKey(), e.getValue()));
    return ranked;
  }

  private static NestedQueryBuilder nested(float[] target, int k, QueryBuilder... filters) {
    return QueryBuilders.nestedQuery(
        "passages", knn(FIELD, target, k, PASSAGES, filters), ScoreMode.Max);
  }

  private static void assertHits(Map<String, Float> expected, Map<String, Float> hits) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(hits.keySet()));
    expected.forEach((id, score) -> assertEquals(id, score, hits.get(id), 1e-5f));
  }

  public void testOneBestPassageADocument() {
    createDocuments();
    float[] target = unitVector(DIMS);
    assertHits(exact(target, 10, p -> true), search(INDEX, nested(target, 10), 20));
    forceMerge(INDEX);
    assertHits(exact(target, 10, p -> true), search(INDEX, nested(target, 10), 20));
  }

  public void testFilterOnParents() {
    createDocuments();
    float[] target = unitVector(DIMS);
    assertHits(
        exact(target, 10, p -> p.lang.equals("en")),
        search(INDEX, nested(target, 10, QueryBuilders.termQuery("lang", "en")), 20));
    assertHits(
        exact(target, 10, p -> p.lang.equals("de")),
        search(
            INDEX,
            nested(
                target,
                10,
                QueryBuilders.boolQuery().mustNot(QueryBuilders.termQuery("lang", "en"))),
            20));
  }

  public void testFilterOnPassages() {
    createDocuments();
    float[] target = unitVector(DIMS);
    QueryBuilder tables = QueryBuilders.termQuery("passages.kind", "table");
    assertHits(
        exact(target, 10, p -> p.kind.equals("table")),
        search(INDEX, nested(target, 10, tables), 20));
    assertHits(
        exact(target, 10, p -> p.kind.equals("table") && p.lang.equals("de")),
        search(INDEX, nested(target, 10, tables, QueryBuilders.termQuery("lang", "de")), 20));
  }

  public void testFilterOfAnAlias() {
    createDocuments();
    indicesAdmin()
        .prepareAliases(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .addAlias(INDEX, "english", QueryBuilders.termQuery("lang", "en"))
        .get();
    float[] target = unitVector(DIMS);
    assertHits(
        exact(target, 10, p -> p.lang.equals("en")), search("english", nested(target, 10), 20));
  }

  public void testInnerHitsRankAllPassages() {
    createDocuments();
    float[] target = unitVector(DIMS);
    QueryBuilder query =
        nested(target, 5, QueryBuilders.termQuery("lang", "de"))
            .innerHit(new InnerHitBuilder().setSize(10));
    Map<String, Float> expected = exact(target, 5, p -> p.lang.equals("de"));
    assertResponse(
        client().prepareSearch(INDEX).setQuery(query).setSize(20),
        response -> {
          assertEquals(expected.size(), response.getHits().getHits().length);
          for (SearchHit hit : response.getHits().getHits()) {
            assertTrue(expected.containsKey(hit.getId()));
            assertInnerHits(target, hit);
          }
        });
  }

  private void assertInnerHits(float[] target, SearchHit hit) {
    List<Passage> ranked =
        passages.keySet().stream()
            .filter(passage -> passage.id.equals(hit.getId()))
            .sorted(Comparator.comparingDouble(passage -> -score(target, passage)))
            .toList();
    SearchHit[] inner = hit.getInnerHits().get("passages").getHits();
    assertEquals(ranked.size(), inner.length);
    for (int i = 0; i < inner.length; i++) {
      assertEquals(ranked.get(i).number, inner[i].getNestedIdentity().getOffset());
      assertEquals(score(target, ranked.get(i)), inner[i].getScore(), 1e-5f);
    }
  }

  /** The same passages of the same documents, filtered or not, as a nested {@code knn} gives. */
  public void testSeveralPassagesAsKnn() {
    createDocuments();
    float[] target = unitVector(DIMS);
    QueryBuilder tables = QueryBuilders.termQuery("passages.kind", "table");
    QueryBuilder german = QueryBuilders.termQuery("lang", "de");
    for (List<QueryBuilder> filters :
        List.of(List.<QueryBuilder>of(), List.of(tables), List.of(german, tables))) {
      for (Float similarity : Arrays.asList(null, 0.1f)) {
        QueryBuilder dense =
            new KnnVectorQueryBuilder(
                    "passages.dense", target, PASSAGES, PASSAGES, null, null, similarity)
                .addFilterQueries(filters);
        QueryBuilder ours =
            new MatryoshkaKnnQueryBuilder(
                FIELD,
                QueryVector.of(target),
                new SearchSize(PASSAGES, PASSAGES, null),
                List.of(),
                new Prefilters(filters, false),
                similarity);
        Map<String, List<String>> expected = passages(dense);
        assertFalse(expected.isEmpty());
        assertEquals(expected, passages(ours));
      }
    }
  }

  /** The second and third passage of each hit. */
  private Map<String, List<String>> passages(QueryBuilder query) {
    Map<String, List<String>> passagesOfHits = new LinkedHashMap<>();
    assertResponse(
        client()
            .prepareSearch(INDEX)
            .setSize(PASSAGES)
            .setQuery(
                QueryBuilders.nestedQuery("passages", query, ScoreMode.Max)
                    .innerHit(new InnerHitBuilder().setFrom(1).setSize(2))),
        response -> {
          for (SearchHit hit : response.getHits().getHits()) {
            List<String> inner = new ArrayList<>();
            for (SearchHit passage : hit.getInnerHits().get("passages").getHits()) {
              inner.add(
                  format("%d %.4f", passage.getNestedIdentity().getOffset(), passage.getScore()));
            }
            passagesOfHits.put(hit.getId(), inner);
          }
        });
    return passagesOfHits;
  }

  public void testMustBeInANestedQuery() {
    createDocuments();
    SearchPhaseExecutionException e =
        expectThrows(
            SearchPhaseExecutionException.class,
            () -> search(INDEX, knn(FIELD, unitVector(DIMS), 5), 5));
    assertEquals(RestStatus.BAD_REQUEST, e.status());
    assertThat(
        e.getCause().getMessage(),
        containsString(
            "field [passages.vector] is inside the nested object [passages]: put"
                + " [matryoshka_knn] into a [nested] query with path [passages]"));
  }

  public void testTwoLevels() {
    createVectorIndex(
        "deep",
        "\"lang\": {\"type\": \"keyword\"}, \"chapters\": {\"type\": \"nested\", \"properties\":"
            + " {\"passages\": {\"type\": \"nested\", \"properties\": {"
            + matryoshka("vector", DIMS, "")
            + "}}}}");
    float[] target = unitVector(DIMS);
    float[] opposite = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      opposite[i] = -target[i];
    }
    for (String lang : List.of("en", "de")) {
      index(
          "deep",
          lang,
          format(
              """
          {"lang": "%s", "chapters": [
            {"passages": [{"vector": %2$s}, {"vector": %3$s}]}, {"passages": {"vector": %2$s}}]}
          """,
              lang, json(opposite), json(target)));
    }
    flush("deep");
    indicesAdmin()
        .prepareAliases(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .addAlias("deep", "english", QueryBuilders.termQuery("lang", "en"))
        .get();
    QueryBuilder query =
        QueryBuilders.nestedQuery(
            "chapters",
            QueryBuilders.nestedQuery(
                "chapters.passages", knn("chapters.passages.vector", target, 10), ScoreMode.Max),
            ScoreMode.Max);
    assertEquals(2, search("deep", query, 10).size());
    Map<String, Float> english = search("english", query, 10);
    assertEquals(1, english.size());
    assertEquals(1, english.get("en"), 1e-5f);
  }
}
