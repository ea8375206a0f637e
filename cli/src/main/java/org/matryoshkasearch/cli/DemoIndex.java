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
package org.matryoshkasearch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * An index of the demo: one vector field, {@code embedding}, and a title. The ids of the documents
 * are the rows of the set.
 */
final class DemoIndex {

  /** The vector field. */
  static final String FIELD = "embedding";

  private static final int TITLE_LENGTH = 100;

  private final NodeClient client;
  private final String name;

  DemoIndex(NodeClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /** The name of the index. */
  String name() {
    return name;
  }

  /** Creates the index with one shard and this mapping of its vector field. */
  void create(ObjectNode field) throws IOException {
    ObjectNode index = Json.object();
    index
        .putObject("settings")
        .put("number_of_shards", 1)
        .put("number_of_replicas", 0)
        .put("refresh_interval", "-1");
    ObjectNode properties = index.putObject("mappings").putObject("properties");
    properties.set(FIELD, field);
    properties.putObject("title").put("type", "text");
    client.put("/" + name, index);
  }

  /** Sends documents that {@link #bulk} has encoded. */
  void load(byte[] bulk) throws IOException {
    JsonNode answer = client.post("/" + name + "/_bulk", bulk);
    if (answer.path("errors").asBoolean()) {
      for (JsonNode item : answer.path("items")) {
        JsonNode error = item.path("index").path("error");
        if (!error.isMissingNode()) {
          String id = item.path("index").path("_id").asText();
          throw new IOException(name + " refused row " + id + ": " + error.path("reason").asText());
        }
      }
    }
  }

  /** Documents in the form that {@code _bulk} takes, for any of the indices. */
  static byte[] bulk(List<VectorRow> rows) throws IOException {
    BulkBody bulk = new BulkBody();
    for (VectorRow row : rows) {
      ObjectNode document = Json.object().put("title", title(row));
      document.set(FIELD, Json.array(row.vector()));
      bulk.index(String.valueOf(row.row()), document);
    }
    return bulk.bytes();
  }

  /** What to call a row: its title, else the start of its text, else its number; one line. */
  static String title(VectorRow row) {
    String title = row.title() != null && !row.title().isBlank() ? row.title() : row.text();
    if (title == null || title.isBlank()) {
      return "row " + row.row();
    }
    String line = title.strip().replaceAll("\\s+", " ");
    return line.length() <= TITLE_LENGTH ? line : line.substring(0, TITLE_LENGTH - 3) + "...";
  }

  /** Makes what was loaded visible and durable. */
  void finish() throws IOException {
    client.post("/" + name + "/_refresh", (JsonNode) null);
    client.post("/" + name + "/_flush", (JsonNode) null);
  }

  /** The mapping as the node tells it. */
  JsonNode mapping() throws IOException {
    return client.get("/" + name + "/_mapping").path(name).path("mappings");
  }

  /** The vector field of the mapping. */
  JsonNode field() throws IOException {
    return mapping().path("properties").path(FIELD);
  }

  /** Bytes on disk, as in {@code 14.6 MB}. */
  String size() throws IOException {
    JsonNode stats = client.get("/" + name + "/_stats/store");
    long bytes = stats.at("/_all/primaries/store/size_in_bytes").asLong();
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** Searches and returns the hits, best first. */
  JsonNode search(JsonNode body) throws IOException {
    return client.post("/" + name + "/_search", body).at("/hits/hits");
  }
}
