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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * An index with one vector field, and the vectors that ought to be in it, so that each search can
 * be compared with an exact one.
 */
final class TestIndex {

  static final String FIELD = "embedding";

  private static final int BATCH = 250;

  private final NodeClient client;
  private final String name;
  private final Map<Long, float[]> vectors = new TreeMap<>();

  private TestIndex(NodeClient client, String name) {
    this.client = client;
    this.name = name;
  }

  /** Creates the index with these settings besides one shard and no replica. */
  static TestIndex create(NodeClient client, String name, ObjectNode field, ObjectNode settings)
      throws IOException {
    ObjectNode body = Json.object();
    body.putObject("settings")
        .put("number_of_shards", 1)
        .put("number_of_replicas", 0)
        .put("refresh_interval", "-1")
        .setAll(settings);
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.set(FIELD, field);
    properties.putObject("lang").put("type", "keyword");
    properties.putObject("n").put("type", "integer");
    client.put("/" + name, body);
    return new TestIndex(client, name);
  }

  /** The same index as another node of the cluster shows it. */
  TestIndex at(NodeClient otherClient) {
    return new TestIndex(otherClient, name);
  }

  /** An index of another name that has the same vectors, as a clone. */
  TestIndex as(String otherName) {
    TestIndex other = new TestIndex(client, otherName);
    other.vectors.putAll(vectors);
    return other;
  }

  /** Indexes rows, over those of the same number, and makes them a segment or more. */
  void add(List<VectorRow> rows) throws IOException {
    for (int i = 0; i < rows.size(); i += BATCH) {
      BulkBody bulk = new BulkBody();
      for (VectorRow row : rows.subList(i, Math.min(rows.size(), i + BATCH))) {
        bulk.index(String.valueOf(row.row()), document(row));
        vectors.put(row.row(), row.vector());
      }
      bulk(bulk);
    }
    refresh();
  }

  /** Every third document is in English, and each knows its number. */
  private static ObjectNode document(VectorRow row) {
    ObjectNode document = Json.object().put("lang", language(row.row())).put("n", row.row());
    document.set(FIELD, Json.array(row.vector()));
    return document;
  }

  static String language(long row) {
    return row % 3 == 0 ? "en" : "de";
  }

  /** Indexes rows as several segments, the last of them flushed to disk. */
  TestIndex addInSegments(List<VectorRow> rows, int segments) throws IOException {
    int size = (rows.size() + segments - 1) / segments;
    for (int i = 0; i < rows.size(); i += size) {
      add(rows.subList(i, Math.min(rows.size(), i + size)));
    }
    client.post("/" + name + "/_flush", (JsonNode) null);
    return this;
  }

  /** Deletes rows. */
  void delete(List<Long> rows) throws IOException {
    BulkBody bulk = new BulkBody();
    for (long row : rows) {
      bulk.delete(String.valueOf(row));
      vectors.remove(row);
    }
    bulk(bulk);
    refresh();
  }

  private void bulk(BulkBody bulk) throws IOException {
    JsonNode answer = client.post("/" + name + "/_bulk", bulk.bytes());
    assertFalse(answer.toString(), answer.path("errors").asBoolean());
  }

  void refresh() throws IOException {
    client.post("/" + name + "/_refresh", (JsonNode) null);
  }

  /** Merges everything into one segment. */
  void forceMerge() throws IOException {
    client.post("/" + name + "/_forcemerge?max_num_segments=1", (JsonNode) null);
    refresh();
    assertEquals(1, segments());
  }

  int segments() throws IOException {
    return client.get("/" + name + "/_stats/segments").at("/_all/primaries/segments/count").asInt();
  }

  /** Documents that a search can find. */
  int count() throws IOException {
    return client.get("/" + name + "/_count").path("count").asInt();
  }

  String name() {
    return name;
  }

  /** A query with these options besides field and vector. */
  static ObjectNode query(float[] vector, int k, ObjectNode options) {
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject("matryoshka_knn").put("field", FIELD).put("k", k);
    knn.set("query_vector", Json.array(vector));
    knn.setAll(options);
    return query;
  }

  /** The query of a {@code dense_vector}, with so many candidates of each shard. */
  static ObjectNode knn(float[] vector, int k, int candidates) {
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject("knn").put("field", FIELD).put("k", k);
    knn.put("num_candidates", candidates).set("query_vector", Json.array(vector));
    return query;
  }

  /** Searches for the k nearest rows. */
  List<Neighbor> search(float[] vector, int k, ObjectNode options) throws IOException {
    return search(query(vector, k, options), k, "");
  }

  /** Runs any query; the parameters go into the address, as in {@code &preference=_local}. */
  List<Neighbor> search(ObjectNode query, int size, String parameters) throws IOException {
    ObjectNode body = Json.object().put("size", size).put("_source", false);
    body.set("query", query);
    String path = "/" + name + "/_search?request_cache=false" + parameters;
    List<Neighbor> hits = new ArrayList<>();
    for (JsonNode hit : client.post(path, body).at("/hits/hits")) {
      hits.add(new Neighbor(hit.path("_id").asLong(), hit.path("_score").asDouble()));
    }
    return hits;
  }

  /** The vectors that were sent, as texts by their rows. */
  Map<Long, String> vectorsSent() {
    Map<Long, String> sent = new TreeMap<>();
    vectors.forEach((row, vector) -> sent.put(row, Json.array(vector).toString()));
    return sent;
  }

  /** The vectors that the documents give back, as texts by their rows; see {@link #search}. */
  Map<Long, String> vectorsGivenBack(String parameters) throws IOException {
    ObjectNode body = Json.object().put("size", 10_000);
    body.putObject("_source").put("exclude_vectors", false);
    Map<Long, String> back = new TreeMap<>();
    String path = "/" + name + "/_search?request_cache=false" + parameters;
    for (JsonNode hit : client.post(path, body).at("/hits/hits")) {
      back.put(hit.path("_id").asLong(), hit.path("_source").path(FIELD).toString());
    }
    return back;
  }

  /** An exact search over what ought to be in the index. */
  ExactSearch exact(Similarity similarity, int k, List<float[]> queries) {
    ExactSearch exact = new ExactSearch(similarity, k, queries);
    List<VectorRow> rows = new ArrayList<>();
    vectors.forEach((row, vector) -> rows.add(new VectorRow(row, vector, null, null)));
    exact.add(rows);
    return exact;
  }

  /** The recall of searches with these options, on average over the queries. */
  double recall(List<float[]> queries, int k, ObjectNode options) throws IOException {
    ExactSearch exact = exact(Similarity.COSINE, k, queries);
    double sum = 0;
    for (int i = 0; i < queries.size(); i++) {
      List<Neighbor> hits = search(queries.get(i), k, options);
      sum += exact.recall(i, hits.stream().map(Neighbor::row).toList());
    }
    return sum / queries.size();
  }

  /** Fails unless the hits are the exact neighbours with the exact scores. */
  static void assertSame(String what, List<Neighbor> exact, List<Neighbor> hits, double tolerance) {
    assertEquals(what + ": hits", exact.size(), hits.size());
    for (int i = 0; i < exact.size(); i++) {
      double expected = exact.get(i).score();
      String where = what + ": score of hit " + i;
      assertEquals(where, expected, hits.get(i).score(), tolerance * Math.abs(expected));
    }
  }
}
