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
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.Artifacts;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/**
 * Two nodes of the oldest Elasticsearch are upgraded one after the other: to the one that is
 * tested, and then to a later version of the plugin.
 */
public class UpgradeIT {
  private static final int DIMS = 64;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;
  private static final String FIRST = "first";
  private static final String SECOND = "second";

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Cluster cluster;
  private TestSets.Split set;

  @Before
  public void startOldestNodes() throws IOException {
    set = TestSets.generated(1200, DIMS);
    Path folder = temporary.getRoot().toPath();
    cluster = new Cluster(folder, List.of(FIRST, SECOND), Nodes.oldest(), Map.of());
  }

  @After
  public void stopNodes() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  public void testNodeByNode() throws Exception {
    ObjectNode twoCopies = Json.object().put("number_of_replicas", 1);
    ObjectNode ours = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 16);
    TestIndex index =
        TestIndex.create(client(FIRST), "ours", ours, twoCopies)
            .addInSegments(set.documents().subList(0, 1000), 2);
    ObjectNode prefix = Json.object().put("number_of_replicas", 1);
    prefix.put("index.matryoshka.dense_vector." + TestIndex.FIELD + ".prefix_dims", 16);
    ObjectNode dense = Json.object().put("type", "dense_vector").put("dims", DIMS);
    TestIndex denseIndex =
        TestIndex.create(client(FIRST), "dense", dense.put("similarity", "cosine"), prefix)
            .addInSegments(set.documents().subList(0, 1000), 2);
    TestIndex.create(client(FIRST), "written", ours, twoCopies);
    cluster.awaitGreen(SECOND, "");
    assertExact("oldest", index, denseIndex, List.of(FIRST, SECOND));

    Artifacts current = Nodes.current();
    Map<Long, String> acknowledged;
    try (Load load = new Load(client(FIRST), "written", set.documents())) {
      load.awaitSearches(5);
      upgrade(SECOND, current);
      cluster.awaitCopies(FIRST);
      assertExact("mixed", index, denseIndex, List.of(FIRST, SECOND));
      load.moveTo(client(SECOND));
      upgrade(FIRST, current);
      cluster.awaitGreen(SECOND, "");
      load.awaitSearches(5);
      acknowledged = load.end();
    }
    assertEquals(Set.of(System.getProperty("elasticsearch.version")), versions());
    TestIndex written = index.at(client(SECOND)).as("written");
    written.refresh();
    Map<Long, String> kept = written.vectorsGivenBack("");
    assertEquals("acknowledged and kept", acknowledged, kept);

    TestIndex now = index.at(client(SECOND));
    assertExact("upgraded", index, denseIndex, List.of(FIRST, SECOND));
    for (TestIndex one : List.of(index, denseIndex)) {
      one.at(client(SECOND)).forceMerge();
    }
    assertExact("merged", index, denseIndex, List.of(FIRST, SECOND));
    assertEquals(1000, now.count());

    assertALaterPlugin(current);
  }

  /** From one version of the plugin to the next, which writes what the present cannot read. */
  private void assertALaterPlugin(Artifacts current) throws Exception {
    ObjectNode field = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 16);
    ObjectNode oneOnEach = Json.object().put("number_of_shards", 2);
    oneOnEach.put("index.routing.allocation.total_shards_per_node", 1);
    TestIndex shards =
        TestIndex.create(client(FIRST), "shards", field, oneOnEach)
            .addInSegments(set.documents(), 1);
    Artifacts later = LaterPlugin.make(current, temporary.newFolder("later").toPath());
    upgrade(SECOND, later);
    cluster.awaitCopies(FIRST);

    // either refuses nothing of its own, and the present one what it does not know: as a request,
    // and as the part of an answer that repeats the request
    String refused =
        "[matryoshka_knn] of wire version ["
            + LaterPlugin.WIRE
            + "] cannot be read by this node, whose plugin reads version [1]: install the same"
            + " version of the plugin on all nodes";
    for (String name : List.of(FIRST, SECOND)) {
      JsonNode answer = search(name, "shards");
      assertEquals(answer.toString(), 1, answer.at("/_shards/successful").asInt());
      assertTrue(answer.toString(), answer.at("/_shards/failures").toString().contains(refused));
    }

    // files of a later version do not get onto the present node, and stay where they are
    ObjectNode onSecond = Json.object().put("index.routing.allocation.require._name", SECOND);
    TestIndex files =
        TestIndex.create(client(SECOND), "files", field, onSecond)
            .addInSegments(set.documents(), 1);
    client(SECOND)
        .put(
            "/files/_settings",
            Json.object()
                .putNull("index.routing.allocation.require._name")
                .put("index.number_of_replicas", 1));
    String why = awaitRefusal("files");
    assertTrue(
        why,
        why.contains("of field [" + TestIndex.FIELD + "] has format version [" + LaterPlugin.FORMAT)
            && why.contains("use the plugin or library that wrote it, or a later one"));
    assertEquals(set.documents().size(), files.at(client(FIRST)).count());

    upgrade(FIRST, later);
    client(SECOND).post("/_cluster/reroute?retry_failed=true", (JsonNode) null);
    cluster.awaitGreen(SECOND, "");
    for (String name : List.of(FIRST, SECOND)) {
      assertEquals(2, search(name, "shards").at("/_shards/successful").asInt());
      assertEquals(1, search(name, "files").at("/_shards/successful").asInt());
    }
    assertEquals(set.documents().size(), shards.at(client(FIRST)).count());
  }

  private NodeClient client(String name) {
    return cluster.client(name);
  }

  /** Stops a node and starts one of another build with its data. */
  private void upgrade(String name, Artifacts build) throws IOException {
    leaveMaster(name);
    cluster.replace(name, build);
    String other = name.equals(FIRST) ? SECOND : FIRST;
    cluster.awaitNodes(other, 2);
    client(other).delete("/_cluster/voting_config_exclusions?wait_for_removal=false");
  }

  /** Of two nodes one alone votes: it hands that on before it stops. */
  private void leaveMaster(String name) throws IOException {
    client(name).post("/_cluster/voting_config_exclusions?node_names=" + name, (JsonNode) null);
  }

  private Set<String> versions() throws IOException {
    Set<String> versions = new TreeSet<>();
    for (JsonNode node : client(SECOND).get("/_nodes").path("nodes")) {
      versions.add(node.path("version").asText());
    }
    return versions;
  }

  private JsonNode search(String node, String index) throws IOException {
    ObjectNode body = Json.object().put("_source", false);
    body.set("query", TestIndex.query(set.queries().get(0), K, Json.object()));
    return client(node).post("/" + index + "/_search?request_cache=false", body);
  }

  /** Waits until the replica of an index was refused by a node for good, and returns the reason. */
  private String awaitRefusal(String index) throws Exception {
    ObjectNode shard = Json.object().put("index", index).put("shard", 0).put("primary", false);
    for (int tries = 0; tries < 300; tries++) {
      JsonNode told =
          client(SECOND).post("/_cluster/allocation/explain", shard).path("unassigned_info");
      if (told.path("failed_allocation_attempts").asInt() >= 5) {
        return told.toString();
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the copy of " + index + " was not refused");
  }

  private void assertExact(String what, TestIndex ours, TestIndex dense, List<String> askedNodes)
      throws IOException {
    ExactSearch exact = ours.exact(Similarity.COSINE, K, set.queries());
    ObjectNode everything = Json.object().put("num_candidates", set.documents().size());
    for (String name : askedNodes) {
      for (int i = 0; i < 20; i++) {
        float[] vector = set.queries().get(i);
        ObjectNode query = TestIndex.query(vector, K, everything);
        TestIndex.assertSame(
            what + ", " + name,
            exact.neighbors(i),
            ours.at(client(name)).search(query, K, ""),
            TOLERANCE);
        ObjectNode knn = TestIndex.knn(vector, K, set.documents().size());
        List<Neighbor> hits = dense.at(client(name)).search(knn, K, "");
        TestIndex.assertSame(what + ", dense_vector, " + name, exact.neighbors(i), hits, TOLERANCE);
      }
    }
  }
}
