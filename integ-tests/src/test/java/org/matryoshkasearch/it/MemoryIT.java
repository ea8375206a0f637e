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

import com.carrotsearch.randomizedtesting.RandomizedContext;
import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/**
 * A node with a small heap under many small vectors, searches for as much as can be asked for,
 * evaluations and forced merges, all at a time, and the same on a {@code dense_vector} beside it:
 * each request succeeds or is refused with status 429, and the node lives.
 *
 * <p>Half a minute of load, or as long as {@code -Dtests.soak=10m} says; then what lives on the
 * heap must not grow, either.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE) // those of the HTTP client
@TimeoutSuite(millis = Integer.MAX_VALUE)
public class MemoryIT {
  private static final String OURS = "ours";
  private static final String DENSE = "dense";
  private static final int DIMS = 16;
  private static final int BATCH = 1000;
  private static final int MOST_DOCUMENTS = 200_000; // then they are written anew
  private static final int SHORT_SECONDS = 30;
  private static final int THIRDS = 3;
  private static final double FLAT = 1.25;

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Map<String, Integer> answers = new TreeMap<>();
  private volatile boolean ended;
  private NodeClient client;

  @Test
  public void testSmallHeap() throws Exception {
    Random random = RandomizedContext.current().getRandom();
    try (ElasticsearchNode node = Nodes.withHeap("memory", "256m")) {
      node.start(() -> {});
      client = node.client();
      create(OURS, field("matryoshka_vector"));
      create(DENSE, field("dense_vector"));
      List<Thread> threads = new ArrayList<>();
      for (String index : List.of(OURS, DENSE)) {
        Random documents = new Random(random.nextLong());
        long[] next = {0};
        threads.add(start(() -> write(index, next, documents)));
        Random queries = new Random(random.nextLong());
        threads.add(start(() -> search(index, queries)));
        threads.add(start(() -> evaluate(index)));
        threads.add(start(() -> merge(index)));
      }
      Soak soak = Soak.asked();
      List<Long> heap = watch(soak);
      ended = true;
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError("under load " + answers + " " + node.log(), failure.get());
      }
      assertRight(random);
      NodeTestCase.assertCleanLog(node.log());
      System.out.println("MemoryIT: answers " + answers + ", live heap in MB by thirds " + heap);
      if (soak != null) {
        assertTrue("live heap in MB " + heap, heap.getLast() <= heap.getFirst() * FLAT);
      }
    }
  }

  private static ObjectNode field(String type) {
    return Json.object().put("type", type).put("dims", DIMS).put("similarity", "l2_norm");
  }

  private void create(String name, ObjectNode field) throws IOException {
    TestIndex.create(client, name, field, Json.object().put("refresh_interval", "1s"));
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private Thread start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!ended) {
                  step.run();
                }
              } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                failure.compareAndSet(null, e);
                ended = true;
              }
            },
            "memory-load");
    thread.start();
    return thread;
  }

  private void write(String index, long[] next, Random random) throws IOException {
    BulkBody bulk = new BulkBody();
    for (int i = 0; i < BATCH; i++) {
      ObjectNode document = Json.object();
      document.set(TestIndex.FIELD, Json.array(vector(random)));
      bulk.index(String.valueOf(next[0]++ % MOST_DOCUMENTS), document);
    }
    Response answer = client.send("POST", "/" + index + "/_bulk", bulk.bytes());
    count("write " + index, answer);
    for (JsonNode item : answer.body().path("items")) {
      int status = item.at("/index/status").asInt();
      assertTrue(item.toString(), status / 100 == 2 || status == 429);
    }
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void search(String index, Random random) throws IOException {
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject(index.equals(OURS) ? "matryoshka_knn" : "knn");
    knn.put("field", TestIndex.FIELD).put("k", 10_000).put("num_candidates", 10_000);
    knn.putObject("rescore_vector").put("oversample", index.equals(OURS) ? 100 : 1);
    knn.set("query_vector", Json.array(vector(random)));
    ObjectNode body = Json.object().put("size", 10_000).put("_source", false);
    body.set("query", query);
    Response answer = send("search " + index, "/" + index + "/_search?request_cache=false", body);
    for (JsonNode failed : answer.body().at("/_shards/failures")) {
      assertTrue(failed.toString(), failed.toString().contains("circuit_breaking_exception"));
    }
  }

  private void evaluate(String index) throws IOException, InterruptedException {
    ObjectNode body = Json.object().put("field", TestIndex.FIELD).put("sample", 20);
    body.put("k", 100).put("max_documents", 100_000).put("timeout", "60s");
    Response answer = client.send("POST", "/" + index + "/_matryoshka/evaluate", Json.bytes(body));
    boolean empty = answer.status() == 400 && answer.reason().contains("document");
    if (!empty) { // as it is in the beginning
      count("evaluate " + index, answer);
    }
    Thread.sleep(1000);
  }

  private void merge(String index) throws IOException, InterruptedException {
    Thread.sleep(5000);
    send(
        "merge " + index,
        "/" + index + "/_forcemerge?max_num_segments=1&wait_for_completion=false",
        null);
  }

  private Response send(String what, String path, JsonNode body) throws IOException {
    Response answer = client.send("POST", path, body == null ? null : Json.bytes(body));
    count(what, answer);
    return answer;
  }

  private synchronized void count(String what, Response answer) {
    String refused = answer.status() == 429 ? " " + answer.body().at("/error/type").asText() : "";
    answers.merge(what + " " + answer.status() + refused, 1, Integer::sum);
    assertTrue(
        what + ": " + answer.status() + " " + answer.reason(),
        answer.status() / 100 == 2 || answer.status() == 429);
  }

  /** The least that was used of the heap in each third of the time, in MB. */
  private List<Long> watch(Soak soak) throws Exception {
    List<Long> used = new ArrayList<>();
    while (!ended && Soak.goesOn(soak, used.size(), SHORT_SECONDS)) {
      Thread.sleep(1000);
      Response answer = client.send("GET", "/_nodes/stats/jvm", null);
      assertEquals(answer.reason(), 200, answer.status());
      used.add(
          answer.body().path("nodes").elements().next().at("/jvm/mem/heap_used_in_bytes").asLong());
    }
    List<Long> least = new ArrayList<>();
    for (int third = 0; third < THIRDS && used.size() >= THIRDS; third++) {
      int from = third * used.size() / THIRDS;
      int to = (third + 1) * used.size() / THIRDS;
      least.add(used.subList(from, to).stream().min(Long::compare).orElseThrow() >> 20);
    }
    return least;
  }

  /** Both answer as ever when the load is over. */
  private void assertRight(Random random) throws IOException {
    for (String index : List.of(OURS, DENSE)) {
      client.post("/" + index + "/_refresh", (JsonNode) null);
      int count = client.get("/" + index + "/_count").path("count").asInt();
      assertTrue(index + " " + count, count >= BATCH);
      ObjectNode query = Json.object();
      ObjectNode knn = query.putObject(index.equals(OURS) ? "matryoshka_knn" : "knn");
      knn.put("field", TestIndex.FIELD).put("k", 10).put("num_candidates", 100);
      knn.set("query_vector", Json.array(vector(random)));
      ObjectNode body = Json.object();
      body.set("query", query);
      JsonNode answer = client.post("/" + index + "/_search", body);
      assertEquals(answer.toString(), 10, answer.at("/hits/hits").size());
    }
  }
}
