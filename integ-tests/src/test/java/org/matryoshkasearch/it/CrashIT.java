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

import com.carrotsearch.randomizedtesting.RandomizedContext;
import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeException;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * A node under indexing, updates, deletes, merges and searches is killed at random moments, also
 * while it starts. After each restart Lucene's CheckIndex has to pass before a shard opens, all
 * that was acknowledged is there bit for bit, and nothing else.
 *
 * <p>Three times, or for as long as {@code -Dtests.soak=30m} says.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE) // those of the HTTP client
@TimeoutSuite(millis = Integer.MAX_VALUE)
public class CrashIT {
  static final String DENSE = "dense";

  private static final String INDEX = "crash";
  private static final int TIMES = 3;
  private static final int DIMS = 64; // as in the mapping below
  private static final int K = 10;
  private static final int IDS = 1200;
  private static final double TOLERANCE = 1e-5;

  private final Random random = RandomizedContext.current().getRandom();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private TestSets.Split set;
  private List<CrashWriter> writers;
  private volatile boolean killed;
  private long searches;

  @Test
  public void testKilledAtRandomMoments() throws Exception {
    set = TestSets.generated(3000, DIMS);
    writers =
        List.of(
            new CrashWriter(0, IDS, set.documents(), new Random(random.nextLong())),
            new CrashWriter(IDS, IDS, set.documents(), new Random(random.nextLong())));
    int kills = 0;
    try (ElasticsearchNode node = Nodes.create("crash", Nodes.current(), Map.of())) {
      node.start(() -> {});
      createIndex(node.client(), INDEX);
      Soak soak = Soak.asked();
      while (Soak.goesOn(soak, kills, TIMES)) {
        underLoad(node);
        kills++;
        if (random.nextInt(4) == 0) {
          node.launch();
          Thread.sleep(random.nextInt(20_000));
          node.kill();
          kills++;
        }
        node.start(() -> {});
        check(node.client());
      }
      assertRecallOfAFreshIndex(node.client());
      NodeTestCase.assertCleanLog(node.log());
    }
    long operations = writers.stream().mapToLong(CrashWriter::operations).sum();
    System.out.println(
        "CrashIT: "
            + kills
            + " kills, "
            + operations
            + " acknowledged operations, "
            + searches
            + " searches, none lost");
  }

  private static void createIndex(NodeClient client, String index) throws IOException {
    client.put(
        "/" + index,
        Json.parse(
            """
            {
              "settings": {
                "number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "200ms",
                "index.shard.check_on_startup": true,
                "index.matryoshka.dense_vector.dense.prefix_dims": 16
              },
              "mappings": { "properties": {
                "n": { "type": "integer" },
                "embedding": { "type": "matryoshka_vector", "dims": 64, "prefix_dims": 16 },
                "dense": { "type": "dense_vector", "dims": 64, "similarity": "cosine" }
              } }
            }
            """));
  }

  /** Loads the node for a random time and kills it. */
  private void underLoad(ElasticsearchNode node) throws Exception {
    killed = false;
    List<Thread> threads = new ArrayList<>();
    for (CrashWriter writer : writers) {
      threads.add(untilKilled(() -> writer.write(node.client(), INDEX)));
    }
    threads.add(untilKilled(() -> search(node.client())));
    Random choices = new Random(random.nextLong());
    threads.add(untilKilled(() -> maintain(node.client(), choices)));
    Thread.sleep(500 + random.nextInt(6000));
    killed = true;
    node.kill();
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw new AssertionError("under load", failure.get());
    }
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  /** Does a step over and over; what fails before the node was killed is a failure. */
  private Thread untilKilled(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!killed) {
                  step.run();
                }
              } catch (IOException e) {
                if (!killed || e instanceof NodeException) {
                  failure.set(e);
                }
              } catch (InterruptedException | RuntimeException | AssertionError e) {
                failure.set(e);
              }
            },
            "crash-load");
    thread.start();
    return thread;
  }

  private void search(NodeClient client) throws IOException {
    float[] vector = set.queries().get((int) (searches % set.queries().size())).clone();
    JsonNode answer = client.post("/" + INDEX + "/_search", body(query(vector, searches % 2 == 0)));
    assertEquals(answer.toString(), 0, answer.at("/_shards/failed").asInt());
    searches++;
  }

  private static void maintain(NodeClient client, Random choices)
      throws IOException, InterruptedException {
    Thread.sleep(choices.nextInt(300));
    String what =
        switch (choices.nextInt(4)) {
          case 0 -> "_flush?force=true";
          case 1 -> "_forcemerge?max_num_segments=1";
          default -> "_refresh";
        };
    client.post("/" + INDEX + "/" + what, (JsonNode) null);
  }

  private static ObjectNode body(ObjectNode query) {
    ObjectNode body = Json.object().put("size", K).put("_source", false);
    body.set("query", query);
    return body;
  }

  private static ObjectNode query(float[] vector, boolean ours) {
    if (ours) {
      return TestIndex.query(vector, K, Json.object());
    }
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject("knn").put("field", DENSE).put("k", K);
    knn.put("num_candidates", 100).set("query_vector", Json.array(vector));
    return query;
  }

  private void check(NodeClient client) throws IOException {
    JsonNode health =
        client.get("/_cluster/health/" + INDEX + "?wait_for_status=green&timeout=120s");
    assertFalse(health.toString(), health.path("timed_out").asBoolean());
    client.post("/" + INDEX + "/_refresh", (JsonNode) null);
    Map<Long, JsonNode> found = documents(client);
    for (CrashWriter writer : writers) {
      writer.check(found);
    }
    assertEquals("documents of no writer", Map.of(), found);

    ExactSearch exact = exact();
    for (int i = 0; i < set.queries().size(); i++) {
      ObjectNode query = TestIndex.query(set.queries().get(i), K, Json.object().put("exact", true));
      TestIndex.assertSame("exact", exact.neighbors(i), hits(client, INDEX, query), TOLERANCE);
    }
    for (boolean ours : new boolean[] {true, false}) {
      double recall = recall(client, INDEX, exact, ours);
      assertTrue((ours ? "recall " : "recall of dense_vector ") + recall, recall > 0.9);
    }
  }

  private static Map<Long, JsonNode> documents(NodeClient client) throws IOException {
    ObjectNode everything = Json.object().put("size", 10_000);
    everything.putObject("_source").put("exclude_vectors", false);
    Map<Long, JsonNode> found = new TreeMap<>();
    for (JsonNode hit : client.post("/" + INDEX + "/_search", everything).at("/hits/hits")) {
      JsonNode twice = found.put(hit.path("_id").asLong(), hit.path("_source"));
      assertEquals("one document of an id", null, twice);
    }
    return found;
  }

  private static List<Neighbor> hits(NodeClient client, String index, ObjectNode query)
      throws IOException {
    List<Neighbor> hits = new ArrayList<>();
    String path = "/" + index + "/_search?request_cache=false";
    for (JsonNode hit : client.post(path, body(query)).at("/hits/hits")) {
      hits.add(new Neighbor(hit.path("_id").asLong(), hit.path("_score").asDouble()));
    }
    return hits;
  }

  private ExactSearch exact() {
    ExactSearch exact = new ExactSearch(Similarity.COSINE, K, set.queries());
    exact.add(rows());
    return exact;
  }

  private List<VectorRow> rows() {
    Map<Long, float[]> vectors = new HashMap<>();
    writers.forEach(writer -> vectors.putAll(writer.vectors()));
    return vectors.entrySet().stream()
        .map(entry -> new VectorRow(entry.getKey(), entry.getValue(), null, null))
        .toList();
  }

  private double recall(NodeClient client, String index, ExactSearch exact, boolean ours)
      throws IOException {
    double sum = 0;
    for (int i = 0; i < set.queries().size(); i++) {
      List<Neighbor> hits = hits(client, index, query(set.queries().get(i), ours));
      sum += exact.recall(i, hits.stream().map(Neighbor::row).toList());
    }
    return sum / set.queries().size();
  }

  private void assertRecallOfAFreshIndex(NodeClient client) throws IOException {
    ObjectNode field = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 16);
    TestIndex fresh = TestIndex.create(client, "fresh", field, Json.object());
    fresh.add(rows());
    ExactSearch exact = exact();
    double expected = recall(client, "fresh", exact, true);
    assertEquals("recall", expected, recall(client, INDEX, exact, true), 0.05);
  }
}
