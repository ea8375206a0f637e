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
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/** The mapping of a field, and what the node says of the plugin. */
public class MappingIT extends NodeTestCase {

  @Test
  public void testPluginIsListed() throws Exception {
    for (JsonNode node : client().get("/_nodes/plugins").path("nodes")) {
      List<String> names = node.path("plugins").findValuesAsText("name");
      assertTrue(names.toString(), names.contains("matryoshka"));
    }
  }

  @Test
  public void testRoundTrip() throws Exception {
    JsonNode field =
        Json.parse(
            """
            {"type": "matryoshka_vector", "dims": 300, "prefix_dims": 50,
             "similarity": "max_inner_product", "element_type": "bfloat16",
             "index_options": {"type": "bbq_hnsw", "m": 8, "ef_construction": 60,
                               "rescore_vector": {"oversample": 7.5}}}
            """);
    create("round_trip", (ObjectNode) field.deepCopy());
    assertEquals(field, mapping("round_trip"));
    ObjectNode copy = (ObjectNode) mapping("round_trip");
    create("round_trip_again", copy.deepCopy());
    assertEquals(copy, mapping("round_trip_again"));
  }

  @Test
  public void testDefaultsAreTold() throws Exception {
    create("defaults", field(1024, "cosine"));
    JsonNode mapping = mapping("defaults");
    assertEquals(256, mapping.path("prefix_dims").asInt());
    assertEquals("int4_hnsw", mapping.at("/index_options/type").asText());
    assertEquals(0.98, mapping.at("/index_options/rescore_vector/target_recall").asDouble(), 1e-6);
  }

  @Test
  public void testEveryValueIsTakenOn() throws Exception {
    for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")) {
      ObjectNode field = field(16, "l2_norm").put("prefix_dims", 8);
      field.putObject("index_options").put("type", type);
      create("type_" + type, field);
      assertEquals(type, mapping("type_" + type).at("/index_options/type").asText());
    }
  }

  @Test
  public void testWhatCannotChangeIsRefused() throws Exception {
    create("fixed", field(64, "cosine").put("prefix_dims", 16).put("element_type", "float"));
    assertRefused("dims", field(65, "cosine").put("prefix_dims", 16));
    assertRefused("prefix_dims", field(64, "cosine").put("prefix_dims", 17));
    assertRefused("similarity", field(64, "l2_norm").put("prefix_dims", 16));
    ObjectNode bfloat16 = field(64, "cosine").put("prefix_dims", 16);
    assertRefused("element_type", bfloat16.put("element_type", "bfloat16"));
    client().put("/fixed/_mapping", mappings(field(64, "cosine").put("prefix_dims", 16)));
  }

  private static void assertRefused(String parameter, ObjectNode field) throws Exception {
    byte[] body = Json.bytes(mappings(field));
    Response response = client().send("PUT", "/fixed/_mapping", body);
    assertEquals(400, response.status());
    assertTrue(response.reason(), response.reason().contains(parameter));
    assertTrue(response.reason(), response.reason().contains(TestIndex.FIELD));
  }

  private static ObjectNode mappings(ObjectNode field) {
    ObjectNode mappings = Json.object();
    mappings.putObject("properties").set(TestIndex.FIELD, field);
    return mappings;
  }

  private static JsonNode mapping(String index) throws Exception {
    String path = "/" + index + "/mappings/properties/" + TestIndex.FIELD;
    return client().get("/" + index + "/_mapping").at(path);
  }
}
