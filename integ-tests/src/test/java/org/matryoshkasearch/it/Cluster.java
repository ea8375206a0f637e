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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.matryoshkasearch.cli.Artifacts;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.Ports;

/** Some nodes that are one cluster, by their names. Each may be master; the first is, to begin. */
final class Cluster implements AutoCloseable {

  private final Map<String, Map<String, String>> settings = new LinkedHashMap<>();
  private final Map<String, ElasticsearchNode> nodes = new LinkedHashMap<>();

  /**
   * Starts nodes and waits until they have found each other.
   *
   * @param folder where each has its data, in a folder of its name: what outlives a replaced node
   * @param further lines of each node's configuration
   */
  Cluster(Path folder, List<String> names, Artifacts build, Map<String, String> further)
      throws IOException {
    Map<String, Integer> ports = ports(names);
    Nodes.open(folder);
    for (String name : names) {
      Map<String, String> lines = new HashMap<>(further);
      lines.putAll(discovery(name, ports));
      lines.put("path.data", Nodes.open(Files.createDirectories(folder.resolve(name))).toString());
      settings.put(name, lines);
    }
    try {
      for (String name : names) {
        nodes.put(name, Nodes.create(name, build, settings.get(name)));
        node(name).launch();
      }
      for (ElasticsearchNode node : nodes.values()) {
        node.awaitReady(() -> {});
      }
      awaitNodes(names.get(0), names.size());
    } catch (IOException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** A port for each node to talk to the others, in the order of their names. */
  static Map<String, Integer> ports(List<String> names) throws IOException {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (String name : names) {
      ports.put(name, Ports.free());
    }
    return ports;
  }

  /** The lines of a node's configuration by which it finds the others. */
  static Map<String, String> discovery(String name, Map<String, Integer> ports) {
    return Map.of(
        "cluster.name",
        String.join("-", ports.keySet()),
        "transport.port",
        ports.get(name).toString(),
        "discovery.seed_hosts",
        ports.values().stream().map(port -> "\"127.0.0.1:" + port + "\"").toList().toString(),
        "cluster.initial_master_nodes",
        "[\"" + ports.keySet().iterator().next() + "\"]");
  }

  ElasticsearchNode node(String name) {
    return nodes.get(name);
  }

  NodeClient client(String name) {
    return node(name).client();
  }

  /** Stops a node and starts one of another build with its name, its ports and its data. */
  void replace(String name, Artifacts build) throws IOException {
    nodes.remove(name).close();
    nodes.put(name, Nodes.create(name, build, settings.get(name)));
    node(name).start(() -> {});
  }

  /** Waits until this node sees so many, itself included. */
  void awaitNodes(String seenBy, int count) throws IOException {
    awaitHealth(seenBy, "", "wait_for_nodes=" + count);
  }

  /**
   * Waits, as this node sees it, until every copy of every shard is where it shall be.
   *
   * @param indices their names with commas between, or the empty text for all
   */
  void awaitGreen(String seenBy, String indices) throws IOException {
    awaitHealth(
        seenBy,
        indices,
        "wait_for_status=green&wait_for_no_relocating_shards=true&wait_for_events=languid");
  }

  /** Waits until nothing is being copied: a copy need not be on a node that is older. */
  void awaitCopies(String seenBy) throws IOException {
    awaitHealth(
        seenBy,
        "",
        "wait_for_status=yellow&wait_for_no_initializing_shards=true"
            + "&wait_for_no_relocating_shards=true");
  }

  private void awaitHealth(String seenBy, String indices, String condition) throws IOException {
    String path = "/_cluster/health/" + indices + "?timeout=120s&" + condition;
    NodeClient.Response health = client(seenBy).send("GET", path, null);
    assertEquals(path + " " + health.body(), 200, health.status());
  }

  /** The names of the nodes that have copies of an index. */
  Set<String> nodesOf(String index) throws IOException {
    Set<String> names = new TreeSet<>();
    String path = "/_cat/shards/" + index + "?format=json";
    for (JsonNode shard : client(settings.keySet().iterator().next()).get(path)) {
      names.add(shard.path("node").asText());
    }
    return names;
  }

  /** The name of the master, as this node sees it. */
  String master(String seenBy) throws IOException {
    return client(seenBy).get("/_cat/master?format=json").at("/0/node").asText();
  }

  void assertCleanLogs() throws IOException {
    for (ElasticsearchNode node : nodes.values()) {
      NodeTestCase.assertCleanLog(node.log());
    }
  }

  @Override
  public void close() throws IOException {
    for (ElasticsearchNode node : nodes.values()) {
      node.close();
    }
  }
}
