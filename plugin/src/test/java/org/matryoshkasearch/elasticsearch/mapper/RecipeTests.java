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
package org.matryoshkasearch.elasticsearch.mapper;

import static org.hamcrest.Matchers.containsString;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.bulk.BulkRequestBuilder;
import org.elasticsearch.action.bulk.BulkResponse;
import org.elasticsearch.action.get.GetRequest;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.fetch.subphase.FetchSourceContext;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** The parameter {@code recipe}: what its mapping and its documents may say, and give back. */
public class RecipeTests extends VectorIndexTestCase {
  private static final String RECIPE = "\"recipe\": \"layer_norm\"";

  private Map<?, ?> mapping() {
    var mappings = indicesAdmin().prepareGetMappings(TEST_REQUEST_TIMEOUT, "test").get();
    Map<?, ?> all = mappings.mappings().get("test").sourceAsMap();
    return (Map<?, ?>) ((Map<?, ?>) all.get("properties")).get("vector");
  }

  private void updateMapping(String json) {
    indicesAdmin()
        .preparePutMapping("test")
        .setSource("{\"properties\": {" + json + "}}", XContentType.JSON)
        .get();
  }

  private static void assertBadRequest(ThrowingRunnable request, String message) {
    Exception e = expectThrows(Exception.class, request);
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }

  public void testMapping() {
    createVectorIndex("test", matryoshka("vector", 4, RECIPE));
    assertEquals("layer_norm", mapping().get("recipe"));
    updateMapping(matryoshka("vector", 4, "\"meta\": {\"a\": \"b\"}"));
    assertEquals("layer_norm", mapping().get("recipe"));
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 4, "\"recipe\": \"none\"")),
        "Cannot update parameter [recipe] from [layer_norm] to [none]");
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 4, "\"allow_truncated\": true")),
        "recipe [layer_norm] of field [vector] cannot be used with [allow_truncated]");
  }

  public void testWhatMakesNoSense() {
    createVectorIndex("test", "\"n\": {\"type\": \"integer\"}");
    for (String similarity : List.of("dot_product", "l2_norm", "max_inner_product")) {
      String with = RECIPE + ", \"similarity\": \"" + similarity + "\"";
      assertBadRequest(
          () -> updateMapping(matryoshka("vector", 4, with)),
          "recipe [layer_norm] of field [vector] needs similarity [cosine] but it is ["
              + similarity
              + "]");
    }
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 1, RECIPE)),
        "recipe [layer_norm] of field [vector] needs dims of at least [2] but they are [1]");
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 4, RECIPE + ", \"index\": false")),
        "[recipe] of field [vector] can only be set where [index] is [true]");
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 4, "\"recipe\": null")),
        "must not have a [null] value");
  }

  /** A document of which nothing is left is refused, and the others of its bulk are not. */
  public void testBulkWithBadVectors() {
    createVectorIndex("test", "\"vector\": {\"type\": \"matryoshka_vector\", " + RECIPE + "}");
    BulkRequestBuilder bulk = client().prepareBulk();
    List<String> vectors =
        List.of("[5, 5, 5]", "[1]", "[0.1, 0.2, 0.4]", "[0, 0, 0]", "[1, 2]", "[1e39, 0, 1]");
    for (int i = 0; i < vectors.size(); i++) {
      bulk.add(
          prepareIndex("test")
              .setId(String.valueOf(i))
              .setSource("{\"vector\": " + vectors.get(i) + "}", XContentType.JSON));
    }
    BulkResponse answer = bulk.get();
    for (int id : new int[] {0, 1}) { // dims are not known yet
      assertThat(
          answer.getItems()[id].getFailureMessage(),
          containsString(
              "field [vector] of type [matryoshka_vector] in [document with id '"
                  + id
                  + "'] has variance [0.0] over its components but recipe [layer_norm] needs more"
                  + " than [0]"));
      assertEquals(RestStatus.BAD_REQUEST, answer.getItems()[id].status());
    }
    assertFalse(answer.getItems()[2].isFailed());
    for (int id : new int[] {3, 4, 5}) {
      assertEquals(RestStatus.BAD_REQUEST, answer.getItems()[id].status());
    }
    flush("test");
    assertEquals(Set.of("2"), search("test", QueryBuilders.existsQuery("vector"), 9).keySet());
    assertEquals(3, mapping().get("dims"));
  }

  /** Bit for bit: tiny components, zeros of both signs and large means included. */
  public void testWhatWasSentComesBack() {
    String bfloat16 = RECIPE + ", \"element_type\": \"bfloat16\"";
    createVectorIndex(
        "test", matryoshka("vector", 4, RECIPE) + ", " + matryoshka("half", 4, bfloat16));
    List<String> vectors =
        List.of(
            "[0.1, -0.0, 0.0, 1.0E-30]",
            "[1000.5, 1000.25, 1000.125, -0.0]",
            "[1.4E-45, 123456.79, -3.3333334E-5, 7.0]");
    for (int i = 0; i < vectors.size(); i++) {
      index(
          "test",
          String.valueOf(i),
          "{\"vector\": " + vectors.get(i) + ", \"half\": " + vectors.get(i) + "}");
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < vectors.size(); i++) {
        Map<String, Object> source = get(i);
        assertEquals(vectors.get(i), floats(source.get("vector")));
        client().prepareUpdate("test", String.valueOf(i)).setDoc("round", round).get();
        assertEquals(floats(source.get("half")), floats(get(i).get("half")));
      }
      flush("test");
    }
  }

  private static String floats(Object vector) {
    List<Float> floats = new ArrayList<>();
    ((List<?>) vector).forEach(component -> floats.add(((Number) component).floatValue()));
    return floats.toString();
  }

  private Map<String, Object> get(int id) {
    GetRequest request =
        new GetRequest("test", String.valueOf(id))
            .fetchSourceContext(FetchSourceContext.of(true, false, null, null));
    return client().get(request).actionGet().getSourceAsMap();
  }
}
