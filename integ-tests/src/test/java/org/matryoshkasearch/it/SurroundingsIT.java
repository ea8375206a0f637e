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
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/** Searches inside of other queries, of functions and of the filter of an alias. */
public class SurroundingsIT extends NodeTestCase {

  private static final int DOCS = 800;
  private static final int DIMS = 16;
  private static final String KNN =
      "{'matryoshka_knn': {'field': 'embedding', 'query_vector': $VECTOR, 'k': 5,"
          + " 'num_candidates': 100, 'auto_prefiltering': true}}";

  private static String vector;
  private static int documents;

  @BeforeClass
  public static void createIndex() throws IOException {
    TestSets.Split set = TestSets.generated(DOCS, DIMS);
    vector = Json.array(set.queries().get(0)).toString();
    TestIndex index = create("surroundings", field(DIMS, "cosine").put("prefix_dims", 8));
    documents = set.documents().size();
    index.addInSegments(set.documents(), 2);
  }

  private static JsonNode json(String text) throws IOException {
    return Json.parse(text.replace("$KNN", KNN).replace("$VECTOR", vector).replace('\'', '"'));
  }

  private static JsonNode search(String index, String body) throws IOException {
    return client().post("/" + index + "/_search", json(body));
  }

  private static Set<String> ids(String index, String query) throws IOException {
    Set<String> ids = new HashSet<>();
    for (JsonNode hit : search(index, "{'query': " + query + "}").at("/hits/hits")) {
      ids.add(hit.path("_id").asText());
    }
    return ids;
  }

  private static void assertAnswers() throws IOException {
    assertEquals(5, ids("surroundings", "$KNN").size());
  }

  @Test
  public void testQueriesAround() throws IOException {
    List<String> around =
        List.of(
            "{'function_score': {'functions': [{'weight': 2, 'filter': $KNN}]}}",
            "{'boosting': {'positive': {'match_all': {}}, 'negative': $KNN, 'negative_boost': 1}}",
            "{'matryoshka_knn': {'field': 'embedding', 'query_vector': $VECTOR, 'filter': $KNN}}");
    Set<String> nearest = ids("surroundings", "$KNN");
    for (String query : around) {
      Set<String> hits = ids("surroundings", "{'bool': {'must': [$KNN, " + query + "]}}");
      assertTrue(query, nearest.containsAll(hits));
      ids("surroundings", "{'bool': {'should': $KNN, 'must_not': " + query + "}}");
      ids("surroundings", "{'bool': {'should': [$KNN, " + query + "], 'filter': " + query + "}}");
      search(
          "surroundings",
          "{'query': "
              + query
              + ", 'post_filter': $KNN, 'aggs': {'a': {'filter': {'bool': {'must': [$KNN, "
              + query
              + "]}}}}}");
    }
    assertAnswers();
  }

  @Test
  public void testFilterOfAnAlias() throws IOException {
    client()
        .post(
            "/_aliases",
            json(
                "{'actions': [{'add': {'index': 'surroundings', 'alias': 'near', 'filter':"
                    + " {'bool': {'filter': $KNN}}}}]}"));
    Set<String> nearest = ids("surroundings", "$KNN");
    assertEquals(nearest, ids("near", "{'match_all': {}}"));
    assertEquals(nearest, ids("near", "{'exists': {'field': 'embedding'}}"));
    assertEquals(nearest, ids("near", "$KNN"));
    assertEquals(nearest, ids("near", "{'bool': {'must': [$KNN], 'filter': [$KNN]}}"));
    assertAnswers();
  }

  /** All but five hits are none of the search; it is run once more for all of them. */
  @Test
  public void testExplainOfManyMisses() throws IOException {
    JsonNode hits =
        search(
                "surroundings",
                "{'explain': true, 'size': 800, 'timeout': '60s', 'query':"
                    + " {'bool': {'should': [{'match_all': {}}, $KNN]}}}")
            .at("/hits/hits");
    assertEquals(documents, hits.size());
  }

  @Test
  public void testNoSize() throws IOException {
    String query = "{'matryoshka_knn': {'field': 'embedding', 'query_vector': $VECTOR}}";
    for (String request : List.of("_count", "_search?size=0")) {
      Response response =
          client()
              .send(
                  "POST", "/surroundings/" + request, Json.bytes(json("{'query': " + query + "}")));
      assertEquals(400, response.status());
      assertTrue(
          response.body().toString(), response.body().toString().contains("[k] must be set"));
    }
    assertAnswers();
  }
}
