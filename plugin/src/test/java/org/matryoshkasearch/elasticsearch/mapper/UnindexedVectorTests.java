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

import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;
import static org.hamcrest.Matchers.containsString;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.support.XContentMapValues;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/**
 * Fields with {@code "index": false}: vectors are stored and there is nothing to search them by.
 */
public class UnindexedVectorTests extends VectorIndexTestCase {
  private static final String UNINDEXED = "\"index\": false";

  private IndexService createDocuments() {
    IndexService index =
        createVectorIndex(
            "test",
            matryoshka("vector", 3, UNINDEXED)
                + ", "
                + matryoshka("half", 2, UNINDEXED + ", \"element_type\": \"bfloat16\""));
    index("test", "1", "{\"vector\": [1, 2, 0.1], \"half\": [0.1, 3]}");
    index("test", "2", "{\"vector\": [0, 0, 0]}");
    index("test", "3", "{}");
    flush("test");
    return index;
  }

  public void testStoredWithoutGraph() {
    IndexService index = createDocuments();
    assertEquals(Map.of(), formats(index));
    assertEquals(0, index.getShard(0).denseVectorStats().getValueCount());
    assertEquals(Set.of("1", "2"), search("test", QueryBuilders.existsQuery("vector"), 9).keySet());
    assertFalse(
        client()
            .prepareFieldCaps("test")
            .setFields("vector")
            .get()
            .getField("vector")
            .get("matryoshka_vector")
            .isSearchable());
    assertBadRequest(
        () -> search("test", knn("vector", unitVector(3), 9), 9),
        "to perform knn search on field [vector], its mapping must have [index] set to [true]");
  }

  public void testVectorsComeBack() {
    createDocuments();
    index("test", "2", "{\"vector\": [0, -0.5, 1e10], \"title\": \"zero before\"}");
    client().prepareUpdate("test", "1").setDoc("title", "updated").get();
    forceMerge("test");
    assertSource("1", "vector", 1.0, 2.0, 0.1);
    assertSource("1", "half", 0.100097656, 3.0);
    assertSource("2", "vector", 0.0, -0.5, 1e10);
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.idsQuery().addIds("1"))
            .addFetchField("vector"),
        response ->
            assertEquals(
                List.of(1f, 2f, 0.1f), response.getHits().getAt(0).field("vector").getValues()));
  }

  public void testSyntheticSource() {
    createVectorIndex(
        "test",
        Settings.builder().put("index.mapping.source.mode", "synthetic").build(),
        "\"object\": {\"properties\": {" + matryoshka("vector", 3, UNINDEXED) + "}}");
    index("test", "1", "{\"object\": {\"vector\": [1, 2, 0.1]}}");
    index("test", "2", "{}");
    flush("test");
    assertSource("1", "object.vector", 1.0, 2.0, 0.1);
  }

  public void testDimsOfTheFirstVector() {
    createVectorIndex("test", "\"vector\": {\"type\": \"matryoshka_vector\", " + UNINDEXED + "}");
    index("test", "1", "{\"vector\": [0, 0]}");
    assertBadRequest(
        () -> index("test", "2", "{\"vector\": [1, 2, 3]}"),
        "has [3] dimensions but the mapping says dims [2]");
    assertEquals(Map.of("type", "matryoshka_vector", "dims", 2, "index", false), mapping());
  }

  public void testBadDocuments() {
    createDocuments();
    assertBadRequest(
        () -> index("test", "4", "{\"vector\": [1, 2]}"),
        "field [vector] of type [matryoshka_vector] in [document with id '4'] has [2] dimensions");
    assertBadRequest(
        () -> index("test", "4", "{\"vector\": [1, 2, 1e39]}"),
        "must hold finite numbers but element [2] is [Infinity]");
    assertBadRequest(
        () -> index("test", "4", "{\"vector\": [1e30, 0, 0]}"), "has values too extreme");
  }

  public void testMappings() {
    for (String parameter :
        List.of(
            "\"similarity\": \"l2_norm\"",
            "\"prefix_dims\": 2",
            "\"index_options\": {\"type\": \"hnsw\"}")) {
      String name = parameter.substring(1, parameter.indexOf("\":"));
      assertBadRequest(
          () -> createVectorIndex("bad", matryoshka("vector", 3, UNINDEXED + ", " + parameter)),
          "[" + name + "] of field [vector] can only be set where [index] is [true]");
    }
    assertBadRequest(
        () -> createVectorIndex("bad", matryoshka("vector", 3, "\"index\": \"no\"")),
        "field [vector]: [index] must be true or false but was [no]");
    createDocuments();
    assertEquals(Map.of("type", "matryoshka_vector", "dims", 3, "index", false), mapping());
    updateMapping(matryoshka("vector", 3, UNINDEXED + ", \"meta\": {\"model\": \"mine\"}"));
    assertBadRequest(
        () -> updateMapping(matryoshka("vector", 3, "\"index\": true")),
        "Cannot update parameter [index] from [false] to [true]");
  }

  private void updateMapping(String properties) {
    indicesAdmin()
        .preparePutMapping("test")
        .setSource("{\"properties\": {" + properties + "}}", XContentType.JSON)
        .get();
  }

  private Object mapping() {
    return XContentMapValues.extractValue(
        "properties.vector",
        indicesAdmin()
            .prepareGetMappings(TEST_REQUEST_TIMEOUT, "test")
            .get()
            .mappings()
            .get("test")
            .sourceAsMap());
  }

  private void assertSource(String id, String field, Double... vector) {
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.idsQuery().addIds(id))
            .setExcludeVectors(false),
        response ->
            assertEquals(
                List.of(vector),
                XContentMapValues.extractValue(
                    field, response.getHits().getAt(0).getSourceAsMap())));
  }

  private static void assertBadRequest(ThrowingRunnable request, String message) {
    Exception e = expectThrows(Exception.class, request);
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }
}
