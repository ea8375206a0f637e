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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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
 * <p>What lives on its heap when it rests, after each of a few rounds of load, must not grow. The
 * long form ({@code -Dtests.soak=10m}) has longer rounds, and as many as fit in.
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
  private static final int ROUNDS = 3;
  private static final int SECONDS = 7; // of a round
  private static final int SOAK_SECONDS = 60;
  private static final int REST_SECONDS = 600; // at most, until all merges have ended
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
      List<Step> steps = new ArrayList<>();
      for (String index : List.of(OURS, DENSE)) {
        Random documents = new Random(random.nextLong());
        long[] next = {0};
        steps.add(() -> write(index, next, documents));
        Random queries = new Random(random.nextLong());
        steps.add(() -> search(index, queries));
        steps.add(() -> evaluate(index));
        steps.add(() -> merge(index));
      }
      List<Long> atRest = new ArrayList<>();
      Soak soak = Soak.asked();
      while (Soak.goesOn(soak, atRest.size(), ROUNDS) || atRest.size() < ROUNDS) {
        load(steps, soak == null ? SECONDS : SOAK_SECONDS);
        if (failure.get() != null) {
          throw new AssertionError("under load " + answers + " " + node.log(), failure.get());
        }
        assertRight(random);
        rest();
        atRest.add(liveHeap() >> 20);
      }
      NodeTestCase.assertCleanLog(node.log());
      System.out.println("MemoryIT: answers " + answers + ", live heap at rest in MB " + atRest);
      assertFlat(atRest);
    }
  }

  /** Compares the least of the first half of the rounds with the least of the second. */
  private static void assertFlat(List<Long> atRest) {
    int half = atRest.size() / 2;
    long before = least(atRest.subList(0, half));
    long after = least(atRest.subList(half, atRest.size()));
    assertTrue("live heap at rest in MB " + atRest, after <= before * FLAT);
  }

  private static long least(List<Long> values) {
    return values.stream().min(Long::compare).orElseThrow();
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

  private void load(List<Step> steps, int seconds) throws InterruptedException {
    ended = false;
    List<Thread> threads = steps.stream().map(this::start).toList();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!ended && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    ended = true;
    for (Thread thread : threads) {
      thread.join();
    }
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

  /** Waits for merges, and drops what is kept for later requests. */
  private void rest() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(REST_SECONDS);
    while (!client.get("/_tasks?actions=*forcemerge*").path("nodes").isEmpty()) {
      assertTrue("merges still go on", System.nanoTime() < end);
      Thread.sleep(200);
    }
    client.post("/_flush?force=true", (JsonNode) null);
    client.post("/_cache/clear", (JsonNode) null);
  }

  /** The bytes of all objects that are reached, as the JDK's own jcmd counts them. */
  private long liveHeap() throws IOException {
    JsonNode node = client.get("/_nodes/process").path("nodes").elements().next();
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                node.at("/process/id").asText(),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    List<String> lines = jcmd.inputReader().lines().toList();
    String[] total = lines.getLast().split(" +", -1); // as in "Total  1365742  92819488"
    assertEquals(String.join("\n", lines), "Total", total[0]);
    return Long.parseLong(total[2]);
  }

  /** Both answer as ever when a round is over. */
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
