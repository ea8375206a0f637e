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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.admin.indices.create.CreateIndexRequestBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.support.XContentMapValues;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Mappings that do not say {@code dims}: the first document does. */
public class UnknownDimsTests extends VectorIndexTestCase {
  private static final String TYPE = "\"type\": \"matryoshka_vector\"";
  private static final String FIELD = "\"vector\": {" + TYPE + "}";

  public void testTakenFromTheFirstVector() {
    createVectorIndex("test", FIELD);
    index("test", "0", "{}");
    index("test", "1", "{\"vector\": null}");
    assertNull(dims("vector"));
    index("test", "2", "{\"vector\": [1, 2, 3]}");
    index("test", "3", "{\"vector\": [3, 2, 1]}");
    assertEquals(3, dims("vector"));
    assertEquals(3, prefixDims("vector"));
    flush("test");
    assertEquals(Set.of("2", "3"), search("test", knn("vector", unitVector(3), 9), 9).keySet());
    assertRefused("{\"vector\": [1, 2]}", "has [2] dimensions but the mapping says dims [3]");
  }

  public void testDefaultPrefixFollows() {
    createVectorIndex("test", FIELD);
    index("test", "1", "{\"vector\": " + json(unitVector(1024)) + "}");
    assertEquals(1024, dims("vector"));
    assertEquals(256, prefixDims("vector"));
  }

  public void testBeforeTheFirstVector() {
    createVectorIndex("test", FIELD);
    index("test", "0", "{}");
    flush("test");
    assertEquals(Map.of(), search("test", knn("vector", unitVector(3), 9), 9));
    assertEquals(Map.of(), search("test", QueryBuilders.existsQuery("vector"), 9));
    client().prepareSearch("test").addDocValueField("vector").get().decRef();
  }

  public void testPrefixOfTheMappingIsTheLeast() {
    createVectorIndex("test", "\"vector\": {" + TYPE + ", \"prefix_dims\": 4}");
    assertEquals(4, prefixDims("vector"));
    assertRefused(
        "{\"vector\": [1, 2, 3]}", "has [3] dimensions but must have at least prefix_dims [4]");
    assertNull(dims("vector"));
    index("test", "1", "{\"vector\": [1, 2, 3, 4, 5]}");
    assertEquals(5, dims("vector"));
    assertEquals(4, prefixDims("vector"));
  }

  public void testWhatIsRefusedTellsNothing() {
    createVectorIndex("test", FIELD);
    assertRefused("{\"vector\": []}", "has [0] dimensions but must have at least [1]");
    assertRefused("{\"vector\": [0, 0]}", "has zero magnitude");
    assertRefused("{\"vector\": [1, 1e39]}", "must hold finite numbers");
    assertRefused("{\"vector\": 1}", "must be an array of numbers");
    assertNull(dims("vector"));
  }

  public void testStrings() {
    createVectorIndex("test", FIELD);
    String limit =
        " needs base64 of a multiple of [4] bytes (float): the mapping does not fix its length";
    assertRefused("{\"vector\": \"010203040506\"}", "is a string that holds hex but" + limit);
    assertRefused(
        "{\"vector\": \"PwC/oEBA\"}", "is a string that holds [6] bytes in base64 but" + limit);
    assertRefused("{\"vector\": \"a b\"}", "is a string that holds neither base64 nor hex but");
    assertNull(dims("vector"));
    index("test", "1", "{\"vector\": \"PwAAAL+gAABAQAAA\"}");
    assertEquals(3, dims("vector"));
    index("test", "2", "{\"vector\": \"010203\"}");
  }

  public void testInObjectsAndNestedDocuments() {
    createVectorIndex(
        "test",
        "\"object\": {\"properties\": {"
            + FIELD
            + "}}, \"passages\": {\"type\": \"nested\", \"properties\": {"
            + FIELD
            + "}}");
    assertRefused(
        "{\"passages\": [{\"vector\": [1, 2]}, {\"vector\": [1, 2, 3]}]}",
        "Cannot update parameter [dims] from [2] to [3]");
    assertNull(dims("passages.vector"));
    index("test", "1", "{\"passages\": [{\"vector\": [1, 2]}, {}, {\"vector\": [2, 1]}]}");
    index("test", "2", "{\"object.vector\": [1, 2, 3]}");
    index("test", "3", "{\"object\": {\"vector\": [1, 2, 3]}}");
    assertEquals(2, dims("passages.vector"));
    assertEquals(3, dims("object.vector"));
    flush("test");
    assertEquals(
        Set.of("2", "3"), search("test", knn("object.vector", unitVector(3), 9), 9).keySet());
    assertRefused("{\"passages\": {\"vector\": [1]}}", "has [1] dimensions but");
  }

  public void testManyAtOnce() throws Exception {
    createVectorIndex("test", FIELD + ", \"other\": {" + TYPE + "}");
    int threads = 4;
    int each = 25;
    List<Future<Integer>> stored = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int thread = 0; thread < threads; thread++) {
        int dims = 2 + thread % 2;
        stored.add(
            executor.submit(
                () -> {
                  int others = 0;
                  for (int i = 0; i < each; i++) {
                    index("test", null, "{\"vector\": [1, 2, 3]}");
                    try {
                      index("test", null, "{\"other\": " + List.of(1, 2, 3).subList(0, dims) + "}");
                      others++;
                    } catch (Exception e) {
                      assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
                      assertThat(e.getMessage(), containsString("dims"));
                    }
                  }
                  return others;
                }));
      }
    }
    int others = 0;
    for (Future<Integer> count : stored) {
      others += count.get();
    }
    refresh("test");
    int all = threads * each;
    assertEquals(all, search("test", QueryBuilders.existsQuery("vector"), 999).size());
    // one of the two lengths came first, and all of it and none of the other was stored
    assertEquals(all / 2, others);
    assertEquals(others, search("test", QueryBuilders.existsQuery("other"), 999).size());
  }

  public void testAfterTheIndexWasClosed() {
    createVectorIndex("test", FIELD + ", \"other\": {" + TYPE + "}");
    index("test", "1", "{\"vector\": [1, 2, 3]}");
    indicesAdmin().prepareClose("test").get();
    indicesAdmin().prepareOpen("test").get();
    ensureGreen("test");
    assertRefused("{\"vector\": [1, 2]}", "has [2] dimensions but the mapping says dims [3]");
    index("test", "2", "{\"vector\": [3, 2, 1], \"other\": [1, 2]}");
    refresh("test");
    assertEquals(Set.of("1", "2"), search("test", knn("vector", unitVector(3), 9), 9).keySet());
    assertEquals(Set.of("2"), search("test", knn("other", unitVector(2), 9), 9).keySet());
  }

  public void testSyntheticSource() {
    createVectorIndex(
        "test", Settings.builder().put("index.mapping.source.mode", "synthetic").build(), FIELD);
    index("test", "1", "{\"vector\": [1, 2, 3]}");
    flush("test");
    assertEquals(Set.of("1"), search("test", knn("vector", unitVector(3), 9), 9).keySet());
  }

  public void testMappingUpdates() {
    createVectorIndex("test", FIELD);
    updateMapping("\"meta\": {\"model\": \"mine\"}");
    assertNull(dims("vector"));
    updateMapping("\"prefix_dims\": 2");
    assertEquals(2, prefixDims("vector"));
    index("test", "1", "{\"vector\": [1, 2, 3]}");
    assertEquals(2, prefixDims("vector"));
    updateMapping("\"prefix_dims\": 2, \"meta\": {\"model\": \"yours\"}");
    assertEquals(3, dims("vector"));
    assertUpdateRefused(
        "\"prefix_dims\": 2, \"dims\": 4", "Cannot update parameter [dims] from [3] to [4]");
    assertUpdateRefused(
        "\"prefix_dims\": 3", "Cannot update parameter [prefix_dims] from [2] to [3]");
  }

  public void testDimsCanBeTold() {
    createVectorIndex("test", FIELD);
    updateMapping("\"dims\": 2");
    assertEquals(2, dims("vector"));
    assertRefused("{\"vector\": [1, 2, 3]}", "has [3] dimensions but the mapping says dims [2]");
  }

  public void testDynamicTemplates() {
    createWithTemplate("\"match\": \"*_vector\"", TYPE);
    index("test", "1", "{\"a_vector\": [1, 2, 3], \"in\": {\"b_vector\": [1, 2]}}");
    index("test", "2", "{\"a_vector\": [3, 2, 1]}");
    assertEquals(3, dims("a_vector"));
    assertEquals(2, dims("in.b_vector"));
    flush("test");
    assertEquals(Set.of("1", "2"), search("test", knn("a_vector", unitVector(3), 9), 9).keySet());
    assertEquals(Set.of("1"), search("test", knn("in.b_vector", unitVector(2), 9), 9).keySet());
  }

  public void testDynamicTemplatesWithDims() {
    createWithTemplate("\"match_mapping_type\": \"object\"", TYPE + ", \"dims\": 3");
    assertRefused("{\"a\": [1, 2]}", "has [2] dimensions but the mapping says dims [3]");
    index("test", "1", "{\"a\": [1, 2, 3]}");
    assertEquals(3, dims("a"));
    flush("test");
    assertEquals(Set.of("1"), search("test", knn("a", unitVector(3), 9), 9).keySet());
  }

  public void testDynamicTemplatesOfStrings() {
    createWithTemplate("\"match_mapping_type\": \"string\"", TYPE);
    index("test", "1", "{\"a\": \"PwAAAL+gAABAQAAA\"}");
    assertEquals(3, dims("a"));
    refresh("test");
    assertEquals(Set.of("1"), search("test", knn("a", unitVector(3), 9), 9).keySet());
  }

  private void createWithTemplate(String match, String mapping) {
    CreateIndexRequestBuilder create =
        indicesAdmin()
            .prepareCreate("test")
            .setMapping(
                "{\"dynamic_templates\": [{\"vectors\": {"
                    + match
                    + ", \"mapping\": {"
                    + mapping
                    + "}}}]}");
    createIndex("test", create);
  }

  private void updateMapping(String parameters) {
    indicesAdmin()
        .preparePutMapping("test")
        .setSource(
            "{\"properties\": {\"vector\": {" + TYPE + ", " + parameters + "}}}", XContentType.JSON)
        .get();
  }

  private void assertUpdateRefused(String parameters, String message) {
    Exception e = expectThrows(IllegalArgumentException.class, () -> updateMapping(parameters));
    assertThat(e.getMessage(), containsString(message));
  }

  private void assertRefused(String document, String message) {
    Exception e = expectThrows(Exception.class, () -> index("test", "bad", document));
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(e.getMessage(), containsString(message));
  }

  private Object dims(String field) {
    return parameter(field, "dims");
  }

  private Object prefixDims(String field) {
    return parameter(field, "prefix_dims");
  }

  private Object parameter(String field, String name) {
    Map<String, Object> mapping =
        indicesAdmin()
            .prepareGetMappings(TEST_REQUEST_TIMEOUT, "test")
            .get()
            .mappings()
            .get("test")
            .sourceAsMap();
    String path = "properties." + field.replace(".", ".properties.") + "." + name;
    return XContentMapValues.extractValue(path, mapping);
  }
}
