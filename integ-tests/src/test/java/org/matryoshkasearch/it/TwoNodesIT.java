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
import static org.junit.Assert.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** Two nodes: queries and shards travel between them. */
public class TwoNodesIT {

  private static final int DIMS = 128;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  private static final String FIRST = "first";
  private static final String SECOND = "second";

  @ClassRule public static final TemporaryFolder temporary = new TemporaryFolder();

  private static Cluster cluster;

  @BeforeClass
  public static void startNodes() throws IOException {
    Path folder = temporary.getRoot().toPath();
    cluster = new Cluster(folder, List.of(FIRST, SECOND), Nodes.current(), Map.of());
  }

  @AfterClass
  public static void stopNodes() throws IOException {
    if (cluster != null) {
      try (Cluster two = cluster) {
        two.assertCleanLogs();
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
    cluster.awaitGreen(FIRST, "replica");
    assertEquals("a copy on each node", Set.of(FIRST, SECOND), cluster.nodesOf("replica"));
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    for (String node : List.of(FIRST, SECOND)) {
      assertExact("copy on " + node, index, set, exact, only(node));
    }

    for (String node : List.of(SECOND, FIRST)) {
      ObjectNode move = Json.object().put("index.number_of_replicas", 0);
      move.put("index.routing.allocation.require._name", node);
      client(FIRST).put("/replica/_settings", move);
      cluster.awaitGreen(FIRST, "replica");
      assertEquals("moved to " + node, Set.of(node), cluster.nodesOf("replica"));
      assertExact("moved to " + node, index, set, exact, "");
    }
  }

  /** Shards on both nodes: each answers with its best, and the best of both are returned. */
  @Test
  public void testShardsOnBothNodes() throws Exception {
    TestSets.Split set = TestSets.generated(1000, DIMS);
    ObjectNode settings = Json.object().put("number_of_shards", 4);
    TestIndex index = create("shards", settings).addInSegments(set.documents(), 2);
    assertEquals(Set.of(FIRST, SECOND), cluster.nodesOf("shards"));
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    assertExact("four shards", index, set, exact, "");
    ObjectNode evaluate = Json.object().put("field", TestIndex.FIELD).put("sample", 40);
    JsonNode evaluated = client(FIRST).post("/shards/_matryoshka/evaluate", evaluate);
    assertEquals(4, evaluated.at("/_shards/successful").asInt());
    assertEquals(set.documents().size(), evaluated.path("documents").asInt());
    assertEquals(40, evaluated.at("/queries/count").asInt());
  }

  /**
   * A copy that was away is sent the documents that it missed, one by one: vectors that are not in
   * the stored source are among them. Nothing is flushed: once more than a tenth of what is in a
   * commit was missed, Elasticsearch keeps it for half a minute, and then sends files.
   */
  @Test
  public void testCopyThatWasAway() throws Exception {
    TestSets.Split set = TestSets.generated(300, DIMS);
    ObjectNode settings = Json.object().put("number_of_replicas", 1);
    settings.put("index.routing.allocation.include._name", FIRST);
    ObjectNode rounded = NodeTestCase.field(DIMS, "dot_product").put("element_type", "bfloat16");
    List<TestIndex> indices =
        List.of(
            create("away", settings),
            TestIndex.create(client(FIRST), "away_rounded", rounded, settings));
    for (TestIndex index : indices) {
      index.add(set.documents().subList(0, 100));
      ObjectNode anywhere = Json.object().putNull("index.routing.allocation.include._name");
      client(FIRST).put("/" + index.name() + "/_settings", anywhere);
      cluster.awaitGreen(FIRST, index.name());
    }
    cluster.node(SECOND).stop();
    for (TestIndex index : indices) {
      index.add(set.documents().subList(100, 170));
      index.add(set.documents().subList(170, set.documents().size()));
    }
    cluster.node(SECOND).start(() -> {});
    for (TestIndex index : indices) {
      cluster.awaitGreen(FIRST, index.name());
      index.refresh();
      assertMissedDocumentsWereSent(index.name());
      Map<Long, String> vectors = index.vectorsGivenBack(only(FIRST));
      assertEquals(set.documents().size(), vectors.size());
      assertEquals(vectors, index.vectorsGivenBack(only(SECOND)));
    }
    assertEquals(indices.get(0).vectorsSent(), indices.get(0).vectorsGivenBack(only(SECOND)));
  }

  private static void assertMissedDocumentsWereSent(String index) throws IOException {
    for (JsonNode shard :
        client(FIRST).get("/" + index + "/_recovery").at("/" + index + "/shards")) {
      if (shard.path("target").path("name").asText().equals(SECOND)) {
        assertEquals(shard.toString(), "PEER", shard.path("type").asText());
        assertEquals(shard.toString(), 0, shard.at("/index/files/recovered").asInt());
        assertTrue(shard.toString(), shard.at("/translog/recovered").asInt() > 0);
        return;
      }
    }
    fail("no copy of " + index + " on the second node");
  }

  private static NodeClient client(String node) {
    return cluster.client(node);
  }

  private static String only(String node) throws IOException {
    return "&preference=_only_nodes:" + id(node);
  }

  private static TestIndex create(String name, ObjectNode settings) throws IOException {
    ObjectNode field = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 32);
    return TestIndex.create(client(FIRST), name, field, settings);
  }

  private static String id(String node) throws IOException {
    return client(FIRST).get("/_nodes/" + node).path("nodes").fieldNames().next();
  }

  private static void assertExact(
      String what, TestIndex index, TestSets.Split set, ExactSearch exact, String parameters)
      throws IOException {
    ObjectNode everything = Json.object().put("num_candidates", set.documents().size());
    for (NodeClient asked : List.of(client(FIRST), client(SECOND))) {
      for (int i = 0; i < set.queries().size(); i++) {
        ObjectNode query = TestIndex.query(set.queries().get(i), K, everything);
        List<Neighbor> hits = index.at(asked).search(query, K, parameters);
        TestIndex.assertSame(what, exact.neighbors(i), hits, TOLERANCE);
      }
    }
  }
}
