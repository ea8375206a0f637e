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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/**
 * Two nodes with security on and TLS between them and to their clients. All shards are on the
 * second: of what the first is asked, it knows only what the second tells it.
 */
final class SecureCluster implements AutoCloseable {

  /** A vector of the length of all fields. */
  static final String VECTOR = "[0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0.5]";

  /** How many documents each index has; field {@code n} counts them. */
  static final int DOCS = 1000;

  private static final String LOADER = "loader";

  /** Of index {@code test} some fields are hidden, of {@code only} all but one. */
  private static final String HIDING =
      """
      looker:
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

  private static SecureCluster current;

  private final SelfSigned certificate;
  private final ElasticsearchNode first;
  private final ElasticsearchNode second;

  /** The one that the tests of {@link SecurityIT} share. */
  static SecureCluster current() {
    return current;
  }

  static void start() throws Exception {
    SecureCluster cluster = new SecureCluster();
    try {
      cluster.launch();
      for (String index : List.of("test", "only", "some")) {
        cluster.createDocuments(index);
      }
    } catch (IOException | RuntimeException | Error e) {
      cluster.second.close();
      cluster.first.close();
      throw e;
    }
    current = cluster;
  }

  private SecureCluster() throws Exception {
    certificate = SelfSigned.create();
    Map<String, Integer> ports = Cluster.ports(List.of("first", "second"));
    first = node("first", ports);
    second = node("second", ports);
  }

  private ElasticsearchNode node(String name, Map<String, Integer> ports) throws IOException {
    Map<String, String> settings = new TreeMap<>(Cluster.discovery(name, ports));
    settings.put("xpack.license.self_generated.type", "trial");
    settings.put("xpack.security.enabled", "true");
    settings.put("xpack.security.autoconfiguration.enabled", "false");
    for (String layer : List.of("http", "transport")) {
      String ssl = "xpack.security." + layer + ".ssl.";
      settings.put(ssl + "enabled", "true");
      settings.put(ssl + "key", "node.key");
      settings.put(ssl + "certificate", "node.crt");
      settings.put(ssl + "certificate_authorities", "[\"node.crt\"]");
    }
    List<String> users = new ArrayList<>(List.of(LOADER, "looker"));
    users.addAll(Privileges.users());
    // each has one role, of the same name, and for a password its name
    StringBuilder passwords = new StringBuilder();
    StringBuilder roles = new StringBuilder("superuser:" + LOADER + "\n");
    for (String user : users) {
      passwords.append(user).append(':').append(user).append('\n');
      roles.append(user.equals(LOADER) ? "" : user + ":" + user + "\n");
    }
    return Nodes.create(
        name,
        settings,
        Map.of(
            "node.key", certificate.key(),
            "node.crt", certificate.certificate(),
            "roles.yml", HIDING + Privileges.roles(),
            "users", passwords.toString(),
            "users_roles", roles.toString()),
        certificate.trusted(),
        LOADER);
  }

  private void launch() throws IOException {
    first.launch();
    second.launch();
    first.awaitReady(() -> {});
    second.awaitReady(() -> {});
    JsonNode health = loader().get("/_cluster/health?wait_for_nodes=2&timeout=60s");
    assertEquals(2, health.path("number_of_nodes").asInt());
  }

  private void createDocuments(String index) throws IOException {
    String vector =
        "{\"type\": \"matryoshka_vector\", \"dims\": 8, \"prefix_dims\": 4, \"allow_truncated\": true}";
    String mapping =
        """
        {"settings": {"number_of_shards": 1, "number_of_replicas": 0,
                      "index.routing.allocation.require._name": "second",
                      "index.matryoshka.dense_vector.*.prefix_dims": 4},
         "mappings": {"properties": {
            "hidden": VECTOR, "truncated": VECTOR,
            "hidden_dense": {"type": "dense_vector", "dims": 8}, "dense": {"type": "dense_vector", "dims": 8},
            "hidden_word": {"type": "keyword"}, "a": {"type": "keyword"},
            "hidden_name": {"type": "alias", "path": "truncated"},
            "hidden_parts": {"type": "nested", "properties": {"v": VECTOR}},
            "parts": {"type": "nested", "properties": {"v": VECTOR}}}}}
        """;
    loader().put("/" + index, Json.parse(mapping.replace("VECTOR", vector)));
    BulkBody bulk = new BulkBody();
    for (int i = 0; i < DOCS; i++) {
      ObjectNode document = Json.object().put("a", "b").put("hidden_word", "c").put("n", i);
      document.set("hidden", Json.parse(VECTOR));
      document.set("truncated", Json.parse(VECTOR.replace(", 0.5]", "]")));
      document.set("hidden_dense", Json.parse(VECTOR));
      document.set("dense", Json.parse(VECTOR));
      if (index.equals("only") == false) { // where they are hidden, Elasticsearch fails
        document.putArray("parts").addObject().set("v", Json.parse(VECTOR));
        document.putArray("hidden_parts").addObject().set("v", Json.parse(VECTOR));
      }
      bulk.index(String.valueOf(i), document);
    }
    JsonNode answer = loader().post("/" + index + "/_bulk?refresh=true", bulk.bytes());
    assertEquals(answer.toString(), false, answer.path("errors").asBoolean(true));
  }

  /** A user who may do everything, by the node without shards. */
  NodeClient loader() {
    return first.client();
  }

  /** The same of the node with the shards. */
  NodeClient loaderOfSecond() {
    return second.client();
  }

  SelfSigned certificate() {
    return certificate;
  }

  /** What a user is answered, which has to be the same by both nodes. */
  Response ask(String user, String method, String path, String body) throws IOException {
    byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
    return loader().as(user, user).send(method, path, bytes);
  }

  /** What the one from whom something is hidden is answered, the time aside. */
  String look(String path, String body) throws IOException {
    List<String> answers = new ArrayList<>();
    for (ElasticsearchNode node : List.of(first, second)) {
      byte[] bytes = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
      Response answer = node.client().as("looker", "looker").send("POST", path, bytes);
      answers.add(answer.status() + " " + timeless(answer.body().toString()));
    }
    assertEquals(path + " by either node", answers.get(1), answers.get(0));
    return answers.get(0);
  }

  private static String timeless(String answer) {
    return answer
        .replaceAll("\"took\":\\d+", "\"took\":0")
        .replaceAll("(time\\w*\"|_ns\"|_ms\"|breakdown\"):(\\d+|\\{[^}]*})", "$1");
  }

  /** The body of an answer with status 200, of which no shard failed. */
  JsonNode found(String path, String body) throws IOException {
    String answer = look(path, body);
    assertEquals(answer, "200 ", answer.substring(0, 4));
    JsonNode json = Json.parse(answer.substring(4));
    assertEquals(answer, 0, json.at("/_shards/failed").asInt());
    return json;
  }

  static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }

  @Override
  public void close() throws IOException {
    for (ElasticsearchNode node : List.of(second, first)) {
      String log = node.log();
      node.close();
      NodeTestCase.assertCleanLog(log);
    }
  }
}
