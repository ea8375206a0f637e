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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/** Random steps on an index of a node and on a plain list in memory. */
final class SoakRun {

  private final NodeClient client;
  private final String index;
  private final SoakLog log;
  private final SoakMapping mapping;
  private final Random random;
  private final SoakRecall recall;
  private final int mostDocs;
  private final Map<Integer, Doc> docs = new TreeMap<>();
  private Map<Integer, Doc> shown = Map.of();
  private int ids;

  /** What was sent. */
  record Doc(String lang, int n, List<float[]> vectors) {}

  /** A document and its score. */
  private record Hit(int id, double score) {}

  SoakRun(NodeClient client, String index, Random random, SoakLog log, SoakRecall recall) {
    this.client = client;
    this.index = "/" + index;
    this.random = random;
    this.log = log;
    this.recall = recall;
    mapping = new SoakMapping(random);
    mostDocs = 200 + random.nextInt(2500); // on both sides of what gets a graph
  }

  /** Creates the index, does so many steps and deletes it. */
  void go(int steps) throws IOException {
    log.add("create %s", mapping);
    client.put(index, mapping.index());
    for (int i = 0; i < steps; i++) {
      step();
    }
    client.delete(index);
  }

  private void step() throws IOException {
    int die = random.nextInt(100);
    if (die < 12) {
      index(1 + random.nextInt(20));
    } else if (die < 18) {
      index(random.nextInt(900));
    } else if (die < 26) {
      update();
    } else if (die < 34) {
      delete();
    } else if (die < 45) {
      refresh();
    } else if (die < 49) {
      post("/_flush");
    } else if (die < 53) {
      post("/_forcemerge?max_num_segments=" + (1 + random.nextInt(2)));
      refresh();
    } else if (die < 55) {
      post("/_close");
      post("/_open?wait_for_active_shards=all");
      refresh();
    } else if (die < 57) {
      changeMapping();
    } else if (die < 61) {
      get();
    } else {
      search();
    }
  }

  private void post(String path) throws IOException {
    log.add("POST %s", path);
    client.post(index + path, (JsonNode) null);
  }

  private void refresh() throws IOException {
    post("/_refresh");
    shown = new HashMap<>(docs);
  }

  private void index(int count) throws IOException {
    BulkBody bulk = new BulkBody();
    int most = Math.min(count, mostDocs - docs.size());
    log.add("index %d documents", most);
    for (int i = 0; i < most; i++) {
      put(bulk, ids++);
    }
    bulk(bulk);
  }

  private void put(BulkBody bulk, int id) throws IOException {
    Doc doc =
        new Doc(random.nextBoolean() ? "en" : "de", random.nextInt(1000), mapping.randomVectors());
    ObjectNode source = Json.object().put("lang", doc.lang()).put("n", doc.n());
    mapping.putVectors(source, doc.vectors());
    bulk.index(String.valueOf(id), source);
    docs.put(id, doc);
  }

  /** All of a document, or a part that leaves its vectors as they are. */
  private void update() throws IOException {
    BulkBody bulk = new BulkBody();
    for (int i = 1 + random.nextInt(10); i > 0 && !docs.isEmpty(); i--) {
      int id = anyId();
      Doc old = docs.get(id);
      log.add("update %d", id);
      if (random.nextBoolean()) {
        put(bulk, id);
      } else {
        Doc changed = new Doc(old.lang(), random.nextInt(1000), old.vectors());
        bulk.update(String.valueOf(id), Json.object().put("n", changed.n()));
        docs.put(id, changed);
      }
    }
    bulk(bulk);
  }

  private void delete() throws IOException {
    BulkBody bulk = new BulkBody();
    int most = random.nextInt(5) == 0 ? docs.size() / 2 : 10;
    for (int i = random.nextInt(1 + most); i > 0 && !docs.isEmpty(); i--) {
      int id = anyId();
      log.add("delete %d", id);
      bulk.delete(String.valueOf(id));
      docs.remove(id);
    }
    bulk(bulk);
  }

  private int anyId() {
    return List.copyOf(docs.keySet()).get(random.nextInt(docs.size()));
  }

  private void bulk(BulkBody bulk) throws IOException {
    if (bulk.bytes().length > 0) {
      JsonNode answer = client.post(index + "/_bulk", bulk.bytes());
      assertFalse(answer.toString(), answer.path("errors").asBoolean());
    }
  }

  private void changeMapping() throws IOException {
    ObjectNode changed = mapping.changed();
    log.add("mapping %s", changed);
    client.put(index + "/_mapping", changed);
  }

  private void get() throws IOException {
    if (!docs.isEmpty()) {
      int id = anyId();
      log.add("get %d", id);
      JsonNode answer = client.get(index + "/_doc/" + id + "?_source_exclude_vectors=false");
      Doc doc = docs.get(id);
      JsonNode source = answer.path("_source");
      assertEquals(doc.n(), source.path("n").asInt());
      assertTrue("vectors of " + source, mapping.hasVectors(source, doc.vectors()));
    }
  }

  private void search() throws IOException {
    boolean dropIn = random.nextInt(4) == 0;
    SoakRequest request = new SoakRequest(mapping, dropIn ? SoakMapping.DROP_IN : TestIndex.FIELD);
    Map<Integer, Double> scores = scores(request);
    if (!scores.isEmpty() && random.nextInt(6) == 0) {
      request.demand(scores.values().iterator().next());
    }
    log.add("search %s", request);
    List<Hit> hits = hits(request.body());
    assertTrue("hits", hits.size() <= request.k());
    check(request, scores, hits);
    if (mapping.isComparable() && request.isPlain() && !request.takesAll(scores.size())) {
      List<Hit> twins = hits(request.bodyFor(SoakMapping.TWIN));
      recall.add(scores, request.k(), ids(hits), ids(twins));
    }
  }

  private static List<Integer> ids(List<Hit> hits) {
    return hits.stream().map(Hit::id).toList();
  }

  /** The scores of all that may be found: with several vectors, of the nearest. */
  private Map<Integer, Double> scores(SoakRequest request) {
    Map<Integer, Double> scores = new HashMap<>();
    shown.forEach(
        (id, doc) -> {
          if (request.accepts(doc)) {
            doc.vectors().stream()
                .mapToDouble(vector -> mapping.score(request.target(), vector))
                .max()
                .ifPresent(score -> scores.put(id, score));
          }
        });
    return scores;
  }

  private List<Hit> hits(ObjectNode body) throws IOException {
    List<Hit> hits = new ArrayList<>();
    String path = index + "/_search?request_cache=false";
    for (JsonNode hit : client.post(path, body).at("/hits/hits")) {
      hits.add(new Hit(hit.path("_id").asInt(), hit.path("_score").asDouble()));
    }
    return hits;
  }

  private void check(SoakRequest request, Map<Integer, Double> scores, List<Hit> hits) {
    Set<Integer> ids = new HashSet<>();
    double last = Double.MAX_VALUE;
    for (Hit hit : hits) {
      Double score = scores.get(hit.id());
      assertTrue("deleted or not accepted: " + hit, score != null);
      assertTrue("twice: " + hit, ids.add(hit.id()));
      assertTrue("order: " + hits, hit.score() <= last);
      last = hit.score();
      double error = mapping.error(score, request.isOurs());
      // a nested document's hit may be another of its vectors than the nearest
      boolean right = request.takesAll(scores.size()) || !mapping.isNested();
      assertTrue(
          "score of " + hit + ", not " + score,
          hit.score() <= score + error && (!right || hit.score() >= score - error));
    }
    checkCount(request, scores, hits);
    if (request.takesAll(scores.size()) && hits.size() == request.k()) {
      double worst = last + 2 * mapping.error(last, request.isOurs());
      scores.forEach(
          (id, score) ->
              assertTrue(
                  "missed " + id + " of " + score + ": " + hits,
                  ids.contains(id) || score <= worst));
    }
  }

  private void checkCount(SoakRequest request, Map<Integer, Double> scores, List<Hit> hits) {
    double lowest = request.lowestScore();
    long sure =
        scores.values().stream()
            .filter(score -> score - 2 * mapping.error(score, request.isOurs()) >= lowest)
            .count();
    long possible =
        scores.values().stream()
            .filter(score -> score + 2 * mapping.error(score, request.isOurs()) >= lowest)
            .count();
    assertTrue(hits.size() + " hits of " + possible, hits.size() <= possible);
    if (lowest == 0 || request.takesAll(scores.size())) {
      assertTrue(hits.size() + " hits of " + sure, hits.size() >= Math.min(sure, request.k()));
    }
  }
}
