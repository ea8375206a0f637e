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
package org.matryoshkasearch.benchmarks.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.matryoshkasearch.benchmarks.data.Vectors;
import org.matryoshkasearch.benchmarks.measure.Parallel;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/**
 * An index with one shard, no replicas and one vector field. The ids of the documents are the rows
 * of the vectors.
 */
final class NodeIndex {

  /** The vector field. */
  static final String FIELD = "embedding";

  private static final int BULK_FLOATS = 800_000; // some 4 MB in base64
  private static final int LOADERS = Runtime.getRuntime().availableProcessors();
  private static final long POLL_MILLIS = 200;
  private static final int QUIET_POLLS = 10; // after one merge the next may begin

  /**
   * How large an index is.
   *
   * @param segments that it has
   * @param diskBytes all of its files
   * @param hotBytes what of them each search reads at random: codes and graph, or vectors and graph
   */
  record Size(int segments, long diskBytes, long hotBytes) {}

  private final NodeClient client;
  private final String path;

  NodeIndex(NodeClient client, String name) {
    this.client = client;
    this.path = "/" + name;
  }

  /** Creates it empty. Nothing is refreshed unless asked for. */
  void create(ObjectNode field) throws IOException {
    ObjectNode index = Json.object();
    index
        .putObject("settings")
        .put("number_of_shards", 1)
        .put("number_of_replicas", 0)
        .put("refresh_interval", "-1")
        .put("store.stats_refresh_interval", "0s");
    index.putObject("mappings").putObject("properties").set(FIELD, field);
    client.put(path, index);
  }

  /**
   * Sends all vectors, from as many clients as there are cores, and flushes.
   *
   * @param progress told how many have been sent
   * @return how many seconds that took
   */
  double load(Vectors vectors, LongConsumer progress) throws IOException {
    int batch = Math.max(1, BULK_FLOATS / vectors.dims());
    AtomicInteger next = new AtomicInteger();
    AtomicLong loaded = new AtomicLong();
    long start = System.nanoTime();
    Parallel.run(
        LOADERS,
        () -> {
          while (true) {
            int from = next.getAndAdd(batch);
            if (from >= vectors.size()) {
              return;
            }
            int to = Math.min(vectors.size(), from + batch);
            send(vectors, from, to);
            synchronized (progress) {
              progress.accept(loaded.addAndGet(to - from));
            }
          }
        });
    client.post(path + "/_flush", (JsonNode) null);
    return (System.nanoTime() - start) / 1e9;
  }

  private void send(Vectors vectors, int from, int to) throws IOException {
    BulkBody bulk = new BulkBody();
    for (int row = from; row < to; row++) {
      ObjectNode document = Json.object();
      document.put(FIELD, base64(vectors.row(row)));
      bulk.index(String.valueOf(row), document);
    }
    JsonNode answer = client.post(path + "/_bulk", bulk.bytes());
    if (answer.path("errors").asBoolean()) {
      for (JsonNode item : answer.path("items")) {
        JsonNode error = item.path("index").path("error");
        if (!error.isMissingNode()) {
          throw new IOException("a document was refused: " + error);
        }
      }
    }
  }

  /** Components as big-endian float32 in base64, the shortest form that both fields take. */
  static String base64(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * Merges it to one segment and makes that visible.
   *
   * @param tick called a few times a second
   * @return how many seconds the merge took
   */
  double merge(Runnable tick) throws IOException {
    // it may take longer than any request is waited for
    String task =
        client
            .post(
                path + "/_forcemerge?max_num_segments=1&wait_for_completion=false", (JsonNode) null)
            .path("task")
            .asText();
    JsonNode state = client.get("/_tasks/" + task);
    while (!state.path("completed").asBoolean()) {
      pause();
      tick.run();
      state = client.get("/_tasks/" + task);
    }
    if (state.has("error") || state.at("/response/_shards/failed").asInt() > 0) {
      throw new IOException("the merge failed: " + state);
    }
    makeVisible();
    return state.at("/task/running_time_in_nanos").asLong() / 1e9;
  }

  /**
   * Waits until nothing is merged any more, and makes what there is visible.
   *
   * @param tick called a few times a second
   * @return how many seconds it was until then
   */
  double settle(Runnable tick) throws IOException {
    long start = System.nanoTime();
    long merged = start; // when something was, the last time
    client.post(path + "/_refresh", (JsonNode) null); // may begin merges
    for (int quiet = 0; quiet < QUIET_POLLS; ) {
      pause();
      tick.run();
      JsonNode merges = client.get(path + "/_stats/merge").at("/_all/primaries/merges");
      quiet++;
      if (merges.path("current").asInt() > 0) {
        merged = System.nanoTime();
        quiet = 0;
      }
    }
    makeVisible();
    return (merged - start) / 1e9;
  }

  private void makeVisible() throws IOException {
    client.post(path + "/_refresh", (JsonNode) null);
    client.post(path + "/_flush", (JsonNode) null);
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a merge");
    }
  }

  /** How large it is. */
  Size size() throws IOException {
    return size(client.get(path + "/_stats/store,segments,dense_vector").at("/_all/primaries"));
  }

  /** Reads the size from the statistics of an index. */
  static Size size(JsonNode stats) {
    JsonNode vectors = stats.at("/dense_vector/off_heap");
    long codes = bytes(vectors, "veb") + bytes(vectors, "veq");
    long compared = codes > 0 ? codes : bytes(vectors, "vec");
    return new Size(
        stats.at("/segments/count").asInt(),
        stats.at("/store/size_in_bytes").asLong(),
        compared + bytes(vectors, "vex"));
  }

  private static long bytes(JsonNode vectors, String kind) {
    return vectors.path("total_" + kind + "_size_bytes").asLong();
  }

  /** Deletes it. */
  void delete() throws IOException {
    client.delete(path);
  }

  /** Closes it, so that it has no file open. */
  void close() throws IOException {
    client.post(path + "/_close", (JsonNode) null);
  }

  /** Opens it, and returns when it can be searched. */
  void open() throws IOException {
    client.post(path + "/_open", (JsonNode) null);
    client.get("/_cluster/health" + path + "?wait_for_status=green&timeout=120s");
  }
}
