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
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;

/**
 * Security of fields and documents, on a node of its own: what a role hides is to a search what
 * does not exist, and what it shows is whole. Everyone may load, and read by the rules of the
 * index.
 */
public class SecurityIT {
  private static final String VECTOR = "[0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0.5]";
  private static final String ROLES =
      """
      load:
        cluster: [all]
        indices:
          - names: ["*"]
            privileges: [create_index, index, create, maintenance]
      look:
        indices:
          - names: [test]
            privileges: [read, view_index_metadata]
            field_security:
              grant: ["*"]
              except: ["hidden*"]
          - names: [only]
            privileges: [read, view_index_metadata]
            field_security:
              grant: [truncated]
          - names: [some]
            privileges: [read, view_index_metadata]
            query: '{"range": {"n": {"gte": 900}}}'
      """;

  private static ElasticsearchNode node;

  @BeforeClass
  public static void startNode() throws IOException {
    node =
        Nodes.create(
            "security",
            Map.of(
                "xpack.security.enabled", "true",
                "xpack.security.autoconfiguration.enabled", "false",
                "xpack.security.authc.anonymous.username", "anyone",
                "xpack.security.authc.anonymous.roles", "[load, look]",
                "xpack.license.self_generated.type", "trial"),
            Map.of("roles.yml", ROLES));
    node.start(() -> {});
    createDocuments("test");
    createDocuments("only");
    createDocuments("some");
  }

  @AfterClass
  public static void stopNode() throws IOException {
    NodeTestCase.assertCleanLog(node.log());
    node.close();
  }

  private static void createDocuments(String index) throws IOException {
    String vector =
        "{\"type\": \"matryoshka_vector\", \"dims\": 8, \"prefix_dims\": 4, \"allow_truncated\": true}";
    node.client()
        .put(
            "/" + index,
            Json.parse(
                format(
                    """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0},
                 "mappings": {"properties": {"hidden": %s, "truncated": %s, "a": {"type": "keyword"}}}}
                """,
                    vector, vector)));
    BulkBody bulk = new BulkBody();
    for (int i = 0; i < 1000; i++) {
      ObjectNode document = Json.object().put("a", "b").put("n", i);
      document.set("hidden", Json.parse(VECTOR));
      document.set("truncated", Json.parse(VECTOR.replace(", 0.5]", "]")));
      bulk.index(String.valueOf(i), document);
    }
    node.client().post("/" + index + "/_bulk?refresh=true", bulk.bytes());
  }

  /** Every answer is the one about a field that is not there. */
  @Test
  public void testHiddenFieldDoesNotExist() throws IOException {
    String knn = "{\"matryoshka_knn\": {\"field\": \"F\", \"k\": 5, \"query_vector\": %s%s}}";
    List<String> queries =
        List.of(
            format(knn, VECTOR, ""),
            format(knn, "[1, 2, 3]", ""),
            format(knn, "[0, 0, 0, 0]", ""),
            format(knn, "\"AAAA\"", ""),
            format(knn, VECTOR, ", \"funnel\": [{\"dims\": 3, \"keep\": 10}]"),
            "{\"bool\": {\"must_not\": " + format(knn, VECTOR, "") + "}}");
    // in descriptions, Elasticsearch tells its own queries of mapped fields from others
    List<String> queriesOfElasticsearch =
        List.of(
            "{\"term\": {\"F\": \"x\"}}",
            "{\"terms\": {\"F\": [\"x\", \"y\"]}}",
            "{\"exists\": {\"field\": \"F\"}}");
    for (String query : queries) {
      String body = "{\"query\": " + query + "}";
      assertAsMissing("/test/_search", body);
      assertAsMissing("/test/_count", body);
      assertAsMissing("/test/_explain/1", body);
      assertAsMissing("/test/_validate/query?explain=true&rewrite=true", body);
    }
    for (String query : queriesOfElasticsearch) {
      assertAsMissing("/test/_search", "{\"query\": " + query + "}");
    }
    assertAsMissing("/test/_search", "{\"sort\": \"F\"}");
    assertAsMissing("/test/_search", "{\"docvalue_fields\": [\"F\"], \"fields\": [\"F\"]}");
    assertAsMissing("/test/_search?_source=F", "{}");
    assertAsMissing("/test/_field_caps?fields=F", null);
    String wrong = format(knn, "[1, 2, 3]", "").replace("F", "truncated");
    String shown = ask("/test/_search", "{\"query\": " + wrong + "}");
    assertTrue(shown, shown.contains("at least prefix_dims [4]"));
  }

  /** The length of a truncated vector is kept where the vector is, in every way to read it. */
  @Test
  public void testTruncatedVectorIsWhole() throws IOException {
    String body = "{\"size\": 1000, \"_source\": {\"exclude_vectors\": false}}";
    JsonNode hits = Json.parse(ask("/only/_search", body)).at("/hits/hits");
    assertEquals(1000, hits.size());
    for (JsonNode hit : hits) {
      assertEquals("{\"truncated\":[0.5,0.5,0.5,0.5,0.0,0.0,0.0]}", hit.path("_source").toString());
    }
    String found =
        ask(
            "/only/_search",
            format(
                "{\"query\": {\"matryoshka_knn\": {\"field\": \"truncated\", \"query_vector\": %s}}}",
                VECTOR));
    assertEquals(10, Json.parse(found).at("/hits/hits").size());
  }

  /** As many hits as are asked for, of those documents that the role may read. */
  @Test
  public void testHiddenDocumentsAreNotFound() throws IOException {
    String knn =
        "{\"query\": {\"matryoshka_knn\": {\"field\": \"truncated\", \"k\": %d, \"query_vector\": %s}}%s}";
    for (int k : new int[] {5, 100, 500}) {
      String body = format(knn, k, VECTOR, ", \"size\": 1000");
      JsonNode hits = Json.parse(ask("/some/_search", body)).at("/hits/hits");
      assertEquals(Math.min(k, 100), hits.size());
      for (JsonNode hit : hits) {
        assertTrue(hit.toString(), hit.at("/_source/n").asInt() >= 900);
      }
      String count = ask("/some/_count", format(knn, k, VECTOR, ""));
      assertEquals(Math.min(k, 100), Json.parse(count).path("count").asInt());
    }
    String explained = ask("/some/_explain/1", format(knn, 5, VECTOR, ""));
    assertTrue(explained, explained.contains("\"matched\":false"));
  }

  /** A role that may read evaluates what it may see. */
  @Test
  public void testEvaluateSeesNoMore() throws IOException {
    String body = "{\"field\": \"F\", \"queries\": [[1, 0, 0, 0, 0, 0, 0, 0]]}";
    String path = "/%s/_matryoshka/evaluate";
    assertAsMissing(format(path, "test"), body);
    String shown = ask(format(path, "test"), body.replace("F", "truncated"));
    assertEquals(shown, 1000, Json.parse(shown).path("documents").asInt());
    String some = ask(format(path, "some"), body.replace("F", "truncated"));
    assertEquals(some, 100, Json.parse(some).path("documents").asInt());
    assertEquals(some, 1.0, Json.parse(some).at("/present/recall/mean").asDouble(), 0);
  }

  private static void assertAsMissing(String path, String body) throws IOException {
    String ofHidden = askOf("hidden", path, body);
    assertEquals(path + " " + body, askOf("missing", path, body), ofHidden);
    assertNotEquals("", ofHidden);
  }

  /** What is answered about a field, but for its name and the time. */
  private static String askOf(String field, String path, String body) throws IOException {
    String answer = ask(path.replace("F", field), body == null ? null : body.replace("F", field));
    return answer.replace(field, "F").replaceAll("\"took\":\\d+,", "");
  }

  private static String ask(String path, String body) throws IOException {
    return node.client().send("POST", path, body == null ? null : bytes(body)).body().toString();
  }

  private static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
