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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;

/** In every {@code index.mode}, the field is stored and found as a {@code dense_vector} is. */
public class IndexModesIT extends NodeTestCase {

  @Test
  public void testAsDenseVector() throws IOException {
    for (String mode :
        List.of(
            "standard",
            "time_series",
            "logsdb",
            "lookup",
            "columnar",
            "logsdb_columnar",
            "vectordb_document")) {
      String index = "mode_" + mode;
      client().put("/" + index, index(mode));
      ObjectNode document =
          Json.object().put("@timestamp", "2026-01-01T00:00:00Z").put("host", "a");
      for (String field : List.of("ours", "dense", "stored")) {
        document.set(field, Json.parse("[0.5, 0.5, 0.5, 0.5]"));
      }
      client().post("/" + index + "/_doc?refresh=true", document);
      String ours = search(index, "matryoshka_knn", "ours");
      assertEquals(mode, search(index, "knn", "dense"), ours);
      ObjectNode all = Json.object();
      all.putObject("_source").put("exclude_vectors", false);
      JsonNode source = client().post("/" + index + "/_search", all).at("/hits/hits/0/_source");
      for (String field : List.of("ours", "dense", "stored")) {
        assertEquals(mode, "[0.5,0.5,0.5,0.5]", source.path(field).toString());
      }
    }
  }

  private static ObjectNode index(String mode) {
    ObjectNode body = Json.object();
    ObjectNode settings = body.putObject("settings").put("index.mode", mode);
    settings.put("number_of_shards", 1).put("number_of_replicas", 0);
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.putObject("@timestamp").put("type", "date");
    ObjectNode host = properties.putObject("host").put("type", "keyword");
    if (mode.equals("time_series")) {
      settings.put("index.time_series.start_time", "2025-01-01T00:00:00Z");
      settings.put("index.time_series.end_time", "2027-01-01T00:00:00Z");
      settings.putArray("index.routing_path").add("host");
      host.put("time_series_dimension", true);
    }
    vector(properties.putObject("ours"), "matryoshka_vector").put("index", true);
    vector(properties.putObject("dense"), "dense_vector").put("index", true);
    vector(properties.putObject("stored"), "matryoshka_vector").put("index", false);
    return body;
  }

  private static ObjectNode vector(ObjectNode field, String type) {
    return field.put("type", type).put("dims", 4);
  }

  private static String search(String index, String query, String field) throws IOException {
    ObjectNode body = Json.object();
    body.putObject("query")
        .putObject(query)
        .put("field", field)
        .set("query_vector", Json.parse("[0.5, 0.5, 0.5, -0.5]"));
    JsonNode hit = client().post("/" + index + "/_search", body).at("/hits/hits/0");
    return hit.path("_id").asText() + " " + hit.path("_score").asText().substring(0, 4);
  }
}
