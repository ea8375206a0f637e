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
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * Indexes, updates and deletes documents with ids of its own, and knows what each must be: what was
 * acknowledged, or, of a request without an answer, either that or what it asked for.
 */
final class CrashWriter {
  private static final int BATCH = 20;

  private final int first;
  private final int ids;
  private final List<VectorRow> rows;
  private final Random random;
  private final Map<Long, JsonNode> acknowledged = new HashMap<>();
  private final Map<Long, JsonNode> inDoubt = new HashMap<>(); // null nodes are deletions
  private long operations;

  /**
   * A writer that has written nothing.
   *
   * @param first the least of its ids
   * @param ids how many it has
   * @param rows whose vectors its documents get
   */
  CrashWriter(int first, int ids, List<VectorRow> rows, Random random) {
    this.first = first;
    this.ids = ids;
    this.rows = rows;
    this.random = random;
  }

  /** Sends one request of some operations, each on another document. */
  void write(NodeClient client, String index) throws IOException {
    BulkBody bulk = new BulkBody();
    inDoubt.clear();
    Set<Long> chosen = new HashSet<>();
    while (chosen.size() < BATCH) {
      long id = (long) first + random.nextInt(ids);
      if (chosen.add(id)) {
        inDoubt.put(id, add(bulk, id));
      }
    }
    JsonNode answer = client.post("/" + index + "/_bulk", bulk.bytes());
    for (JsonNode item : answer.path("items")) {
      JsonNode result = item.elements().next();
      assertEquals(item.toString(), 2, result.path("status").asInt() / 100);
    }
    inDoubt.forEach(this::settle);
    operations += inDoubt.size();
    inDoubt.clear();
  }

  private JsonNode add(BulkBody bulk, long id) throws IOException {
    JsonNode before = acknowledged.get(id);
    int kind = before == null ? 3 : random.nextInt(6);
    if (kind == 0) {
      bulk.delete(String.valueOf(id));
      return NullNode.instance;
    }
    if (kind == 1) { // which keeps the vectors
      ObjectNode after = before.deepCopy();
      int n = random.nextInt();
      bulk.update(String.valueOf(id), Json.object().put("n", n));
      return after.put("n", n);
    }
    JsonNode vector = Json.array(rows.get(random.nextInt(rows.size())).vector());
    ObjectNode document = Json.object().put("n", random.nextInt());
    document.set(TestIndex.FIELD, vector);
    document.set(CrashIT.DENSE, vector);
    bulk.index(String.valueOf(id), document);
    return document;
  }

  private void settle(long id, JsonNode document) {
    if (document.isNull()) {
      acknowledged.remove(id);
    } else {
      acknowledged.put(id, document);
    }
  }

  /**
   * Fails unless the node has all that was acknowledged and nothing else, and takes over what
   * became of the request that had no answer.
   *
   * @param found the documents of the node by their ids; what is this writer's is taken out
   */
  void check(Map<Long, JsonNode> found) {
    for (long id = first; id < (long) first + ids; id++) {
      JsonNode now = found.remove(id);
      String is = text(now);
      boolean asked = inDoubt.containsKey(id) && is.equals(text(inDoubt.get(id)));
      if (!asked) {
        assertEquals("document " + id, text(acknowledged.get(id)), is);
      } else {
        settle(id, inDoubt.get(id));
      }
    }
    inDoubt.clear();
  }

  /** Vectors as the shortest decimals that tell a float from its neighbours. */
  private static String text(JsonNode document) {
    return document == null || document.isNull()
        ? "none"
        : document.path("n")
            + " "
            + document.path(TestIndex.FIELD)
            + " "
            + document.path(CrashIT.DENSE);
  }

  /** The vectors that must be there, by the ids of their documents. */
  Map<Long, float[]> vectors() {
    Map<Long, float[]> vectors = new HashMap<>();
    acknowledged.forEach((id, document) -> vectors.put(id, vector(document)));
    return vectors;
  }

  private static float[] vector(JsonNode document) {
    JsonNode array = document.path(TestIndex.FIELD);
    assertTrue(array.toString(), array.isArray());
    float[] vector = new float[array.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = array.get(i).floatValue();
    }
    return vector;
  }

  /** How many operations were acknowledged. */
  long operations() {
    return operations;
  }
}
