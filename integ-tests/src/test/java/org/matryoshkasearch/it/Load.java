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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** Writes and searches on and on, on one node at a time, and keeps what was acknowledged. */
final class Load implements AutoCloseable {
  private static final int BATCH = 5;
  private static final int PAUSE_MILLIS = 100; // nodes that start need a processor, too
  private static final int IDS = 5000; // a search may return all, however long it goes on

  private final String index;
  private final List<VectorRow> rows;
  private final Map<Long, String> acknowledged = new TreeMap<>();
  private final Thread thread = new Thread(this::run, "load");
  private volatile NodeClient client;
  private volatile boolean ended;
  private final AtomicInteger searches = new AtomicInteger();
  private Throwable failure; // written before the thread ends, read after

  /** Begins to write rows, over and over, and to search for them. */
  Load(NodeClient client, String index, List<VectorRow> rows) {
    this.client = client;
    this.index = index;
    this.rows = rows;
    thread.start();
  }

  /** Goes on with another node, as this one is about to stop; returns when it does. */
  void moveTo(NodeClient other) throws InterruptedException {
    client = other;
    awaitSearches(2); // one may have been on its way
  }

  /** How many searches were answered. */
  int searches() {
    return searches.get();
  }

  /** Waits until so many more searches were answered, or one was not. */
  void awaitSearches(int more) throws InterruptedException {
    int until = searches.get() + more;
    while (searches.get() < until && thread.isAlive()) {
      Thread.sleep(20);
    }
  }

  private void run() {
    try {
      for (long written = 0; ended == false; written += BATCH) {
        write(written);
        search(rows.get((int) (written % rows.size())).vector());
        searches.incrementAndGet();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void write(long from) throws IOException {
    BulkBody bulk = new BulkBody();
    for (long number = from; number < from + BATCH; number++) {
      bulk.index(String.valueOf(number % IDS), document(number));
    }
    JsonNode answer = client.post("/" + index + "/_bulk?refresh=true", bulk.bytes());
    long number = from;
    for (JsonNode item : answer.path("items")) {
      int status = item.at("/index/status").asInt();
      assertEquals(item.toString(), 2, status / 100);
      acknowledged.put(number % IDS, document(number).path(TestIndex.FIELD).toString());
      number++;
    }
    assertEquals(answer.toString(), from + BATCH, number);
  }

  private ObjectNode document(long number) {
    ObjectNode document = Json.object();
    document.set(TestIndex.FIELD, Json.array(rows.get((int) (number % rows.size())).vector()));
    return document;
  }

  private void search(float[] vector) throws IOException {
    ObjectNode body = Json.object().put("size", 5).put("_source", false);
    body.set("query", TestIndex.query(vector, 5, Json.object()));
    JsonNode answer = client.post("/" + index + "/_search?request_cache=false", body);
    assertEquals(answer.toString(), 0, answer.at("/_shards/failed").asInt());
    assertEquals(answer.toString(), 5, answer.at("/hits/hits").size());
  }

  /**
   * Ends it.
   *
   * @return what was written, as texts of the vectors by id
   */
  Map<Long, String> end() {
    close();
    if (failure != null) {
      throw new AssertionError("under load", failure);
    }
    return acknowledged;
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
