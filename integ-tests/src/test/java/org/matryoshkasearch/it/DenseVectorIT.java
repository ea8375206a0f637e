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
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * Elasticsearch's own field type and requests, on an index whose setting gives the field a prefix,
 * beside one without.
 */
public class DenseVectorIT extends NodeTestCase {

  static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  /** A {@code dense_vector}. */
  static ObjectNode dense(int dims, String type) {
    ObjectNode field = field(dims, "cosine").put("type", "dense_vector");
    field.putObject("index_options").put("type", type);
    return field;
  }

  /** The setting that gives a field a prefix. */
  static ObjectNode prefix(String field, int prefixDims) {
    return Json.object().put("index.matryoshka.dense_vector." + field + ".prefix_dims", prefixDims);
  }

  /**
   * Elasticsearch's query.
   *
   * @param candidates null for its default
   */
  static ObjectNode knn(float[] vector, Integer candidates) {
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject("knn").put("field", TestIndex.FIELD).put("k", K);
    knn.set("query_vector", Json.array(vector));
    if (candidates != null) {
      knn.put("num_candidates", candidates);
    }
    return query;
  }

  /** One in each line; $KNN is field, vector and candidates. */
  private static final String REQUESTS =
      """
      {"query": {"knn": {$KNN, "k": 10}}}
      {"knn": {$KNN, "k": 10}}
      {"knn": {$KNN, "k": 10, "rescore_vector": {"oversample": 3}}}
      {"knn": {$KNN, "k": 10, "similarity": 0.2}}
      {"knn": {$KNN, "k": 10, "boost": 3, "filter": {"term": {"lang": "en"}}}, "query": {"range": {"n": {"lt": 20}}}}
      {"query": {"knn": {$KNN, "filter": {"range": {"n": {"lt": 5}}}}}}
      {"query": {"bool": {"must": {"knn": {$KNN}}, "filter": {"range": {"n": {"gte": 100}}}}}}
      {"query": {"function_score": {"query": {"knn": {$KNN}}, "weight": 2}}}
      {"query": {"range": {"n": {"lt": 15}}}, "rescore": {"window_size": 20, "query": {"rescore_query": {"knn": {$KNN}}}}}
      {"retriever": {"knn": {$KNN, "k": 10}}}
      {"query": {"knn": {$KNN}}, "collapse": {"field": "lang"}}
      {"query": {"knn": {$KNN}}, "aggs": {"langs": {"terms": {"field": "lang"}}}}
      {"query": {"exists": {"field": "embedding"}}, "sort": "n", "_source": {"exclude_vectors": false}}
      {"query": {"match_all": {}}, "sort": "n", "fields": ["embedding"]}
      """;

  /** Where enough is searched, every answer is the same as without the setting. */
  @Test
  public void testRequestsUnchanged() throws Exception {
    TestSets.Split set = TestSets.generated(600, 128);
    String vector = Json.array(set.queries().getFirst()).toString();
    TestIndex with =
        TestIndex.create(client(), "dense_with", dense(128, "hnsw"), prefix(TestIndex.FIELD, 32));
    TestIndex without =
        TestIndex.create(client(), "dense_without", dense(128, "hnsw"), Json.object());
    with.addInSegments(set.documents(), 3);
    without.addInSegments(set.documents(), 3);
    for (TestIndex index : List.of(with, without)) {
      index.delete(List.of(set.documents().get(3).row(), set.documents().get(30).row()));
    }
    String knn =
        "\"field\": \"embedding\", \"query_vector\": " + vector + ", \"num_candidates\": 600";
    List<String> requests = REQUESTS.lines().map(line -> line.replace("$KNN", knn)).toList();
    for (String request : requests) {
      assertSameAnswer(request);
    }
    with.forceMerge();
    without.forceMerge();
    for (String request : requests) {
      assertSameAnswer(request);
    }
  }

  private static void assertSameAnswer(String request) throws IOException {
    JsonNode with = client().post("/dense_with/_search", Json.parse(request));
    JsonNode without = client().post("/dense_without/_search", Json.parse(request));
    assertFalse(request, with.at("/hits/hits").isEmpty());
    assertEquals(request, without.at("/hits/total"), with.at("/hits/total"));
    assertEquals(request, without.path("aggregations"), with.path("aggregations"));
    assertSameHits(request, without.at("/hits/hits"), with.at("/hits/hits"));
  }

  private static void assertSameHits(String request, JsonNode expected, JsonNode hits) {
    assertEquals(request, expected.size(), hits.size());
    for (int i = 0; i < expected.size(); i++) {
      ObjectNode one = expected.get(i).deepCopy();
      ObjectNode other = hits.get(i).deepCopy();
      double score = one.path("_score").asDouble();
      assertEquals(request, score, other.path("_score").asDouble(), TOLERANCE);
      for (String name : List.of("_index", "_score")) {
        one.remove(name);
        other.remove(name);
      }
      assertEquals(request, one, other);
    }
  }

  /** Several passages a document: the best of each, and all of them as inner hits. */
  @Test
  public void testNested() throws Exception {
    TestSets.Split set = TestSets.generated(600, 64);
    for (String index : List.of("nested_with", "nested_without")) {
      ObjectNode body = Json.object();
      body.putObject("settings").put("number_of_shards", 1);
      if (index.equals("nested_with")) {
        ((ObjectNode) body.path("settings")).setAll(prefix("passages.vector", 16));
      }
      ObjectNode passages =
          body.putObject("mappings").putObject("properties").putObject("passages");
      passages.put("type", "nested").putObject("properties").set("vector", dense(64, "hnsw"));
      client().put("/" + index, body);
      BulkBody bulk = new BulkBody();
      for (int i = 0; i + 20 <= set.documents().size(); i += 20) {
        ObjectNode document = Json.object();
        ArrayNode list = document.putArray("passages");
        for (VectorRow row : set.documents().subList(i, i + 20)) {
          list.addObject().set("vector", Json.array(row.vector()));
        }
        bulk.index(String.valueOf(i), document);
      }
      client().post("/" + index + "/_bulk?refresh", bulk.bytes());
    }
    for (float[] vector : set.queries().subList(0, 10)) {
      String knn =
          "{\"field\": \"passages.vector\", \"query_vector\": "
              + Json.array(vector)
              + ", \"k\": 10, \"num_candidates\": 30";
      String inner = "\"inner_hits\": {\"size\": 3, \"_source\": false}";
      for (String request :
          List.of(
              "{\"query\": {\"nested\": {\"path\": \"passages\", "
                  + inner
                  + ", \"query\": {\"knn\": "
                  + knn
                  + "}}}}}",
              "{\"knn\": " + knn + ", " + inner + "}}")) {
        JsonNode with = client().post("/nested_with/_search", Json.parse(request)).at("/hits/hits");
        JsonNode without =
            client().post("/nested_without/_search", Json.parse(request)).at("/hits/hits");
        assertEquals(request, 10, with.size());
        assertEquals(request, without.findValuesAsText("_id"), with.findValuesAsText("_id"));
        for (int i = 0; i < 10; i++) {
          String path = "/inner_hits/passages/hits/hits";
          assertEquals(
              without.get(i).at(path).findValuesAsText("offset"),
              with.get(i).at(path).findValuesAsText("offset"));
          assertEquals(
              without.get(i).path("_score").asDouble(),
              with.get(i).path("_score").asDouble(),
              TOLERANCE);
        }
      }
    }
  }

  /** Updates, deletes, merges, a restart; the profile tells of the search. */
  @Test
  public void testLife() throws Exception {
    TestSets.Split set = TestSets.generated(1500, 128);
    TestIndex index =
        TestIndex.create(client(), "dense_life", dense(128, "int8_hnsw"), prefix("*", 32));
    index.addInSegments(set.documents(), 4);
    assertExact(index, set);
    List<VectorRow> moved = new ArrayList<>();
    for (int i = 0; i < set.documents().size(); i += 10) {
      float[] other = set.documents().get(set.documents().size() - 1 - i).vector();
      moved.add(new VectorRow(set.documents().get(i).row(), other, null, null));
    }
    index.add(moved);
    for (VectorRow row : set.documents().subList(0, 20)) {
      ObjectNode update = Json.object();
      update.putObject("doc").put("lang", "fr");
      client().post("/dense_life/_update/" + row.row(), update);
    }
    index.delete(set.documents().stream().map(VectorRow::row).filter(row -> row % 7 == 0).toList());
    assertExact(index, set);
    index.forceMerge();
    assertExact(index, set);
    ElasticsearchNode node = Nodes.shared();
    node.stop();
    node.start(() -> {});
    client().get("/_cluster/health/dense_life?wait_for_status=green&timeout=60s");
    assertExact(index, set);
    index.add(set.documents());
    index.forceMerge();
    assertExact(index, set);

    ObjectNode profiled = knn(set.queries().getFirst(), 100).put("profile", true);
    JsonNode profile =
        client().post("/dense_life/_search", profiled).at("/profile/shards/0/dfs/knn/0");
    assertTrue(profile.toString(), profile.path("vector_operations_count").asInt() > 100);
  }

  /** With many candidates the hits are the true ones, with the scores of full vectors. */
  private static void assertExact(TestIndex index, TestSets.Split set) throws IOException {
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    for (int i = 0; i < set.queries().size(); i++) {
      List<Neighbor> hits = index.search(knn(set.queries().get(i), 500), K, "");
      TestIndex.assertSame("query " + i, exact.neighbors(i), hits, TOLERANCE);
    }
  }

  @Test
  public void testRefused() throws Exception {
    ObjectNode body = Json.object();
    body.putObject("settings").setAll(prefix("embedding", 65));
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.set("embedding", dense(64, "hnsw"));
    Response answer = client().send("PUT", "/dense_refused", Json.bytes(body));
    assertEquals(answer.body().toString(), 400, answer.status());
    assertTrue(
        answer.reason(),
        answer
            .reason()
            .contains(
                "setting [index.matryoshka.dense_vector.embedding.prefix_dims] cannot apply to"
                    + " field [embedding]: prefix_dims [65] must be at most dims [64]"));
  }
}
