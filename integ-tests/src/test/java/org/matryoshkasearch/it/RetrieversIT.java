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
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/**
 * The query in retrievers, in searches of a remote cluster, and at a point in time.
 *
 * <p>The distribution that these tests run on has the {@code standard}, {@code knn} and {@code
 * rescorer} retrievers, and neither {@code rrf} and {@code linear} nor the async search: {@link
 * #testWhatTheDistributionLacks} notices when that changes.
 */
public class RetrieversIT extends NodeTestCase {

  private static final String INDEX = "retrieved";
  private static final int DIMS = 64;

  private static float[] vector;
  private static List<String> nearest;
  private static List<String> nearestEnglish;

  @BeforeClass
  public static void createIndex() throws IOException {
    TestSets.Split set = TestSets.generated(600, DIMS);
    vector = set.queries().get(0);
    TestIndex index = create(INDEX, field(DIMS, "cosine").put("prefix_dims", 16));
    index.addInSegments(set.documents(), 2);
    nearest = ids(search(body("{\"query\": KNN}")));
    nearestEnglish = ids(search(body("{\"query\": FILTERED}")));
    assertEquals(10, nearest.size());
    assertEquals(10, nearestEnglish.size());
    joinItself();
  }

  /** Makes the node a remote cluster of its own, which it talks to as to any other. */
  private static void joinItself() throws IOException {
    JsonNode nodes = client().get("/_nodes/transport").path("nodes");
    String address = nodes.elements().next().at("/transport/publish_address").asText();
    remotes(Json.object().put("mode", "proxy").put("proxy_address", address));
  }

  @AfterClass
  public static void leaveItself() throws IOException {
    remotes(Json.object().putNull("mode").putNull("proxy_address"));
  }

  private static void remotes(ObjectNode self) throws IOException {
    ObjectNode settings = Json.object();
    settings.putObject("persistent").putObject("cluster.remote.self").setAll(self);
    client().put("/_cluster/settings", settings);
  }

  /**
   * JSON in which {@code KNN} stands for our query, {@code FILTERED} for it in English, and {@code
   * AUTOMATIC} for it filtered by what is around it.
   */
  private static JsonNode body(String json) throws IOException {
    ObjectNode filter = Json.object();
    filter.putObject("filter").putObject("term").put("lang", "en");
    return Json.parse(
        json.replace("KNN", query(Json.object()))
            .replace("FILTERED", query(filter))
            .replace("AUTOMATIC", query(Json.object().put("auto_prefiltering", true))));
  }

  private static String query(ObjectNode options) {
    return TestIndex.query(vector, 10, options.put("num_candidates", 1000)).toString();
  }

  private static JsonNode search(JsonNode body) throws IOException {
    return client().post("/" + INDEX + "/_search", body);
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.at("/hits/hits").forEach(hit -> ids.add(hit.path("_id").asText()));
    return ids;
  }

  @Test
  public void testStandardRetriever() throws IOException {
    assertEquals(nearest, ids(search(body("{\"retriever\": {\"standard\": {\"query\": KNN}}}"))));
    JsonNode filtered =
        body(
            """
            {"retriever": {"standard": {"query": KNN, "filter": {"term": {"lang": "en"}}}}}
            """);
    List<String> english = ids(search(filtered));
    assertTrue("filtered after the search", nearest.containsAll(english));
  }

  /** A retriever puts the query and its filter into one {@code bool}. */
  @Test
  public void testAutomaticPrefilteringInARetriever() throws IOException {
    JsonNode automatic =
        body(
            """
            {"retriever": {"standard":
              {"query": AUTOMATIC, "filter": {"term": {"lang": "en"}}}}}
            """);
    assertEquals(nearestEnglish, ids(search(automatic)));
  }

  @Test
  public void testRescorerRetriever() throws IOException {
    JsonNode body =
        body(
            """
            {"retriever": {"rescorer": {
              "retriever": {"standard": {"query": {"term": {"lang": "en"}}}},
              "rescore": {"window_size": 600, "query":
                {"rescore_query": FILTERED, "query_weight": 0}}}}}
            """);
    assertEquals(nearestEnglish, ids(search(body)).subList(0, 10));
  }

  @Test
  public void testPointInTime() throws IOException {
    String pit =
        client().post("/" + INDEX + "/_pit?keep_alive=1m", (JsonNode) null).path("id").asText();
    ObjectNode body = (ObjectNode) body("{\"query\": KNN}");
    body.putObject("pit").put("id", pit);
    assertEquals(nearest, ids(client().post("/_search", body)));
    client().send("DELETE", "/_pit", Json.bytes(Json.object().put("id", pit)));
  }

  @Test
  public void testRemoteCluster() throws IOException {
    for (boolean minimizeRoundTrips : List.of(true, false)) {
      String path = "_search?ccs_minimize_roundtrips=" + minimizeRoundTrips;
      JsonNode remote = client().post("/self:" + INDEX + "/" + path, body("{\"query\": KNN}"));
      assertEquals(nearest, ids(remote));
      assertEquals("self:" + INDEX, remote.at("/hits/hits/0/_index").asText());
      JsonNode both =
          client()
              .post(
                  "/" + INDEX + ",self:" + INDEX + "/" + path,
                  body("{\"size\": 20, \"query\": FILTERED}"));
      assertEquals(20, ids(both).size());
      assertEquals(nearestEnglish, ids(both).stream().distinct().toList());
      JsonNode profile =
          client().post("/self:" + INDEX + "/" + path, body("{\"profile\": true, \"query\": KNN}"));
      assertTrue(
          profile.toString(), profile.toString().contains("\"type\":\"MatryoshkaKnnQuery\""));
    }
  }

  @Test
  public void testWhatTheDistributionLacks() throws IOException {
    for (String retriever : List.of("rrf", "linear")) {
      NodeClient.Response response =
          client()
              .send(
                  "POST",
                  "/" + INDEX + "/_search",
                  Json.bytes(
                      body(
                          "{\"retriever\": {\""
                              + retriever
                              + "\": {\"retrievers\": [{\"standard\": {\"query\": KNN}}]}}}")));
      assertEquals(400, response.status());
      assertTrue(response.reason(), response.reason().contains("unknown retriever"));
    }
    NodeClient.Response async =
        client().send("POST", "/" + INDEX + "/_async_search", Json.bytes(body("{\"query\": KNN}")));
    assertTrue("" + async.status(), async.status() >= 400);
  }
}
