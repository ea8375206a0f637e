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
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/** What cannot be is refused with the name of the field, the limit and the value. */
public class BadInputsIT extends NodeTestCase {

  @BeforeClass
  public static void createIndex() throws Exception {
    create("bad_inputs", field(4, "cosine").put("prefix_dims", 2));
  }

  @Test
  public void testBadDocumentsAmongGoodOnes() throws Exception {
    String bulk =
        """
        {"index": {"_id": "good1"}}
        {"embedding": [1, 2, 3, 4]}
        {"index": {"_id": "too long"}}
        {"embedding": [1, 2, 3, 4, 5]}
        {"index": {"_id": "too short"}}
        {"embedding": [1, 2, 3]}
        {"index": {"_id": "empty"}}
        {"embedding": []}
        {"index": {"_id": "zero"}}
        {"embedding": [0, 0, 0, 0]}
        {"index": {"_id": "not a number"}}
        {"embedding": [1, 2, 3, "NaN"]}
        {"index": {"_id": "too great"}}
        {"embedding": [1, 2, 3, 1e39]}
        {"index": {"_id": "null inside"}}
        {"embedding": [1, 2, 3, null]}
        {"index": {"_id": "object"}}
        {"embedding": {"a": 1}}
        {"index": {"_id": "text"}}
        {"embedding": "abc"}
        {"index": {"_id": "two"}}
        {"embedding": [[1, 2, 3, 4], [1, 2, 3, 4]]}
        {"index": {"_id": "good2"}}
        {"embedding": [4, 3, 2, 1]}
        {"index": {"_id": "without"}}
        {"lang": "en"}
        {"index": {"_id": "null"}}
        {"embedding": null}
        """;
    JsonNode answer =
        client().post("/bad_inputs/_bulk?refresh=true", bulk.getBytes(StandardCharsets.UTF_8));
    assertTrue(answer.path("errors").asBoolean());
    for (JsonNode item : answer.path("items")) {
      JsonNode result = item.path("index");
      switch (result.path("_id").asText()) {
        case "good1", "good2", "without", "null" ->
            assertEquals(result.toString(), 201, result.path("status").asInt());
        case "too long" -> assertFault(result, "embedding", "4");
        case "too short" -> assertFault(result, "embedding", "3", "4");
        case "empty" -> assertFault(result, "embedding", "0");
        case "zero" -> assertFault(result, "embedding", "zero");
        default -> assertFault(result, "embedding");
      }
    }
    assertEquals(4, client().get("/bad_inputs/_count").path("count").asInt());
  }

  private static void assertFault(JsonNode result, String... parts) {
    assertEquals(result.toString(), 400, result.path("status").asInt());
    for (String part : parts) {
      assertTrue(result.toString(), result.path("error").toString().contains(part));
    }
  }

  @Test
  public void testBadMappings() throws Exception {
    assertBadMapping("{'dims': 5000}", "embedding", "dims", "5000", "4096");
    assertBadMapping("{'dims': 0}", "embedding", "dims", "0");
    assertBadMapping("{'dims': 4, 'prefix_dims': 5}", "embedding", "prefix_dims", "[5]", "[4]");
    assertBadMapping("{'dims': 4, 'prefix_dims': 0}", "embedding", "prefix_dims", "[0]");
    assertBadMapping(
        "{'dims': 4, 'similarity': 'near'}", "[embedding]", "[similarity]", "cosine", "[near]");
    assertBadMapping(
        "{'dims': 4, 'element_type': 'byte'}", "[embedding]", "[element_type]", "float", "[byte]");
    assertBadIndexOptions("'type': 'flat'", "[index_options.type]", "bbq_hnsw", "[flat]");
    assertBadIndexOptions("'m': -1", "[index_options.m]", "[2]", "[512]", "[-1]");
    assertBadIndexOptions("'m': 'few'", "[index_options.m]", "integer", "[few]");
    assertBadIndexOptions(
        "'ef_construction': 3201", "[index_options.ef_construction]", "[1]", "[3200]", "[3201]");
    assertBadIndexOptions(
        "'rescore_vector': {'oversample': 0.5}",
        "[rescore_vector.oversample]",
        "[1]",
        "[100]",
        "[0.5]");
    assertBadMapping("{'dims': 4, 'colour': 'red'}", "embedding", "colour");
  }

  private static void assertBadIndexOptions(String options, String... parts) throws Exception {
    String mapping = "{'dims': 4, 'index_options': {" + options + "}}";
    assertBadMapping(mapping, "field [embedding]");
    assertBadMapping(mapping, parts);
  }

  private static void assertBadMapping(String options, String... parts) throws Exception {
    ObjectNode field = (ObjectNode) Json.parse(options.replace('\'', '"'));
    ObjectNode body = Json.object();
    body.putObject("mappings")
        .putObject("properties")
        .set("embedding", field.put("type", "matryoshka_vector"));
    assertRefused(options, client().send("PUT", "/bad_mapping", Json.bytes(body)), parts);
  }

  @Test
  public void testBadQueries() throws Exception {
    String fine = "'field': 'embedding', 'query_vector': [1, 2, 3, 4]";
    assertBadQuery(fine + ", 'k': 0", "[k]", "0");
    assertBadQuery(fine + ", 'k': 10, 'num_candidates': 5", "[num_candidates]", "[k]", "10", "5");
    assertBadQuery(fine + ", 'num_candidates': 10001", "[num_candidates]", "10000", "10001");
    assertBadQuery(fine + ", 'rescore_vector': {'oversample': 0.5}", "oversample", "0.5");
    assertBadQuery(fine + ", 'funnel': [{'dims': 9, 'keep': 10}]", "funnel", "9", "4");
    assertBadQuery(fine + ", 'funnel': [{'dims': 3}]", "keep");
    assertBadQuery(fine + ", 'colour': 'red'", "colour");
    assertBadQuery("'field': 'embedding'", "query_vector");
    assertBadQuery("'query_vector': [1, 2, 3, 4]", "field");
    assertBadQuery(
        "'field': 'embedding', 'query_vector': [1]", "query_vector", "embedding", "[1]", "[2]");
    assertBadQuery(
        "'field': 'embedding', 'query_vector': [1, 2, 3, 4, 5]", "query_vector", "[5]", "[4]");
    assertBadQuery("'field': 'embedding', 'query_vector': [0, 0, 0, 0]", "query_vector", "zero");
    assertBadQuery("'field': 'embedding', 'query_vector': [1, 2, 3, 'NaN']", "query_vector");
    assertBadQuery("'field': 'lang', 'query_vector': [1, 2, 3, 4]", "lang", "keyword");
  }

  private static void assertBadQuery(String options, String... parts) throws Exception {
    String body = "{'query': {'matryoshka_knn': {" + options + "}}}";
    byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    assertRefused(options, client().send("POST", "/bad_inputs/_search", bytes), parts);
  }

  private static void assertRefused(String what, Response response, String... parts) {
    String reason = response.reason();
    assertEquals(what + ": " + reason, 400, response.status());
    assertFalse(what + ": " + reason, reason.contains("null_pointer"));
    for (String part : parts) {
      assertTrue(what + ": expected " + part + " in: " + reason, reason.contains(part));
    }
  }

  /** As {@code knn}: a field that no mapping knows has no documents. */
  @Test
  public void testUnknownField() throws Exception {
    String body = "{\"query\": {\"matryoshka_knn\": {\"field\": \"none\", \"query_vector\": [1]}}}";
    JsonNode answer = client().post("/bad_inputs/_search", body.getBytes(StandardCharsets.UTF_8));
    assertEquals(0, answer.at("/hits/total/value").asInt());
  }
}
