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
package org.matryoshkasearch.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** The query among the other queries and features of a search. */
public class CombinationsIT extends NodeTestCase {

  private static final int DIMS = 64;
  private static final double TOLERANCE = 1e-5;

  private static float[] vector;

  /** Every row with its score, nearest first. */
  private static List<Neighbor> ranked;

  @BeforeClass
  public static void createIndexes() throws IOException {
    TestSets.Split set = TestSets.generated(700, DIMS);
    vector = set.queries().get(0);
    int half = set.documents().size() / 2;
    create("combined-1", field(DIMS, "cosine").put("prefix_dims", 16))
        .addInSegments(set.documents().subList(0, half), 2);
    create("combined-2", field(DIMS, "cosine").put("prefix_dims", 32))
        .addInSegments(set.documents().subList(half, set.documents().size()), 2);
    ranked =
        set.documents().stream()
            .map(row -> new Neighbor(row.row(), Similarity.COSINE.score(vector, row.vector())))
            .sorted()
            .toList();
  }

  /** The nearest rows that pass. */
  private static List<Neighbor> nearest(int k, LongPredicate passes) {
    return ranked.stream().filter(hit -> passes.test(hit.row())).limit(k).toList();
  }

  private static boolean isEnglish(long row) {
    return TestIndex.language(row).equals("en");
  }

  /** JSON in which {@code KNN} stands for our query with so many hits of each shard. */
  private static JsonNode body(int k, String json) throws IOException {
    ObjectNode query = TestIndex.query(vector, k, Json.object().put("num_candidates", 1000));
    return Json.parse(json.replace("KNN", query.toString()));
  }

  private static JsonNode search(String index, JsonNode body) throws IOException {
    return client().post("/" + index + "/_search?request_cache=false", body);
  }

  private static List<Neighbor> hits(JsonNode answer) {
    List<Neighbor> hits = new ArrayList<>();
    for (JsonNode hit : answer.at("/hits/hits")) {
      hits.add(new Neighbor(hit.path("_id").asLong(), hit.path("_score").asDouble()));
    }
    return hits;
  }

  private static List<Neighbor> hits(int k, String json) throws IOException {
    return hits(search("combined-*", body(k, json)));
  }

  private static void assertHits(List<Neighbor> expected, List<Neighbor> hits) {
    assertEquals(rows(expected), rows(hits));
    TestIndex.assertSame("combined", expected, hits, TOLERANCE);
  }

  private static List<Long> rows(List<Neighbor> hits) {
    return hits.stream().map(Neighbor::row).toList();
  }

  @Test
  public void testSeveralIndexes() throws IOException {
    assertHits(nearest(10, row -> true), hits(10, "{\"query\": KNN}"));
    JsonNode answer = search("combined-1,combined-2", body(10, "{\"size\": 100, \"query\": KNN}"));
    assertEquals("k hits of each shard", 20, hits(answer).size());
  }

  @Test
  public void testWithBm25() throws IOException {
    JsonNode match = body(1, "{\"size\": 1, \"query\": {\"match\": {\"lang\": \"en\"}}}");
    Map<String, Double> bm25 = new HashMap<>();
    for (String index : List.of("combined-1", "combined-2")) {
      bm25.put(index, search(index, match).at("/hits/max_score").asDouble());
    }
    JsonNode both =
        body(
            20,
            """
            {"size": 700, "query": {"bool": {
              "must": [KNN], "should": [{"match": {"lang": "en"}}]}}}
            """);
    JsonNode answer = search("combined-*", both);
    Map<Long, Double> scores = new HashMap<>();
    ranked.forEach(hit -> scores.put(hit.row(), hit.score()));
    assertEquals(40, answer.at("/hits/hits").size());
    for (JsonNode hit : answer.at("/hits/hits")) {
      long row = hit.path("_id").asLong();
      double expected =
          scores.get(row) + (isEnglish(row) ? bm25.get(hit.path("_index").asText()) : 0);
      assertEquals(expected, hit.path("_score").asDouble(), TOLERANCE * expected);
    }
  }

  @Test
  public void testFunctionScore() throws IOException {
    List<Neighbor> expected =
        nearest(10, row -> true).stream()
            .map(hit -> new Neighbor(hit.row(), hit.score() * (isEnglish(hit.row()) ? 3 : 1)))
            .sorted()
            .toList();
    List<Neighbor> hits =
        hits(
            700,
            """
            {"size": 700, "query": {"function_score": {"query": KNN, "functions":
              [{"filter": {"term": {"lang": "en"}}, "weight": 3}]}}}
            """);
    assertEquals(ranked.size(), hits.size());
    hits.removeIf(hit -> !rows(expected).contains(hit.row()));
    assertHits(expected, hits);
  }

  @Test
  public void testRescoringOthers() throws IOException {
    List<Neighbor> hits =
        hits(
            700,
            """
            {"size": 10, "query": {"range": {"n": {"lt": 300}}}, "rescore": {"window_size": 700,
              "query": {"rescore_query": KNN, "query_weight": 0}}}
            """);
    assertHits(nearest(10, row -> row < 300), hits);
  }

  @Test
  public void testBeingRescored() throws IOException {
    List<Neighbor> hits =
        hits(
            20,
            """
            {"size": 20, "query": KNN, "rescore": {"window_size": 40, "query": {"rescore_query":
              {"constant_score": {"filter": {"term": {"lang": "en"}}, "boost": 10}}}}}
            """);
    List<Neighbor> english = hits.stream().filter(hit -> hit.score() > 10).toList();
    assertTrue(english.size() > 3);
    english.forEach(hit -> assertTrue(isEnglish(hit.row())));
    assertEquals(rows(nearest(5, row -> isEnglish(row))), rows(english.subList(0, 5)));
  }

  @Test
  public void testCollapse() throws IOException {
    List<Neighbor> expected = new ArrayList<>(nearest(1, row -> isEnglish(row)));
    expected.addAll(nearest(1, row -> !isEnglish(row)));
    expected.sort(null);
    assertHits(expected, hits(100, "{\"query\": KNN, \"collapse\": {\"field\": \"lang\"}}"));
  }

  /** Pages of ten, each after the last hit of the page before. */
  private static List<Long> pages(int k, String sort) throws IOException {
    List<Long> rows = new ArrayList<>();
    JsonNode after = null;
    while (true) {
      ObjectNode page = (ObjectNode) body(k, "{\"size\": 10, \"query\": KNN}");
      page.set("sort", Json.parse(sort));
      if (after != null) {
        page.set("search_after", after);
      }
      JsonNode hits = search("combined-1", page).at("/hits/hits");
      if (hits.isEmpty()) {
        return rows;
      }
      for (JsonNode hit : hits) {
        rows.add(hit.path("_id").asLong());
        after = hit.path("sort");
      }
    }
  }

  @Test
  public void testSortAndSearchAfter() throws IOException {
    List<Long> inFirst =
        rows(hits(search("combined-1", body(35, "{\"size\": 35, \"query\": KNN}"))));
    assertEquals(35, inFirst.size());
    assertEquals(inFirst, pages(35, "[{\"_score\": \"desc\"}, {\"n\": \"asc\"}]"));
    assertEquals(
        inFirst.stream().sorted(Comparator.reverseOrder()).toList(),
        pages(35, "[{\"n\": \"desc\"}]"));
  }

  @Test
  public void testAggregations() throws IOException {
    JsonNode answer =
        search(
            "combined-*",
            body(
                700,
                """
                {"size": 0, "query": KNN, "aggs": {"languages": {"terms": {"field": "lang"}},
                  "near": {"filter": KNN, "aggs": {"most": {"max": {"field": "n"}}}}}}
                """));
    assertEquals(ranked.size(), answer.at("/hits/total/value").asInt());
    for (JsonNode bucket : answer.at("/aggregations/languages/buckets")) {
      String lang = bucket.path("key").asText();
      assertEquals(
          nearest(700, row -> TestIndex.language(row).equals(lang)).size(),
          bucket.path("doc_count").asInt());
    }
    assertEquals(ranked.size(), answer.at("/aggregations/near/doc_count").asInt());
  }

  @Test
  public void testAliasWithFilter() throws IOException {
    client()
        .post(
            "/_aliases",
            Json.parse(
                """
                {"actions": [{"add": {"index": "combined-*", "alias": "combined_english",
                  "filter": {"term": {"lang": "en"}}}}]}
                """));
    assertHits(
        nearest(10, row -> isEnglish(row)),
        hits(search("combined_english", body(10, "{\"query\": KNN}"))));
  }

  @Test
  public void testNameAndBoost() throws IOException {
    JsonNode answer =
        search(
            "combined-*",
            body(
                10,
                """
                {"size": 20, "query": {"bool": {"should": [
                  {"bool": {"must": KNN, "boost": 2, "_name": "near"}},
                  {"term": {"lang": {"value": "en", "boost": 0, "_name": "english"}}}]}}}
                """));
    List<Neighbor> expected =
        nearest(5, row -> true).stream()
            .map(hit -> new Neighbor(hit.row(), 2 * hit.score()))
            .toList();
    assertHits(expected, hits(answer).subList(0, 5));
    for (JsonNode hit : answer.at("/hits/hits")) {
      List<String> names = new ArrayList<>();
      hit.path("matched_queries").forEach(name -> names.add(name.asText()));
      assertEquals(isEnglish(hit.path("_id").asLong()), names.contains("english"));
      assertEquals(hit.path("_score").asDouble() > 0, names.contains("near"));
    }
  }

  @Test
  public void testManySearchesAtOnce() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String index : List.of("combined-1", "combined-2", "combined-*")) {
      lines.append("{\"index\": \"").append(index).append("\"}\n");
      lines.append(body(10, "{\"query\": KNN}")).append('\n');
    }
    JsonNode answer = client().post("/_msearch", lines.toString().getBytes(StandardCharsets.UTF_8));
    assertEquals(3, answer.path("responses").size());
    List<Neighbor> apart = new ArrayList<>(hits(answer.at("/responses/0")));
    apart.addAll(hits(answer.at("/responses/1")));
    assertEquals(20, apart.size());
    apart.sort(null);
    assertHits(apart.subList(0, 10), hits(answer.at("/responses/2")));
    assertHits(nearest(10, row -> true), hits(answer.at("/responses/2")));
  }
}
