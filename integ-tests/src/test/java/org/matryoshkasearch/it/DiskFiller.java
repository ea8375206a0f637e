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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeClient.Response;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * Writes vectors into an index of one field, each under an id of its own that says which vector it
 * must be, and knows which were acknowledged. What was refused may be there or not.
 */
final class DiskFiller {
  private static final int BATCH = 50;
  private static final int K = 10;
  private static final int QUERIES = 10;
  private static final int MOST_TRIES = 60;
  private static final int MOST_DOCUMENTS = 10_000; // that a search returns
  private static final double TOLERANCE = 1e-5;

  /** Types of errors that tell a user of a mistake in the software. */
  private static final Pattern UNCLEAR =
      Pattern.compile("null_pointer|out_of_bounds|class_cast|assertion|negative_array");

  /** As in {@code _1a.cfs} and {@code _1a_Lucene104_0.doc}. */
  private static final Pattern FILE_OF_SEGMENT = Pattern.compile("(_[0-9a-z]+)[_.].*");

  private final NodeClient client;
  private final String name;
  private final boolean ours;
  private final TestSets.Split set;
  private final TestIndex index;
  private final Set<Long> acknowledged = new TreeSet<>();
  private final Map<String, Integer> refused = new TreeMap<>();
  private long next;
  private int refusals;

  /** Creates the index, of one shard. */
  DiskFiller(NodeClient client, String name, ObjectNode field, TestSets.Split set)
      throws IOException {
    this.client = client;
    this.name = name;
    this.ours = field.path("type").asText().equals("matryoshka_vector");
    this.set = set;
    ObjectNode settings = Json.object().put("refresh_interval", "200ms");
    settings.put("index.shard.check_on_startup", true);
    settings.put("index.translog.flush_threshold_size", "1mb"); // segments are to fill the disk
    this.index = TestIndex.create(client, name, field, settings);
  }

  /** Sends some documents. */
  void write() throws IOException {
    BulkBody bulk = new BulkBody();
    for (long id = next; id < next + BATCH; id++) {
      ObjectNode document = Json.object();
      document.set(TestIndex.FIELD, Json.array(vector(id)));
      bulk.index(String.valueOf(id), document);
    }
    Response answer = client.send("POST", "/" + name + "/_bulk?timeout=1s", bulk.bytes());
    int before = acknowledged.size();
    if (answer.status() == 200) {
      JsonNode items = answer.body().path("items");
      assertEquals(answer.body().toString(), BATCH, items.size());
      for (int i = 0; i < BATCH; i++) {
        JsonNode item = items.path(i).path("index");
        if (item.path("status").asInt() / 100 == 2) {
          acknowledged.add(next + i);
        } else {
          refuse(item.path("status").asInt(), item);
        }
      }
    } else {
      refuse(answer.status(), answer.body());
    }
    refusals = acknowledged.size() > before ? 0 : refusals + 1;
    next += BATCH;
  }

  private void refuse(int status, JsonNode answer) {
    JsonNode error = answer.path("error");
    String type = error.path("type").asText();
    assertTrue(status + " " + answer, status >= 400 && !error.path("reason").asText().isEmpty());
    assertFalse(status + " " + answer, UNCLEAR.matcher(answer.toString()).find());
    refused.merge(status + " " + type, 1, Integer::sum);
  }

  /** How many requests in succession had nothing acknowledged. */
  int refusals() {
    return refusals;
  }

  /** Sends a request, which must be answered, or refused with a reason. */
  void ask(String method, String path, JsonNode body) throws IOException {
    Response answer =
        client.send(method, "/" + name + path, body == null ? null : Json.bytes(body));
    if (answer.status() >= 400 && !answer.body().has("found")) { // which says that it is not there
      refuse(answer.status(), answer.body());
    }
  }

  /** A search without the graph, or in which all are candidates. */
  ObjectNode search(boolean exact) {
    ObjectNode body = Json.object().put("size", K).put("_source", false);
    body.set("query", query(set.queries().get(0), exact));
    return body;
  }

  private ObjectNode query(float[] vector, boolean exact) {
    if (!ours) {
      return TestIndex.knn(vector, K, MOST_DOCUMENTS);
    }
    ObjectNode options = Json.object();
    return TestIndex.query(
        vector,
        K,
        exact ? options.put("exact", true) : options.put("num_candidates", MOST_DOCUMENTS));
  }

  private float[] vector(long id) {
    return set.documents().get((int) (id % set.documents().size())).vector();
  }

  /**
   * Waits for the shard, and makes one segment and one commit of it. A shard that is said to be
   * there may be one of whose failure the master could not be told yet, and goes away once more.
   */
  void recover() throws IOException, InterruptedException {
    String green = "/_cluster/health/" + name + "?wait_for_status=green&timeout=60s";
    JsonNode merged = null;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      client.get(green);
      merged = client.post("/" + name + "/_forcemerge?max_num_segments=1", (JsonNode) null);
      index.refresh();
      if (merged.at("/_shards/successful").asInt() == 1 && index.segments() == 1) {
        client.post("/" + name + "/_flush?force=true", (JsonNode) null);
        return;
      }
      Thread.sleep(500);
    }
    throw new AssertionError(name + " does not become one segment: " + merged);
  }

  /** Fails unless all that was acknowledged is there, all vectors are right, and searches exact. */
  void check(String what) throws IOException {
    Map<Long, String> found = index.vectorsGivenBack("");
    for (long id : acknowledged) {
      assertTrue(what + ", " + name + " has lost " + id, found.containsKey(id));
    }
    List<VectorRow> rows = new ArrayList<>();
    found.forEach(
        (id, vector) -> {
          String where = what + ", " + name + ", " + id;
          assertTrue(where, id < next);
          assertEquals(where, Json.array(vector(id)).toString(), vector);
          rows.add(new VectorRow(id, vector(id), null, null));
        });
    ExactSearch exact = new ExactSearch(Similarity.COSINE, K, set.queries().subList(0, QUERIES));
    exact.add(rows);
    for (int i = 0; i < QUERIES; i++) {
      ObjectNode query = query(set.queries().get(i), i % 2 == 0);
      List<Neighbor> hits = index.search(query, K, "");
      TestIndex.assertSame(what + ", " + name, exact.neighbors(i), hits, TOLERANCE);
    }
  }

  /** Fails if the folder of the shard has a file of a segment that is none, or a temporary one. */
  void assertNoStrangeFiles(List<Path> all) throws IOException {
    Set<String> segments = new HashSet<>();
    JsonNode told = client.get("/" + name + "/_segments").at("/indices/" + name + "/shards/0/0");
    told.path("segments").fieldNames().forEachRemaining(segments::add);
    assertFalse(told.toString(), segments.isEmpty());
    String settings = "/" + name + "/_settings";
    String uuid = client.get(settings).at("/" + name + "/settings/index/uuid").asText();
    List<String> strange =
        all.stream()
            .filter(file -> file.toString().contains(uuid + "/0/index/"))
            .map(file -> file.getFileName().toString())
            .filter(file -> file.endsWith(".tmp") || isOfNone(segments, file))
            .toList();
    assertEquals("files of no segment of " + name, List.of(), strange);
  }

  private static boolean isOfNone(Set<String> segments, String file) {
    Matcher segment = FILE_OF_SEGMENT.matcher(file);
    return segment.matches() && !segments.contains(segment.group(1));
  }

  @Override
  public String toString() {
    return name + ": " + acknowledged.size() + " documents acknowledged, refused " + refused;
  }
}
