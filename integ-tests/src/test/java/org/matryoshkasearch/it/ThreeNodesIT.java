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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.Similarity;

/**
 * Three nodes under writes and searches: the master is killed and comes back, shards move, the
 * others are restarted; then indices are shrunk, cloned, split, and restored from a snapshot. At
 * each step every copy of every shard gives back the vectors bit for bit, and searches are exact.
 *
 * <p>What happens under load is done once, or for as long as {@code -Dtests.soak=30m} says.
 */
public class ThreeNodesIT {
  private static final int DIMS = 64;
  private static final int K = 10;
  private static final int QUERIES = 4;
  private static final int WITH_GRAPH = 1700; // of two shards, each has enough in a segment for one
  private static final double TOLERANCE = 1e-5;
  private static final String WRITTEN = "written"; // under load; the others stay as they are
  private static final List<String> NAMES = List.of("one", "two", "three");

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Cluster cluster;
  private TestSets.Split set;
  private ExactSearch exact;
  private Map<Long, String> sent;
  private final List<TestIndex> indices = new ArrayList<>();

  @Test
  public void testLossMovesRestartsAndCopies() throws Exception {
    set = TestSets.generated(2000, DIMS);
    Path folder = temporary.getRoot().toPath();
    Path snapshots = Nodes.open(Files.createDirectory(folder.resolve("snapshots")));
    Map<String, String> repositories = Map.of("path.repo", snapshots.toString());
    try (Cluster three = new Cluster(folder, NAMES, Nodes.current(), repositories)) {
      cluster = three;
      createIndices();
      assertRight("fresh", NAMES);
      Map<Long, String> acknowledged = underLoad();
      assertAcknowledged("after the load", acknowledged);
      resize();
      restore();
      assertAcknowledged("restored", acknowledged);
      three.assertCleanLogs();
    }
  }

  private NodeClient client() {
    return client(NAMES.get(0));
  }

  private NodeClient client(String node) {
    return cluster.client(node);
  }

  private void createIndices() throws IOException {
    ObjectNode ours = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 16);
    ObjectNode dense = Json.object().put("type", "dense_vector").put("dims", DIMS);
    ObjectNode prefix = settings();
    prefix.put("index.matryoshka.dense_vector." + TestIndex.FIELD + ".prefix_dims", 16);
    indices.add(TestIndex.create(client(), "ours", ours, settings()));
    indices.add(TestIndex.create(client(), "dense", dense.put("similarity", "cosine"), prefix));
    TestIndex.create(client(), WRITTEN, ours, settings());
    List<Long> deleted =
        set.documents().stream().map(row -> row.row()).filter(row -> row % 9 == 0).toList();
    for (TestIndex index : indices) {
      index.addInSegments(set.documents().subList(0, WITH_GRAPH), 1);
      index.addInSegments(set.documents().subList(WITH_GRAPH, set.documents().size()), 2);
      index.delete(deleted);
    }
    exact = indices.get(0).exact(Similarity.COSINE, K, set.queries().subList(0, QUERIES));
    sent = indices.get(0).vectorsSent();
    awaitGreen();
  }

  private static ObjectNode settings() {
    return Json.object()
        .put("number_of_shards", 2)
        .put("number_of_replicas", 1)
        .put("index.unassigned.node_left.delayed_timeout", "0");
  }

  private void awaitGreen() throws IOException {
    cluster.awaitGreen(NAMES.get(0), "");
  }

  private static List<String> others(String node) {
    return NAMES.stream().filter(name -> !name.equals(node)).toList();
  }

  private Map<Long, String> underLoad() throws Exception {
    Soak soak = Soak.asked();
    try (Load load = new Load(client(), WRITTEN, set.documents())) {
      load.awaitSearches(5);
      int rounds = 0;
      do {
        String master = cluster.master(NAMES.get(0));
        lose(master, load);
        for (String node : others(master)) {
          restart(node, load);
        }
        for (String node : others(master)) {
          moveAwayFrom(node);
        }
        moveAnywhere();
        rounds++;
      } while (Soak.goesOn(soak, rounds, 1));
      load.awaitSearches(5);
      Map<Long, String> acknowledged = load.end();
      System.out.println(
          "ThreeNodesIT: "
              + (rounds + " rounds, ")
              + (acknowledged.size() + " documents acknowledged, ")
              + (load.searches() + " searches under load"));
      return acknowledged;
    }
  }

  /** A node is killed; the others have all there is, and copy it again; then it comes back. */
  private void lose(String node, Load load) throws Exception {
    List<String> others = others(node);
    load.moveTo(client(others.get(0)));
    cluster.node(node).kill();
    assertRight("when " + node + " was killed", others);
    cluster.awaitNodes(others.get(0), 2);
    cluster.awaitGreen(others.get(0), "");
    assertRight("without " + node, others);
    load.awaitSearches(5);
    comeBack(node);
  }

  private void restart(String node, Load load) throws Exception {
    List<String> others = others(node);
    load.moveTo(client(others.get(0)));
    cluster.node(node).stop();
    assertRight("when " + node + " was stopped", others);
    load.awaitSearches(5);
    comeBack(node);
  }

  private void comeBack(String node) throws IOException {
    cluster.node(node).start(() -> {});
    cluster.awaitNodes(node, NAMES.size());
    awaitGreen();
    assertRight("when " + node + " was back", NAMES);
  }

  private void moveAwayFrom(String node) throws IOException {
    ObjectNode away = Json.object().put("index.routing.allocation.exclude._name", node);
    client().put("/_all/_settings", away);
    assertRight("moving from " + node, NAMES);
    awaitGreen();
    for (String index : List.of("ours", "dense", WRITTEN)) {
      assertFalse(index + " on " + node, cluster.nodesOf(index).contains(node));
    }
    assertRight("moved from " + node, NAMES);
  }

  private void moveAnywhere() throws IOException {
    ObjectNode anywhere = Json.object().putNull("index.routing.allocation.exclude._name");
    client().put("/_all/_settings", anywhere);
    awaitGreen();
  }

  private void assertAcknowledged(String what, Map<Long, String> acknowledged) throws IOException {
    TestIndex written = indices.get(0).as(WRITTEN);
    written.refresh();
    for (String node : NAMES) {
      Map<Long, String> kept = written.at(client(node)).vectorsGivenBack("&preference=_local");
      assertEquals(what + ", through " + node, acknowledged, kept);
    }
  }

  /** For which all that is in an index must be on one node, and stay as it is. */
  private void resize() throws IOException {
    ObjectNode settings =
        Json.object()
            .put("index.blocks.write", true)
            .put("index.number_of_replicas", 0)
            .put("index.routing.allocation.require._name", NAMES.get(0));
    client().put("/ours,dense/_settings", settings);
    awaitGreen();
    for (TestIndex index : List.copyOf(indices)) {
      resize(index, "_shrink", 1);
      resize(index, "_clone", 2);
      resize(index, "_split", 4);
    }
    awaitGreen();
    assertRight("resized", NAMES);
    for (TestIndex index : indices) {
      client().post("/" + index.name() + "/_forcemerge?max_num_segments=1", (JsonNode) null);
      index.refresh();
    }
    assertRight("resized and merged", NAMES);
  }

  private void resize(TestIndex index, String how, int shards) throws IOException {
    TestIndex resized = index.as(index.name() + how);
    ObjectNode body = Json.object();
    body.putObject("settings")
        .put("index.number_of_shards", shards)
        .put("index.number_of_replicas", 1)
        .putNull("index.routing.allocation.require._name")
        .putNull("index.blocks.write");
    client().post("/" + index.name() + "/" + how + "/" + resized.name(), body);
    indices.add(resized);
  }

  /** All indices are deleted, and come from a snapshot. */
  private void restore() throws IOException {
    ObjectNode repository = Json.object().put("type", "fs");
    repository.putObject("settings").put("location", "three");
    client().put("/_snapshot/three", repository);
    ObjectNode all = Json.object().put("indices", "ours*,dense*," + WRITTEN);
    JsonNode taken = client().put("/_snapshot/three/all?wait_for_completion=true", all);
    assertEquals(taken.toString(), "SUCCESS", taken.at("/snapshot/state").asText());
    client().delete("/" + WRITTEN);
    for (TestIndex index : indices) {
      client().delete("/" + index.name());
    }
    JsonNode restored =
        client().post("/_snapshot/three/all/_restore?wait_for_completion=true", all);
    assertEquals(restored.toString(), 0, restored.at("/snapshot/shards/failed").asInt(-1));
    awaitGreen();
    assertRight("restored", NAMES);
  }

  /** Each node that is asked answers from its own copies where it has some. */
  private void assertRight(String what, List<String> askedNodes) throws IOException {
    for (String node : askedNodes) {
      for (TestIndex index : indices) {
        TestIndex asked = index.at(client(node));
        String where = what + ", " + index.name() + " through " + node;
        assertEquals(where, sent, asked.vectorsGivenBack("&preference=_local"));
        for (int i = 0; i < QUERIES; i++) {
          ObjectNode query = query(index.name().startsWith("ours"), i);
          TestIndex.assertSame(
              where, exact.neighbors(i), asked.search(query, K, "&preference=_local"), TOLERANCE);
        }
      }
    }
  }

  /** A search in which all are candidates; every second one of ours without the graph. */
  private ObjectNode query(boolean ours, int i) {
    float[] vector = set.queries().get(i);
    if (!ours) {
      return TestIndex.knn(vector, K, sent.size());
    }
    ObjectNode options = Json.object();
    return TestIndex.query(
        vector,
        K,
        i % 2 == 0 ? options.put("exact", true) : options.put("num_candidates", sent.size()));
  }
}
