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

import static org.elasticsearch.core.Strings.format;
import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;
import static org.hamcrest.Matchers.containsString;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.bulk.BulkItemResponse;
import org.elasticsearch.action.bulk.BulkRequestBuilder;
import org.elasticsearch.action.bulk.BulkResponse;
import org.elasticsearch.action.fieldcaps.FieldCapabilities;
import org.elasticsearch.action.search.SearchRequestBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.aggregations.AggregationBuilders;
import org.elasticsearch.search.sort.SortOrder;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Documents with vectors on a node: what goes in, what comes out, what is refused. */
public class MatryoshkaDocumentsTests extends VectorIndexTestCase {

  private IndexService createDocuments() {
    IndexService index =
        createVectorIndex(
            "test",
            matryoshka("vector", 3, "")
                + ","
                + matryoshka("other", 2, "\"similarity\": \"l2_norm\""));
    index("test", "1", "{\"vector\": [1, 0, 0.5], \"other\": [0, 0]}");
    index("test", "2", "{\"vector\": [0, 1, 0]}");
    index("test", "3", "{\"vector\": null, \"other\": [1, 1]}");
    index("test", "4", "{}");
    flush("test");
    return index;
  }

  public void testSeveralFields() {
    IndexService index = createDocuments();
    assertEquals(Map.of("vector", FORMAT, "other", FORMAT), formats(index));
    assertEquals(Set.of("1", "2"), search("test", knn("vector", unitVector(3), 9), 9).keySet());
    assertEquals(Set.of("1", "3"), search("test", knn("other", unitVector(2), 9), 9).keySet());
  }

  public void testExists() {
    createDocuments();
    assertEquals(Set.of("1", "2"), search("test", QueryBuilders.existsQuery("vector"), 9).keySet());
  }

  public void testFieldAlias() {
    createDocuments();
    indicesAdmin()
        .preparePutMapping("test")
        .setSource(
            "{\"properties\": {\"also\": {\"type\": \"alias\", \"path\": \"vector\"}}}",
            XContentType.JSON)
        .get();
    assertEquals(Set.of("1", "2"), search("test", knn("also", unitVector(3), 9), 9).keySet());
  }

  public void testFields() {
    createDocuments();
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.idsQuery().addIds("1"))
            .addFetchField("vector"),
        response -> {
          SearchHit hit = response.getHits().getAt(0);
          assertEquals(List.of(1f, 0f, 0.5f), hit.field("vector").getValues());
          assertEquals(Map.of(), hit.getSourceAsMap());
        });
  }

  public void testFieldCapabilities() {
    createDocuments();
    FieldCapabilities capabilities =
        client()
            .prepareFieldCaps("test")
            .setFields("vector")
            .get()
            .getField("vector")
            .get("matryoshka_vector");
    assertTrue(capabilities.isSearchable());
    assertFalse(capabilities.isAggregatable());
  }

  public void testSyntheticSource() {
    createVectorIndex(
        "test",
        Settings.builder().put("index.mapping.source.mode", "synthetic").build(),
        matryoshka("vector", 3, "\"element_type\": \"bfloat16\""));
    index("test", "1", "{\"vector\": [1, 0, 0.5]}");
    index("test", "2", "{}");
    index("test", "3", "{\"vector\": [3, 0.33333, 0]}");
    flush("test");
    forceMerge("test");
    assertResponse(
        client().prepareSearch("test").setExcludeVectors(false).addSort("_doc", SortOrder.ASC),
        response -> {
          SearchHit[] hits = response.getHits().getHits();
          assertEquals(Map.of("vector", List.of(1.0, 0.0, 0.5)), hits[0].getSourceAsMap());
          assertEquals(Map.of(), hits[1].getSourceAsMap());
          // what was stored, with the precision of bfloat16 and the magnitude as it was
          assertEquals(Map.of("vector", List.of(3.0, 0.33398438, 0.0)), hits[2].getSourceAsMap());
        });
  }

  public void testBadDocumentsOfABulk() {
    createDocuments();
    Map<String, String> bad =
        Map.of(
            "short", "[1, 0]",
            "long", "[1, 0, 0, 0]",
            "text", "\"one\"",
            "zero", "[0, 0, 0]",
            "nested", "[[1, 0, 0]]",
            "infinite", "[1e300, 0, 0]");
    BulkRequestBuilder bulk = client().prepareBulk("test");
    bulk.add(prepareIndex("test").setId("first").setSource("vector", List.of(1, 0, 0)));
    bad.forEach(
        (id, vector) ->
            bulk.add(
                prepareIndex("test")
                    .setId(id)
                    .setSource("{\"vector\": " + vector + "}", XContentType.JSON)));
    bulk.add(prepareIndex("test").setId("last").setSource("vector", List.of(1, 0, 0)));
    BulkResponse response = bulk.get();
    for (BulkItemResponse item : response) {
      assertEquals(item.getId(), bad.containsKey(item.getId()), item.isFailed());
      if (item.isFailed()) {
        assertEquals(RestStatus.BAD_REQUEST, item.status());
        assertThat(
            item.getFailureMessage(),
            containsString("field [vector] of type [matryoshka_vector] in [document with id '"));
      }
    }
    refresh("test");
    assertEquals(
        Set.of("1", "2", "first", "last"),
        search("test", knn("vector", unitVector(3), 9), 9).keySet());
  }

  public void testUnsupportedRequests() {
    createDocuments();
    assertBadRequest(
        client().prepareSearch("test").setQuery(QueryBuilders.termQuery("vector", 1)),
        "field [vector] of type [matryoshka_vector] does not support term queries");
    assertBadRequest(
        client().prepareSearch("test").setQuery(QueryBuilders.rangeQuery("vector").gt(1)),
        "Field [vector] of type [matryoshka_vector] does not support range queries");
    assertBadRequest(
        client().prepareSearch("test").addSort("vector", SortOrder.ASC),
        "field [vector] of type [matryoshka_vector] does not support sorting");
    assertBadRequest(
        client()
            .prepareSearch("test")
            .addAggregation(AggregationBuilders.terms("all").field("vector")),
        "String representation of doc values for vector fields is not supported");
  }

  private static void assertBadRequest(SearchRequestBuilder request, String message) {
    Exception e = expectThrows(Exception.class, () -> request.get().decRef());
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }

  public void testMappingRoundTrip() {
    createDocuments();
    Map<String, Object> mapping =
        indicesAdmin()
            .prepareGetMappings(TEST_REQUEST_TIMEOUT, "test")
            .get()
            .mappings()
            .get("test")
            .sourceAsMap();
    assertEquals(
        Map.of(
            "properties",
            Map.of(
                "vector",
                mappingOf(3, "prefix_dims", 3),
                "other",
                mappingOf(2, "prefix_dims", 2, "similarity", "l2_norm"))),
        mapping);
  }

  private static Map<String, Object> mappingOf(int dims, Object... more) {
    Map<String, Object> mapping = new HashMap<>();
    mapping.put("type", "matryoshka_vector");
    mapping.put("dims", dims);
    mapping.put(
        "index_options",
        Map.of(
            "type",
            "int4_hnsw",
            "m",
            16,
            "ef_construction",
            100,
            "rescore_vector",
            Map.of("target_recall", 0.98)));
    for (int i = 0; i < more.length; i += 2) {
      mapping.put((String) more[i], more[i + 1]);
    }
    return mapping;
  }

  public void testMappingUpdate() {
    createDocuments();
    Exception e =
        expectThrows(
            IllegalArgumentException.class, () -> updateMapping("\"dims\": 3, \"prefix_dims\": 2"));
    assertThat(e.getMessage(), containsString("Cannot update parameter [prefix_dims]"));
    e = expectThrows(IllegalArgumentException.class, () -> updateMapping("\"dims\": 4"));
    assertThat(e.getMessage(), containsString("Cannot update parameter [dims]"));
    updateMapping("\"dims\": 3, \"index_options\": {\"type\": \"int4_hnsw\", \"m\": 8}");
    index("test", "5", "{\"vector\": [1, 1, 1]}");
    flush("test");
    forceMerge("test");
    assertEquals(
        Set.of("1", "2", "5"), search("test", knn("vector", unitVector(3), 9), 9).keySet());
  }

  private void updateMapping(String parameters) {
    indicesAdmin()
        .preparePutMapping("test")
        .setSource(
            format(
                "{\"properties\": {\"vector\": {\"type\": \"matryoshka_vector\", %s}}}",
                parameters),
            XContentType.JSON)
        .get();
  }
}
