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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** The stages of a search: the hits of funnels, what a profile says, and what explanations say. */
public class StagesIT extends NodeTestCase {

  private static final int DIMS = 128;
  private static final int PREFIX_DIMS = 32;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  private static final List<int[]> FUNNEL = List.of(new int[] {64, 60}, new int[] {96, 30});

  private static TestSets.Split set;
  private static TestIndex index;
  private static final Map<Long, float[]> VECTORS = new HashMap<>();

  @BeforeClass
  public static void createIndex() throws IOException {
    set = TestSets.generated(1000, DIMS);
    set.documents().forEach(row -> VECTORS.put(row.row(), row.vector()));
    index = create("stages", field(DIMS, "cosine").put("prefix_dims", PREFIX_DIMS));
    index.addInSegments(set.documents(), 3);
  }

  /** Options with these stages, each {@code dims, keep}. */
  private static ObjectNode funnel(int candidates, List<int[]> stages) {
    ObjectNode options = Json.object().put("num_candidates", candidates);
    ArrayNode funnel = options.putArray("funnel");
    for (int[] stage : stages) {
      funnel.addObject().put("dims", stage[0]).put("keep", stage[1]);
    }
    return options;
  }

  private static double score(float[] query, int dims, long row) {
    return Similarity.COSINE.score(
        Arrays.copyOf(query, dims), Arrays.copyOf(VECTORS.get(row), dims));
  }

  /** The best of these rows by their leading dimensions. */
  private static List<Neighbor> best(List<Long> rows, float[] query, int dims, int keep) {
    return rows.stream()
        .map(row -> new Neighbor(row, score(query, dims, row)))
        .sorted()
        .limit(keep)
        .toList();
  }

  @Test
  public void testFunnelEqualsTheSameByHand() throws IOException {
    List<List<int[]>> funnels =
        List.of(
            List.of(new int[] {64, 10}),
            List.of(new int[] {33, 900}, new int[] {127, 10}),
            List.of(new int[] {40, 300}, new int[] {64, 100}, new int[] {96, 20}),
            List.of(
                new int[] {40, 400},
                new int[] {48, 200},
                new int[] {64, 100},
                new int[] {80, 50},
                new int[] {100, 25}));
    List<Long> all = set.documents().stream().map(VectorRow::row).toList();
    for (float[] query : set.queries().subList(0, 20)) {
      for (List<int[]> funnel : funnels) {
        List<Long> left = all;
        for (int[] stage : funnel) {
          left = rows(best(left, query, stage[0], stage[1]));
        }
        List<Neighbor> expected = best(left, query, DIMS, K);
        List<Neighbor> hits = index.search(query, K, funnel(1000, funnel));
        assertEquals(rows(expected), rows(hits));
        TestIndex.assertSame("funnel", expected, hits, TOLERANCE);
      }
    }
  }

  private static List<Long> rows(List<Neighbor> hits) {
    return hits.stream().map(Neighbor::row).toList();
  }

  @Test
  public void testProfile() throws IOException {
    ObjectNode body = Json.object().put("profile", true);
    body.set("query", TestIndex.query(set.queries().get(0), K, funnel(100, FUNNEL)));
    JsonNode search = client().post("/stages/_search", body).at("/profile/shards/0/searches/0");
    assertEquals("the tree of the query, and ours", 2, search.path("query").size());
    JsonNode ours = search.at("/query/1");
    assertEquals("MatryoshkaKnnQuery", ours.path("type").asText());
    JsonNode stages = ours.path("children");
    assertStage(stages.path(0), "graph", PREFIX_DIMS, 940, 100, 0);
    assertStage(stages.path(1), "funnel", 64, 100, 60, 100 * 64 * 4);
    assertStage(stages.path(2), "funnel", 96, 60, 30, 60 * 96 * 4);
    assertStage(stages.path(3), "full", DIMS, 30, K, 30 * DIMS * 4);
    assertEquals(4, stages.size());
    long nanos = 0;
    for (JsonNode stage : stages) {
      nanos += stage.path("time_in_nanos").asLong();
    }
    assertEquals(nanos, ours.path("time_in_nanos").asLong());
    assertTrue(nanos <= search.path("rewrite_time").asLong());
    long visited = stages.at("/0/debug/nodes_visited").asLong();
    assertTrue("" + visited, visited >= 100 && visited <= 940);
    assertEquals(visited + 100 + 60 + 30, search.path("vector_operations_count").asLong());
  }

  private static void assertStage(
      JsonNode stage, String type, int dims, int in, int out, int bytes) {
    assertEquals(type, stage.path("type").asText());
    assertTrue(stage.path("time_in_nanos").asLong() > 0);
    JsonNode debug = stage.path("debug");
    assertEquals(dims, debug.path("dims").asInt());
    assertEquals(in, debug.path("vectors_in").asInt());
    assertEquals(out, debug.path("vectors_out").asInt());
    assertEquals(bytes, debug.path("full_vector_bytes").asInt());
  }

  @Test
  public void testExplain() throws IOException {
    float[] query = set.queries().get(1);
    ObjectNode body = Json.object().put("explain", true);
    body.set("query", TestIndex.query(query, K, funnel(100, FUNNEL)));
    JsonNode hits = client().post("/stages/_search", body).at("/hits/hits");
    assertEquals(K, hits.size());
    for (JsonNode hit : hits) {
      JsonNode explanation = hit.path("_explanation");
      assertEquals(hit.path("_score").asDouble(), explanation.path("value").asDouble(), 0);
      assertEquals(
          "score by the full vector in field [embedding]",
          explanation.path("description").asText());
      assertScores(query, hit.path("_id").asLong(), explanation.path("details"));
    }
  }

  /** The prefix has codes of 4 bits; the scores of the other stages are exact. */
  private static void assertScores(float[] query, long row, JsonNode details) {
    assertEquals(3, details.size());
    assertEquals(
        "score by the prefix of 32 dimensions as it is in the graph",
        details.at("/0/description").asText());
    assertEquals(score(query, PREFIX_DIMS, row), details.at("/0/value").asDouble(), 0.05);
    assertEquals(
        "score in the funnel stage of 64 dimensions", details.at("/1/description").asText());
    assertEquals(score(query, 64, row), details.at("/1/value").asDouble(), TOLERANCE);
    assertEquals(
        "score in the funnel stage of 96 dimensions", details.at("/2/description").asText());
    assertEquals(score(query, 96, row), details.at("/2/value").asDouble(), TOLERANCE);
  }

  private static JsonNode explain(long row, ObjectNode query) throws IOException {
    ObjectNode body = Json.object();
    body.set("query", query);
    return client().post("/stages/_explain/" + row, body);
  }

  @Test
  public void testWhyADocumentIsNoHit() throws IOException {
    float[] query = set.queries().get(2);
    List<Neighbor> ranked = best(new ArrayList<>(VECTORS.keySet()), query, DIMS, 1000);
    assertTrue(
        explain(ranked.get(0).row(), TestIndex.query(query, K, funnel(100, FUNNEL)))
            .path("matched")
            .asBoolean());
    long last = ranked.get(ranked.size() - 1).row();
    JsonNode explanation =
        assertNoHit(
            "not among the best candidates that the graph found by their prefixes",
            last,
            TestIndex.query(query, K, funnel(100, FUNNEL)));
    assertEquals(
        score(query, DIMS, last), explanation.at("/details/0/value").asDouble(), TOLERANCE);
    ArrayNode earlier = (ArrayNode) explanation.path("details");
    earlier.remove(0);
    assertScores(query, last, earlier);

    assertNoHit(
        "not among those that the funnel stage of 64 dimensions kept",
        last,
        TestIndex.query(query, K, funnel(1000, FUNNEL)));
    assertNoHit(
        "not among the 10 nearest of the candidates",
        ranked.get(K).row(),
        TestIndex.query(query, K, funnel(1000, List.of())));
    assertNoHit(
        "scores less than the required 1.0",
        ranked.get(0).row(),
        TestIndex.query(query, K, funnel(1000, List.of()).put("similarity", 1)));
    ObjectNode filtered = funnel(1000, List.of());
    filtered.putObject("filter").putObject("term").put("lang", "none");
    assertNoHit(
        "does not match the filter", ranked.get(0).row(), TestIndex.query(query, K, filtered));
  }

  private static JsonNode assertNoHit(String reason, long row, ObjectNode query)
      throws IOException {
    JsonNode answer = explain(row, query);
    assertFalse(answer.path("matched").asBoolean());
    assertEquals(reason, answer.at("/explanation/description").asText());
    return answer.path("explanation");
  }
}
