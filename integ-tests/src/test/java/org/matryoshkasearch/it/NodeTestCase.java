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

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/** A test that talks to the shared node and leaves nothing wrong in its log. */
public abstract class NodeTestCase {

  /** How an entry of the log begins; the lines of a stack trace do not. */
  private static final Pattern EVENT = Pattern.compile("\\[\\d{4}-\\d\\d-[^]]*]\\[[A-Z ]{5}]");

  private static final Pattern NOTHING = Pattern.compile("(?!)");

  private static NodeClient client;

  @BeforeClass
  public static void startNode() throws IOException {
    client = Nodes.shared().client();
  }

  @AfterClass
  public static void checkLog() throws IOException {
    assertCleanLog(Nodes.shared().log());
  }

  /**
   * Fails if a node logged an error, warned of an exception in our code, or kept the plugin from
   * what it has no entitlement for. What a client did wrong is logged too, but not as a warning.
   */
  static void assertCleanLog(String log) {
    assertCleanLog(log, NOTHING);
  }

  /** The same, but for what the log says of a fault that the test has made, by a part of it. */
  static void assertCleanLog(String log, Pattern expected) {
    List<String> bad =
        events(log).stream()
            .filter(event -> isBad(event) && !expected.matcher(event).find())
            .toList();
    assertEquals("what the node logged", List.of(), bad);
  }

  private static boolean isBad(String event) {
    boolean ours = event.contains("\tat org.matryoshkasearch");
    return event.contains("[ERROR]")
        || event.contains("[FATAL]")
        || (event.contains("Not entitled") && event.contains("[matryoshka]"))
        || (event.contains("[WARN ]") && ours);
  }

  /** The log's entries, each with its stack trace. */
  private static List<String> events(String log) {
    List<String> events = new ArrayList<>();
    StringBuilder event = new StringBuilder();
    for (String line : log.lines().toList()) {
      if (EVENT.matcher(line).lookingAt()) {
        events.add(event.toString());
        event.setLength(0);
      }
      event.append(line).append('\n');
    }
    events.add(event.toString());
    return events;
  }

  /** Talks to the shared node. */
  static NodeClient client() {
    return client;
  }

  /** Creates an index of one shard whose field {@code embedding} has this mapping. */
  static TestIndex create(String name, ObjectNode field) throws IOException {
    return TestIndex.create(client, name, field, Json.object());
  }

  /** The mapping of a field, to which a test adds what it is about. */
  static ObjectNode field(int dims, String similarity) {
    return Json.object()
        .put("type", "matryoshka_vector")
        .put("dims", dims)
        .put("similarity", similarity);
  }
}
