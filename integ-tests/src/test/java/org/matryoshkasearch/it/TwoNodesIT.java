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
import static org.junit.Assert.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.Ports;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** Two nodes: queries and shards travel between them. */
public class TwoNodesIT {

  private static final int DIMS = 128;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  private static ElasticsearchNode first;
  private static ElasticsearchNode second;

  @BeforeClass
  public static void startNodes() throws IOException {
    int firstPort = Ports.free();
    int secondPort = Ports.free();
    String seeds = "[\"127.0.0.1:" + firstPort + "\", \"127.0.0.1:" + secondPort + "\"]";
    first = Nodes.create("first", settings(firstPort, seeds));
    second = Nodes.create("second", settings(secondPort, seeds));
    first.launch();
    second.launch();
    first.awaitReady(() -> {});
    second.awaitReady(() -> {});
    first.client().get("/_cluster/health?wait_for_nodes=2&timeout=60s");
  }

  private static Map<String, String> settings(int transportPort, String seeds) {
    return Map.of(
        "cluster.name",
        "two-nodes",
        "transport.port",
        String.valueOf(transportPort),
        "discovery.seed_hosts",
        seeds,
        "cluster.initial_master_nodes",
        "[\"first\"]");
  }

  @AfterClass
  public static void stopNodes() throws IOException {
    for (ElasticsearchNode node : new ElasticsearchNode[] {second, first}) {
      if (node != null) {
        String log = node.log();
        node.close();
        NodeTestCase.assertCleanLog(log);
      }
    }
  }

  @Test
  public void testReplicaAndRelocation() throws Exception {
    TestSets.Split set = TestSets.generated(1000, DIMS);
    ObjectNode settings = Json.object();
    settings.put("number_of_shards", 1).put("number_of_replicas", 1);
    TestIndex index = create("replica", settings).addInSegments(set.documents(), 3);
    index.delete(set.documents().stream().map(row -> row.row()).filter(r -> r % 9 == 0).toList());
    awaitGreen("replica");
    assertEquals("a copy on each node", Set.of("first", "second"), nodesOf("replica"));
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    for (String node : List.of("first", "second")) {
      assertExact("copy on " + node, index, set, exact, only(node));
    }

    for (String node : List.of("second", "first")) {
      ObjectNode move = Json.object().put("index.number_of_replicas", 0);
      move.put("index.routing.allocation.require._name", node);
      first.client().put("/replica/_settings", move);
      awaitGreen("replica");
      assertEquals("moved to " + node, Set.of(node), nodesOf("replica"));
      assertExact("moved to " + node, index, set, exact, "");
    }
  }

  /** Shards on both nodes: each answers with its best, and the best of both are returned. */
  @Test
  public void testShardsOnBothNodes() throws Exception {
    TestSets.Split set = TestSets.generated(1000, DIMS);
    ObjectNode settings = Json.object().put("number_of_shards", 4);
    TestIndex index = create("shards", settings).addInSegments(set.documents(), 2);
    assertEquals(Set.of("first", "second"), nodesOf("shards"));
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    assertExact("four shards", index, set, exact, "");
    ObjectNode evaluate = Json.object().put("field", TestIndex.FIELD).put("sample", 40);
    JsonNode evaluated = first.client().post("/shards/_matryoshka/evaluate", evaluate);
    assertEquals(4, evaluated.at("/_shards/successful").asInt());
    assertEquals(set.documents().size(), evaluated.path("documents").asInt());
    assertEquals(40, evaluated.at("/queries/count").asInt());
  }

  /**
   * A copy that was away is sent the documents that it missed, one by one: vectors that are not in
   * the stored source are among them.
   */
  @Test
  public void testCopyThatWasAway() throws Exception {
    TestSets.Split set = TestSets.generated(300, DIMS);
    ObjectNode settings = Json.object().put("number_of_replicas", 1);
    settings.put("index.routing.allocation.include._name", "first");
    ObjectNode rounded = NodeTestCase.field(DIMS, "dot_product").put("element_type", "bfloat16");
    List<TestIndex> indices =
        List.of(
            create("away", settings),
            TestIndex.create(first.client(), "away_rounded", rounded, settings));
    for (TestIndex index : indices) {
      index.addInSegments(set.documents().subList(0, 100), 1);
      ObjectNode anywhere = Json.object().putNull("index.routing.allocation.include._name");
      first.client().put("/" + index.name() + "/_settings", anywhere);
      awaitGreen(index.name());
    }
    second.stop();
    for (TestIndex index : indices) {
      index.addInSegments(set.documents().subList(100, set.documents().size()), 2);
    }
    second.start(() -> {});
    for (TestIndex index : indices) {
      awaitGreen(index.name());
      index.refresh();
      assertMissedDocumentsWereSent(index.name());
      Map<Long, String> vectors = index.vectorsGivenBack(only("first"));
      assertEquals(set.documents().size(), vectors.size());
      assertEquals(vectors, index.vectorsGivenBack(only("second")));
    }
    assertEquals(indices.get(0).vectorsSent(), indices.get(0).vectorsGivenBack(only("second")));
  }

  private static void assertMissedDocumentsWereSent(String index) throws IOException {
    for (JsonNode shard :
        first.client().get("/" + index + "/_recovery").at("/" + index + "/shards")) {
      if (shard.path("target").path("name").asText().equals("second")) {
        assertEquals(shard.toString(), "PEER", shard.path("type").asText());
        assertEquals(shard.toString(), 0, shard.at("/index/files/recovered").asInt());
        assertTrue(shard.toString(), shard.at("/translog/recovered").asInt() > 0);
        return;
      }
    }
    fail("no copy of " + index + " on the second node");
  }

  private static String only(String node) throws IOException {
    return "&preference=_only_nodes:" + id(node);
  }

  private static TestIndex create(String name, ObjectNode settings) throws IOException {
    ObjectNode field = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 32);
    return TestIndex.create(first.client(), name, field, settings);
  }

  private static void awaitGreen(String index) throws IOException {
    String path = "/_cluster/health/" + index;
    JsonNode health =
        first
            .client()
            .get(path + "?wait_for_status=green&wait_for_no_relocating_shards=true&timeout=90s");
    assertFalse(health.toString(), health.path("timed_out").asBoolean());
  }

  private static Set<String> nodesOf(String index) throws IOException {
    Set<String> nodes = new TreeSet<>();
    first
        .client()
        .get("/_cat/shards/" + index + "?format=json")
        .forEach(shard -> nodes.add(shard.path("node").asText()));
    return nodes;
  }

  private static String id(String node) throws IOException {
    return first.client().get("/_nodes/" + node).path("nodes").fieldNames().next();
  }

  private static void assertExact(
      String what, TestIndex index, TestSets.Split set, ExactSearch exact, String parameters)
      throws IOException {
    ObjectNode everything = Json.object().put("num_candidates", set.documents().size());
    for (NodeClient asked : List.of(first.client(), second.client())) {
      for (int i = 0; i < set.queries().size(); i++) {
        ObjectNode query = TestIndex.query(set.queries().get(i), K, everything);
        List<Neighbor> hits = index.at(asked).search(query, K, parameters);
        TestIndex.assertSame(what, exact.neighbors(i), hits, TOLERANCE);
      }
    }
  }
}
