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
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.action.search.SearchPhaseExecutionException;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VectorSimilarity;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** The hits and scores of {@code matryoshka_knn} on a real shard with several segments. */
public class MatryoshkaSearchTests extends VectorIndexTestCase {
  private static final int DIMS = 24;
  private static final int DOCS = 150;
  private static final String INDEX = "test";

  /** The vectors of the documents that are in the index. */
  private final Map<String, float[]> vectors = new LinkedHashMap<>();

  /** Documents in five segments, the vector in our field and in a flat dense_vector field. */
  private void createDocuments(VectorSimilarity similarity, String more) {
    createVectorIndex(
        INDEX,
        matryoshka(
                "ours",
                DIMS,
                format("\"prefix_dims\": 6, \"similarity\": \"%s\", %s", similarity, more))
            + format(
                """
              , "dense": {"type": "dense_vector", "dims": 24, "similarity": "%s",
                "index_options": {"type": "flat"}},
              "parity": {"type": "keyword"}
              """,
                similarity));
    for (int i = 0; i < DOCS; i++) {
      float[] vector = unitVector(DIMS);
      if (similarity != VectorSimilarity.DOT_PRODUCT) {
        // never nearly 1: dense_vector takes lengths within 0.1% of 1 for 1, and scores accordingly
        scale(
            vector,
            randomBoolean()
                ? randomFloatBetween(0.5f, 0.95f, true)
                : randomFloatBetween(1.05f, 3, true));
      }
      put(String.valueOf(i), vector);
      if (i % 30 == 29) {
        flush(INDEX);
      }
    }
  }

  private void put(String id, float[] vector) {
    String parity = Integer.parseInt(id) % 2 == 0 ? "even" : "odd";
    index(
        INDEX,
        id,
        format("{\"ours\": %1$s, \"dense\": %1$s, \"parity\": \"%2$s\"}", json(vector), parity));
    vectors.put(id, vector);
  }

  private static void scale(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }

  /** Exact search over what the index should hold. */
  private Map<String, Float> exact(VectorSimilarity similarity, float[] target, int k) {
    List<Map.Entry<String, Float>> all = new ArrayList<>();
    vectors.forEach(
        (id, vector) -> {
          float[] leading = Arrays.copyOf(vector, target.length);
          all.add(Map.entry(id, similarity.function().compare(target, leading)));
        });
    all.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    Map<String, Float> best = new LinkedHashMap<>();
    all.subList(0, Math.min(k, all.size())).forEach(e -> best.put(e.getKey(), e.getValue()));
    return best;
  }

  private static void assertHits(Map<String, Float> expected, Map<String, Float> hits) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(hits.keySet()));
    expected.forEach((id, score) -> assertEquals(id, score, hits.get(id), 1e-5f * (1 + score)));
  }

  public void testRescoringAllIsExactSearch() {
    VectorSimilarity similarity = randomFrom(VectorSimilarity.values());
    createDocuments(similarity, "\"index_options\": {\"type\": \"bbq_hnsw\"}");
    assertExact(similarity);
    forceMerge(INDEX);
    assertExact(similarity);
    for (int i = 0; i < DOCS; i += 3) {
      delete(INDEX, String.valueOf(i));
      vectors.remove(String.valueOf(i));
    }
    for (int i = 1; i < DOCS; i += 3) {
      put(String.valueOf(i), unitVector(DIMS));
    }
    flush(INDEX);
    assertExact(similarity);
    forceMerge(INDEX);
    assertExact(similarity);
  }

  private void assertExact(VectorSimilarity similarity) {
    float[] target = unitVector(DIMS);
    Map<String, Float> expected = exact(similarity, target, 10);
    assertHits(expected, search(INDEX, knn("ours", target, 10, DOCS), 10));
    QueryBuilder all =
        new MatryoshkaKnnQueryBuilder(
            "ours",
            QueryVector.of(target),
            new SearchSize(10, null, null, true),
            List.of(),
            Prefilters.of(),
            null);
    assertHits(expected, search(INDEX, all, 10));
    // and these are the scores that a user of dense_vector knows
    QueryBuilder dense = new KnnVectorQueryBuilder("dense", target, 10, DOCS, null, null, null);
    assertHits(expected, search(INDEX, dense, 10));
  }

  public void testEverySimilarityScoresAsDenseVector() {
    for (VectorSimilarity similarity : VectorSimilarity.values()) {
      vectors.clear();
      createDocuments(similarity, "\"index_options\": {\"type\": \"int4_hnsw\"}");
      assertExact(similarity);
      indicesAdmin().prepareDelete(INDEX).get();
    }
  }

  public void testFewCandidates() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"hnsw\"}");
    float[] target = unitVector(DIMS);
    Set<String> found =
        new HashSet<>(
            search(
                    INDEX,
                    new MatryoshkaKnnQueryBuilder(
                        "ours",
                        QueryVector.of(target),
                        new SearchSize(10, 60, new RescoreVector(6)),
                        List.of(),
                        Prefilters.of(),
                        null),
                    10)
                .keySet());
    assertEquals(10, found.size());
    found.retainAll(exact(VectorSimilarity.COSINE, target, 10).keySet());
    assertThat(found.size(), greaterThanOrEqualTo(2));
  }

  public void testBfloat16() {
    createDocuments(VectorSimilarity.COSINE, "\"element_type\": \"bfloat16\"");
    float[] target = unitVector(DIMS);
    Map<String, Float> hits = search(INDEX, knn("ours", target, DOCS, DOCS), DOCS);
    assertEquals(DOCS, hits.size());
    exact(VectorSimilarity.COSINE, target, DOCS)
        .forEach((id, score) -> assertEquals(score, hits.get(id), 0.005f));
  }

  public void testShortQueryVector() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"int8_hnsw\"}");
    float[] target = Arrays.copyOf(unitVector(DIMS), 12);
    assertHits(
        exact(VectorSimilarity.COSINE, target, 10),
        search(INDEX, knn("ours", target, 10, DOCS), 10));
  }

  public void testFilter() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"int8_hnsw\"}");
    vectors.keySet().removeIf(id -> Integer.parseInt(id) % 2 == 0);
    float[] target = unitVector(DIMS);
    QueryBuilder odd = QueryBuilders.termQuery("parity", "odd");
    assertHits(
        exact(VectorSimilarity.COSINE, target, 10),
        search(INDEX, knn("ours", target, 10, DOCS, odd), 10));
    QueryBuilder nothing = QueryBuilders.termQuery("parity", "none");
    assertEquals(Map.of(), search(INDEX, knn("ours", target, 10, DOCS, odd, nothing), 10));
  }

  public void testFilterOfAnAlias() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"int8_hnsw\"}");
    indicesAdmin()
        .prepareAliases(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .addAlias(INDEX, "odds", QueryBuilders.termQuery("parity", "odd"))
        .get();
    vectors.keySet().removeIf(id -> Integer.parseInt(id) % 2 == 0);
    float[] target = unitVector(DIMS);
    assertHits(
        exact(VectorSimilarity.COSINE, target, 10),
        search("odds", knn("ours", target, 10, DOCS), 10));
  }

  public void testSimilarityThreshold() {
    for (VectorSimilarity similarity : List.of(VectorSimilarity.COSINE, VectorSimilarity.L2_NORM)) {
      vectors.clear();
      createDocuments(similarity, "\"index_options\": {\"type\": \"int8_hnsw\"}");
      float[] target = unitVector(DIMS);
      float threshold = similarity == VectorSimilarity.COSINE ? 0.1f : 1.5f;
      Map<String, Float> expected = exact(similarity, target, DOCS);
      expected.values().removeIf(score -> score < similarity.score(threshold));
      MatryoshkaKnnQueryBuilder query =
          new MatryoshkaKnnQueryBuilder(
              "ours",
              QueryVector.of(target),
              new SearchSize(DOCS, DOCS, null),
              List.of(),
              Prefilters.of(),
              threshold);
      assertHits(expected, search(INDEX, query, DOCS));
      QueryBuilder dense =
          new KnnVectorQueryBuilder("dense", target, DOCS, DOCS, null, null, threshold);
      assertHits(expected, search(INDEX, dense, DOCS));
      indicesAdmin().prepareDelete(INDEX).get();
    }
  }

  public void testFunnel() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"bbq_hnsw\"}");
    float[] target = unitVector(DIMS);
    // the stage ranks all documents by 18 dims and lets the ten best pass
    Set<String> bestOfStage =
        exact(VectorSimilarity.COSINE, Arrays.copyOf(target, 18), 10).keySet();
    Map<String, Float> expected = exact(VectorSimilarity.COSINE, target, DOCS);
    expected.keySet().retainAll(bestOfStage);
    assertHits(
        expected,
        search(
            INDEX,
            new MatryoshkaKnnQueryBuilder(
                "ours",
                QueryVector.of(target),
                new SearchSize(10, DOCS, null),
                List.of(new FunnelStage(18, 10)),
                Prefilters.of(),
                null),
            10));
  }

  public void testBoostAndCombination() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"hnsw\"}");
    float[] target = unitVector(DIMS);
    Map<String, Float> expected = exact(VectorSimilarity.COSINE, target, 5);
    expected.replaceAll((id, score) -> 3 * score);
    assertHits(expected, search(INDEX, knn("ours", target, 5, DOCS).boost(3), 10));
    Map<String, Float> combined =
        search(
            INDEX,
            QueryBuilders.boolQuery()
                .should(knn("ours", target, 5, DOCS))
                .should(QueryBuilders.termQuery("parity", "odd")),
            DOCS);
    assertTrue(combined.keySet().containsAll(expected.keySet()));
    assertTrue(combined.size() > DOCS / 2 - 1);
  }

  public void testKIsTheSizeOfTheRequest() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"hnsw\"}");
    MatryoshkaKnnQueryBuilder query =
        new MatryoshkaKnnQueryBuilder(
            "ours",
            QueryVector.of(unitVector(DIMS)),
            new SearchSize(null, null, null),
            List.of(),
            Prefilters.of(),
            null);
    assertEquals(17, search(INDEX, query, 17).size());
  }

  public void testWrongQueryIsABadRequest() {
    createDocuments(VectorSimilarity.COSINE, "\"index_options\": {\"type\": \"hnsw\"}");
    SearchPhaseExecutionException e =
        expectThrows(
            SearchPhaseExecutionException.class,
            () -> search(INDEX, knn("ours", unitVector(5), 3), 3));
    assertEquals(RestStatus.BAD_REQUEST, e.status());
    assertThat(
        e.getCause().getMessage(),
        containsString("has [5] dimensions but must have at least prefix_dims [6] and at most"));
    e =
        expectThrows(
            SearchPhaseExecutionException.class,
            () -> search(INDEX, knn("parity", unitVector(5), 3), 3));
    assertEquals(RestStatus.BAD_REQUEST, e.status());
    assertThat(e.getCause().getMessage(), containsString("is of type [keyword]"));
    assertEquals(Map.of(), search(INDEX, knn("missing", unitVector(5), 3), 3));
  }
}
