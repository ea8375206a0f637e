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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/**
 * A request of Kibana's console: a line with method and path, and the lines of its body. Comments
 * above it, which begin with {@code #}, may say what is expected of the answer (see {@link
 * Expectation}), and which module of Elasticsearch it needs.
 */
final class ConsoleRequest {

  private static final Pattern START = Pattern.compile("(GET|HEAD|PUT|POST|DELETE) (\\S+)");
  private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
  private static final String MODULE = "# needs module: ";
  private static final String STATUS = "# expect status: ";
  private static final String EXPECT = "# expect: ";

  private final int line;
  private final String method;
  private final String path;
  private final String module;
  private final int expectedStatus;
  private final List<Expectation> expectations;
  private final StringBuilder body = new StringBuilder();

  private ConsoleRequest(
      int line, Matcher start, String module, int expectedStatus, List<Expectation> expectations) {
    this.line = line;
    this.method = start.group(1);
    this.path = start.group(2);
    this.module = module;
    this.expectedStatus = expectedStatus;
    this.expectations = List.copyOf(expectations);
  }

  /**
   * Reads the requests of a text.
   *
   * @throws IllegalArgumentException when it holds anything else
   */
  static List<ConsoleRequest> parse(String text) {
    List<ConsoleRequest> requests = new ArrayList<>();
    List<Expectation> expectations = new ArrayList<>();
    String module = null;
    int status = 0;
    boolean open = false;
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      Matcher start = START.matcher(line);
      if (line.startsWith(MODULE)) {
        module = line.substring(MODULE.length());
      } else if (line.startsWith(STATUS)) {
        status = Integer.parseInt(line.substring(STATUS.length()));
      } else if (line.startsWith(EXPECT)) {
        expectations.add(Expectation.parse(line.substring(EXPECT.length())));
      } else if (start.matches()) {
        requests.add(new ConsoleRequest(number, start, module, status, expectations));
        expectations.clear();
        module = null;
        status = 0;
        open = true;
        continue;
      } else if (open && line.isBlank() == false && line.startsWith("#") == false) {
        requests.getLast().body.append(line).append('\n');
        continue;
      } else if (line.isBlank() == false && line.startsWith("#") == false) {
        throw new IllegalArgumentException("line " + number + " belongs to no request: " + line);
      }
      open = false;
    }
    if (status != 0 || expectations.isEmpty() == false) {
      throw new IllegalArgumentException("what is expected at the end has no request");
    }
    return requests;
  }

  /** The requests of a page of the checkout. */
  static List<ConsoleRequest> inPage(String page) throws IOException {
    return inMarkdown(Files.readString(TestSets.CHECKOUT.resolve(page)));
  }

  /** The requests of the text of a page. */
  static List<ConsoleRequest> inMarkdown(String text) {
    List<ConsoleRequest> requests = new ArrayList<>();
    Matcher console = CONSOLE.matcher(text);
    while (console.find()) {
      requests.addAll(ConsoleRequest.parse(console.group(1)));
    }
    return requests;
  }

  /** The indices that requests create. */
  static Set<String> indices(List<ConsoleRequest> requests) {
    return requests.stream()
        .filter(request -> request.method.equals("PUT") && request.path.matches("[a-z][^/]*"))
        .map(request -> request.path)
        .collect(Collectors.toSet());
  }

  String method() {
    return method;
  }

  /** The path with its parameters, without a slash at the beginning. */
  String path() {
    return path;
  }

  /** JSON, JSON lines, or the empty text. */
  String body() {
    return body.toString();
  }

  /**
   * Sends the request and checks the answer: a status of success and no failed shard or document,
   * unless something else is expected. Without the module that it needs, the node must refuse it.
   *
   * @return the answer
   * @throws AssertionError when the answer is not as expected
   */
  JsonNode run(NodeClient client) throws IOException {
    byte[] bytes = body.isEmpty() ? null : body.toString().getBytes(StandardCharsets.UTF_8);
    Response response = client.send(method, "/" + path, bytes);
    String what = "line " + line + ": " + method + " " + path;
    JsonNode answer = response.body();
    String told = what + " was answered " + response.status() + " " + answer;
    if (module != null && hasModule(client) == false) {
      if (response.status() / 100 != 4) {
        throw new AssertionError("without module " + module + " " + told);
      }
      return answer;
    }
    boolean asExpected =
        expectedStatus == 0 ? response.status() / 100 == 2 : response.status() == expectedStatus;
    if (asExpected == false) {
      throw new AssertionError(told + (expectedStatus == 0 ? "" : ", not " + expectedStatus));
    }
    boolean failuresExpected = expectations.stream().anyMatch(Expectation::isOfFailures);
    if (failuresExpected == false
        && (answer.path("errors").asBoolean() || answer.at("/_shards/failed").asInt() > 0)) {
      throw new AssertionError(told);
    }
    for (Expectation expectation : expectations) {
      if (expectation.holds(answer) == false) {
        throw new AssertionError("expected " + expectation + " but " + told);
      }
    }
    return answer;
  }

  private boolean hasModule(NodeClient client) throws IOException {
    JsonNode nodes = client.get("/_nodes/plugins").path("nodes");
    return nodes.findValues("modules").stream()
        .allMatch(modules -> modules.findValuesAsText("name").contains(module));
  }
}
