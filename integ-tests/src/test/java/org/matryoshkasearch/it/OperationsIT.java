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
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.Test;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/** The requests of docs/operations.md on a node, and what a node without the plugin says then. */
public class OperationsIT {
  private static final String PAGE = "docs/operations.md";

  @Test
  public void testPage() throws Exception {
    Path snapshots = Files.createTempDirectory("operations-it-");
    Files.setPosixFilePermissions(snapshots, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path data = Files.createDirectory(snapshots.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    Map<String, String> settings =
        Map.of("path.repo", snapshots.toString(), "path.data", data.toString());
    try {
      try (ElasticsearchNode node = Nodes.create("operations", settings)) {
        node.start(() -> {});
        for (ConsoleRequest request : ConsoleRequest.inPage(PAGE)) {
          request.run(node.client());
        }
        NodeTestCase.assertCleanLog(node.log());
      }
      try (ElasticsearchNode node = Nodes.withoutPlugin("without", settings)) {
        node.launch();
        awaitAnswer(node.client()); // it is never ready, with indices that it cannot open
        assertRed(node.client());
        assertWithoutPlugin(node.client());
      }
      try (ElasticsearchNode node = Nodes.create("again", settings)) {
        node.start(() -> {});
        node.client().get("/_cluster/health/docs,articles?wait_for_status=green&timeout=60s");
        assertEquals(3, node.client().get("/docs/_count").path("count").asInt());
        assertEquals(2, node.client().get("/articles/_count").path("count").asInt());
      }
    } finally {
      try (Stream<Path> files = Files.walk(snapshots)) {
        files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private static void awaitAnswer(NodeClient client) throws Exception {
    for (int tries = 0; tries < 600; tries++) {
      try {
        if (client.send("GET", "/_cluster/health", null).status() == 200) {
          return;
        }
      } catch (ConnectException e) {
        // nothing listens yet
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the node did not answer");
  }

  /** The plugin was removed from the node: its indices are red, and the node says why. */
  private static void assertRed(NodeClient client) throws Exception {
    awaitSaid(client, "docs", "The mapper type [matryoshka_vector] declared on field [embedding]");
    awaitSaid(
        client,
        "articles",
        "unknown setting [index.matryoshka.dense_vector.embedding.prefix_dims] please check that"
            + " any required plugins are installed");
    JsonNode plain = client.get("/_cluster/health/articles-out?wait_for_status=green&timeout=60s");
    assertEquals("green", plain.path("status").asText());
    assertEquals(2, client.get("/articles-out/_count").path("count").asInt());
  }

  /** Shards are tried some time after the node answers. */
  private static void awaitSaid(NodeClient client, String index, String part) throws Exception {
    String said = "";
    for (int tries = 0; tries < 100 && said.contains(part) == false; tries++) {
      Thread.sleep(200);
      said = why(client, index);
    }
    assertSaid(part, said);
  }

  private static void assertWithoutPlugin(NodeClient client) throws IOException {
    ObjectNode repository = Json.object().put("type", "fs");
    repository.putObject("settings").put("location", "backup");
    client.put("/_snapshot/backup", repository);

    String ofField = restore(client, "first", "docs", "ours", null);
    assertSaid("because it cannot be upgraded", ofField);
    assertSaid("The mapper type [matryoshka_vector] declared on field [embedding]", ofField);
    String setting = "index.matryoshka.dense_vector.embedding.prefix_dims";
    ObjectNode index = Json.object();
    index.putObject("settings").put(setting, 4);
    String ofSetting = client.send("PUT", "/new", Json.bytes(index)).body().toString();
    assertSaid(
        "unknown setting [" + setting + "] please check that any required plugins are installed",
        ofSetting);
    for (String ignored : new String[] {null, "index.matryoshka.*"}) {
      restore(client, "second", "articles", "prefix", ignored);
      assertSaid(
          "An SPI class of type org.apache.lucene.codecs.KnnVectorsFormat with name"
              + " 'MatryoshkaDenseVector' does not exist.",
          why(client, "prefix"));
      client.delete("/prefix");
    }

    String moved = restore(client, "third", "articles-out", "plain", null);
    assertTrue(moved, moved.contains("\"failed\":0"));
    JsonNode found =
        client.post(
            "/plain/_search",
            Json.parse(
                "{\"knn\": {\"field\": \"embedding\", \"k\": 1,"
                    + " \"query_vector\": [0.9, 0.1, -0.3, 0.2, 0, 0, 0, 0]}}"));
    assertEquals(List.of("1"), found.findValuesAsText("_id"));
  }

  /** The node says so, and so does the page. */
  private static void assertSaid(String part, String answer) throws IOException {
    assertTrue(answer, answer.contains(part));
    String page = Files.readString(TestSets.CHECKOUT.resolve(PAGE));
    assertTrue(PAGE + " must quote: " + part, page.contains(part));
  }

  private static String restore(
      NodeClient client, String snapshot, String index, String as, String ignored)
      throws IOException {
    ObjectNode body =
        Json.object()
            .put("indices", index)
            .put("rename_pattern", ".+")
            .put("rename_replacement", as);
    if (ignored != null) {
      body.putArray("ignore_index_settings").add(ignored);
    }
    String path = "/_snapshot/backup/" + snapshot + "/_restore?wait_for_completion=true";
    Response answer = client.send("POST", path, Json.bytes(body));
    return answer.body().toString();
  }

  /** Why the shard of an index is not there. */
  private static String why(NodeClient client, String index) throws IOException {
    ObjectNode shard = Json.object().put("index", index).put("shard", 0).put("primary", true);
    return client.post("/_cluster/allocation/explain", shard).at("/unassigned_info").toString();
  }
}
