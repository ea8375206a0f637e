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

import com.carrotsearch.randomizedtesting.RandomizedContext;
import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.Similarity;

/**
 * Malformed and extreme requests, made at random out of those of the documentation: each is refused
 * with a reason, or answered without a failed shard; the node lives, and searches of another index
 * stay right.
 *
 * <p>2,000 requests, or as many as there is time for in {@code -Dtests.soak=30m}; a failure tells
 * the request, and the seed makes the same ones.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE) // the shared node outlives this suite
@TimeoutSuite(millis = Integer.MAX_VALUE)
public class RandomRequestsIT extends NodeTestCase {

  private static final int REQUESTS = 2000;
  private static final int DIMS = 32;
  private static final int K = 10;

  private static final String OUR_CODE = "at org.matryoshkasearch";

  /** Exceptions of our code that are no answer to a bad request. */
  private static final Pattern FAULT =
      Pattern.compile(
          "null_pointer|out_of_bounds|negative_array|arithmetic_exc"
              + "|assertion|out_of_memory|stack_overflow|corrupt|\"runtime_exception|Cannot invoke");

  /** Requests of these leave nothing behind that the next ones would trip over. */
  private static final List<String> CONSOLES =
      List.of(
          "dense_vector",
          "documents",
          "hybrid",
          "mapping",
          "nested",
          "scripts",
          "search",
          "statistics");

  private final Random random = RandomizedContext.current().getRandom();
  private final Map<Integer, Integer> answers = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private int sent;
  private int ofElasticsearch; // answers of status 500 that our code has no part in

  @Test
  public void testRandomRequests() throws Exception {
    TestSets.Split set = TestSets.generated(500, DIMS);
    TestIndex witness = create("witness", field(DIMS, "cosine").put("prefix_dims", 8));
    witness.addInSegments(set.documents(), 2);
    List<List<ConsoleRequest>> pages = pages();
    Mutation mutation = new Mutation(random);
    Soak soak = Soak.asked();
    while (Soak.goesOn(soak, sent, REQUESTS) && faults.size() < 20) {
      for (ConsoleRequest request : RandomPicks.randomFrom(random, pages)) {
        send(request, mutation);
      }
      assertRight(witness, set);
    }
    System.out.println(
        "RandomRequestsIT: "
            + sent
            + " requests, answers by status "
            + answers
            + ", "
            + ofElasticsearch
            + " times status 500 of Elasticsearch alone");
    assertEquals(String.join("\n\n", faults), 0, faults.size());
  }

  private static List<List<ConsoleRequest>> pages() throws IOException {
    List<List<ConsoleRequest>> pages = new ArrayList<>();
    for (String console : CONSOLES) {
      Path file = TestSets.CHECKOUT.resolve("docs/console/" + console + ".console");
      pages.add(ConsoleRequest.parse(Files.readString(file)));
    }
    pages.add(ConsoleRequest.inPage("docs/evaluate.md"));
    pages.add(ConsoleRequest.inPage("docs/evaluate.md")); // fewer of them are about documents
    return pages;
  }

  /** Sends some mutants of a request, then itself, as what follows needs. */
  private void send(ConsoleRequest request, Mutation mutation) throws IOException {
    boolean creates = request.method().equals("PUT") && request.path().matches("[a-z][^/]*");
    String path = creates ? "/mutant" : "/" + request.path();
    for (int i = 0; i < 8 && !request.body().isEmpty(); i++) {
      byte[] body = mutation.of(request.body());
      Response answer = ask(request.method(), path, body);
      if (creates && answer.status() == 200) {
        client().delete(path);
      }
    }
    byte[] right =
        request.body().isEmpty() ? null : request.body().getBytes(StandardCharsets.UTF_8);
    ask(request.method(), "/" + request.path(), right);
  }

  private Response ask(String method, String path, byte[] body) throws IOException {
    String traced = path + (path.contains("?") ? "&" : "?") + "error_trace=true";
    Response answer = client().send(method, traced, body);
    sent++;
    answers.merge(answer.status(), 1, Integer::sum);
    boolean reasonMissing =
        answer.status() >= 400 && body != null && answer.reason().replace(":", "").isBlank();
    String error = answer.status() >= 500 ? answer.body().toString() : "";
    boolean foreign = error.contains("stack_trace") && !error.contains(OUR_CODE);
    if (foreign) { // such as null_pointer_exception for "script_fields": { "a": {} }
      ofElasticsearch++;
    }
    if ((!error.isEmpty() && !foreign) || reasonMissing || isFault(answer.body())) {
      String sentBody = body == null ? "" : new String(body, StandardCharsets.UTF_8);
      faults.add(method + " " + path + "\n" + cut(sentBody) + "\n" + cut(answer.toString()));
    }
    return answer;
  }

  private static String cut(String body) {
    return body.length() < 4000 ? body : body.substring(0, 4000) + "...";
  }

  /** Looks at reasons alone: documents may hold any words. */
  private static boolean isFault(JsonNode answer) {
    List<JsonNode> reasons = new ArrayList<>(answer.findValues("error"));
    reasons.addAll(answer.findValues("failures"));
    String told = reasons.toString();
    return (FAULT.matcher(told).find() && told.contains(OUR_CODE))
        || answer.path("items").findValues("status").stream().anyMatch(s -> s.asInt() >= 500);
  }

  private static void assertRight(TestIndex witness, TestSets.Split set) throws IOException {
    ExactSearch exact = witness.exact(Similarity.COSINE, K, set.queries().subList(0, 5));
    for (int i = 0; i < 5; i++) {
      TestIndex.assertSame(
          "the index beside",
          exact.neighbors(i),
          witness.search(set.queries().get(i), K, Json.object().put("exact", true)),
          1e-5);
    }
  }
}
