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
import static org.matryoshkasearch.it.SecureCluster.VECTOR;
import static org.matryoshkasearch.it.SecureCluster.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.Test;

/**
 * Document-level security: of 1,000 documents the role may read the last 100. As many hits as are
 * asked for are among these, and nothing tells of the others.
 */
public class HiddenDocuments {
  private static final int SEEN = 100;
  private static final String KNN =
      "{\"matryoshka_knn\": {\"field\": \"truncated\", \"k\": %d, \"query_vector\": %s%s}}";

  private final SecureCluster cluster = SecureCluster.current();

  private static List<String> searches(int k) {
    return List.of(
        format(KNN, k, VECTOR, ""),
        format(KNN, k, VECTOR, ", \"exact\": true"),
        format(KNN, k, VECTOR, ", \"rescore_vector\": {\"target_recall\": 0.6}"),
        format(
            KNN,
            k,
            VECTOR,
            ", \"num_candidates\": 900, \"funnel\": [{\"dims\": 5, \"keep\": 600}]"),
        format(KNN, k, VECTOR, ", \"filter\": {\"range\": {\"n\": {\"gte\": 0}}}"),
        format(
            "{\"knn\": {\"field\": \"dense\", \"k\": %d, \"num_candidates\": %d, \"query_vector\": %s}}",
            k, k, VECTOR));
  }

  @Test
  public void testHitsAndCounts() throws IOException {
    for (int k : new int[] {5, SEEN, 500}) {
      int expected = Math.min(k, SEEN);
      for (String query : searches(k)) {
        assertSeen(expected, "{\"size\": 1000, \"query\": " + query + "}");
        assertSeen(
            expected,
            "{\"size\": 1000, \"retriever\": {\"standard\": {\"query\": " + query + "}}}");
        JsonNode count = cluster.found("/some/_count", "{\"query\": " + query + "}");
        assertEquals(query, expected, count.path("count").asInt());
      }
    }
    String section = searches(500).getLast();
    section = section.substring(1, section.length() - 1);
    assertSeen(SEEN, "{\"size\": 1000, " + section + "}");
    assertSeen(SEEN, "{\"size\": 1000, \"retriever\": {" + section + "}}");
  }

  private void assertSeen(int expected, String body) throws IOException {
    JsonNode answer = cluster.found("/some/_search", body);
    assertEquals(body, expected, answer.at("/hits/hits").size());
    assertEquals(body, expected, answer.at("/hits/total/value").asInt());
    for (JsonNode hit : answer.at("/hits/hits")) {
      assertTrue(hit.toString(), hit.at("/_source/n").asInt() >= 900);
    }
  }

  @Test
  public void testAggregations() throws IOException {
    for (String query : searches(500)) {
      JsonNode counted =
          cluster.found(
              "/some/_search",
              format(
                  "{\"size\": 0, \"query\": %s, \"aggs\": {\"all\": {\"global\": {}},"
                      + " \"near\": {\"filter\": %s}, \"least\": {\"min\": {\"field\": \"n\"}}}}",
                  query, query));
      assertEquals(query, SEEN, counted.at("/hits/total/value").asInt());
      assertEquals(query, SEEN, counted.at("/aggregations/all/doc_count").asInt());
      assertEquals(query, SEEN, counted.at("/aggregations/near/doc_count").asInt());
      assertEquals(query, 900, counted.at("/aggregations/least/value").asInt());
    }
  }

  @Test
  public void testInnerHits() throws IOException {
    for (String path : List.of("parts", "hidden_parts")) {
      String query = searches(500).getFirst().replace("truncated", path + ".v");
      JsonNode hits =
          cluster
              .found(
                  "/some/_search",
                  format(
                      "{\"size\": 500, \"query\": {\"nested\": {\"path\": \"%s\", \"inner_hits\": {}, \"query\": %s}}}",
                      path, query))
              .at("/hits/hits");
      assertEquals(SEEN, hits.size());
      for (JsonNode hit : hits) {
        assertTrue(hit.toString(), hit.path("_id").asInt() >= 900);
        JsonNode inner = hit.at("/inner_hits").path(path).at("/hits");
        assertEquals(1, inner.at("/total/value").asInt());
        assertEquals(hit.path("_id"), inner.at("/hits/0/_id"));
      }
    }
  }

  /** A document that is hidden is explained, and looked up, as one that is not there. */
  @Test
  public void testSingleDocuments() throws IOException {
    for (String query : searches(500)) {
      String body = "{\"query\": " + query + "}";
      String missing = cluster.look("/some/_explain/none", body);
      assertEquals(missing.replace("none", "1"), cluster.look("/some/_explain/1", body));
      String seen = cluster.look("/some/_explain/950", body);
      assertTrue(seen, seen.contains("\"matched\":true"));

      String profile =
          cluster.look("/some/_search", "{\"profile\": true, \"query\": " + query + "}");
      assertTrue(profile, profile.contains("cannot be profiled if document level security"));
    }
    String lookup =
        "{\"query\": {\"matryoshka_knn\": {\"field\": \"truncated\", \"query_vector_builder\":"
            + " {\"lookup\": {\"index\": \"some\", \"id\": \"ID\", \"path\": \"truncated\"}}}}}";
    String missing = cluster.look("/some/_search", lookup.replace("ID", "none"));
    assertEquals(
        missing.replace("none", "17"), cluster.look("/some/_search", lookup.replace("ID", "17")));
    assertEquals(
        10, cluster.found("/some/_search", lookup.replace("ID", "950")).at("/hits/hits").size());
    assertEquals(
        cluster.look("/some/_termvectors/none?fields=truncated", null).replace("none", "17"),
        cluster.look("/some/_termvectors/17?fields=truncated", null));
  }

  @Test
  public void testEvaluate() throws IOException {
    for (String field : List.of("truncated", "dense")) {
      for (String queries : List.of("", ", \"queries\": [[1, 0, 0, 0, 0, 0, 0, 0]]")) {
        String body = "{\"field\": \"" + field + "\"" + queries + "}";
        JsonNode answer = cluster.ask("looker", "POST", "/some/_matryoshka/evaluate", body).body();
        assertEquals(answer.toString(), SEEN, answer.path("documents").asInt());
        assertEquals(answer.toString(), 1.0, answer.at("/present/recall/mean").asDouble(), 0);
      }
    }
  }
}
