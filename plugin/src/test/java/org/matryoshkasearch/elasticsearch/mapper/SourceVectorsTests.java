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

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.util.BytesRef;
import org.elasticsearch.action.get.GetRequest;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.mapper.DocumentParsingException;
import org.elasticsearch.index.mapper.Uid;
import org.elasticsearch.index.shard.IndexShard;
import org.elasticsearch.index.translog.Translog;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.fetch.subphase.FetchSourceContext;
import org.elasticsearch.search.sort.SortOrder;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Where the vector is kept, and how it comes back to the source of its document. */
public class SourceVectorsTests extends VectorIndexTestCase {
  private static final Settings KEPT =
      Settings.builder().put("index.mapping.exclude_source_vectors", false).build();

  private static final String LAYER_NORM = "\"recipe\": \"layer_norm\"";

  private final String properties =
      matryoshka("vector", 3, "\"prefix_dims\": 2" + randomFrom("", ", " + LAYER_NORM))
          + ", \"object\": {\"properties\": {"
          + matryoshka("vector", 2, "\"element_type\": \"bfloat16\", \"index\": false")
          + "}}, \"passages\": {\"type\": \"nested\", \"properties\": {"
          + matryoshka("vector", 2, "\"similarity\": \"l2_norm\"")
          + ", \"sentences\": {\"type\": \"nested\", \"properties\": {"
          + matryoshka("vector", 2, "\"similarity\": \"max_inner_product\"")
          + "}}}}";

  /** What is sent, and what comes back: numbers are those that a float holds. */
  private static final List<String> DOCUMENTS =
      List.of(
          "{\"n\": 0, \"vector\": [3.0, -4.5, 0.1]}",
          "{\"n\": 1}",
          "{\"n\": 2, \"object\": {\"vector\": [0.5, -0.25], \"k\": \"v\"}}",
          "{\"n\": 3, \"object.vector\": [8.0, 0.0]}",
          """
          {"n": 4, "vector": [1.0, 2.0, 3.0], "object": {"vector": [1.0, 1.0]},
           "passages": [{"vector": [0.1, 0.2], "t": "a"}, {"t": "b"}, {"vector": [0.3, 0.4]}]}
          """,
          """
          {"n": 5, "passages": [
            {"sentences": [{"t": "c"}, {"vector": [1.5, 1.0E-20]}], "vector": [0.0, 0.0]},
            {"sentences": [{"vector": [-1.0, 7.0]}]}, {"sentences": []}]}
          """,
          "{\"n\": 6, \"passages\": {\"vector\": [9.0, 9.0]}}",
          "{\"n\": 7, \"passages\": []}");

  private IndexService createDocuments(Settings settings) {
    IndexService index = createVectorIndex("test", settings, properties);
    for (int i = 0; i < DOCUMENTS.size(); i++) {
      index("test", String.valueOf(i), DOCUMENTS.get(i));
      if (i == 3) {
        flush("test");
      }
    }
    return index;
  }

  public void testStoredOnce() throws IOException {
    IndexService index = createDocuments(Settings.EMPTY);
    forceMerge("test");
    for (String source : storedSources(index)) {
      assertFalse(source, source.contains("vector"));
    }
  }

  public void testKeptInSourceWhereTheSettingSaysSo() throws IOException {
    IndexService index = createDocuments(KEPT);
    forceMerge("test");
    assertEquals(DOCUMENTS, storedSources(index));
    assertHits(null, DOCUMENTS);
    assertHits(false, DOCUMENTS);
    assertEquals(map("{\"n\": 0}"), hits(true).getFirst());
  }

  public void testHitsShowVectorsWhenAsked() {
    createDocuments(Settings.EMPTY);
    forceMerge("test");
    assertHits(false, DOCUMENTS);
    assertEquals(map("{\"n\": 0}"), hits(null).getFirst());
    assertEquals(
        map("{\"n\": 4, \"object\": {}, \"passages\": [{\"t\": \"a\"}, {\"t\": \"b\"}, {}]}"),
        hits(null).get(4));
    assertResponse(
        client()
            .prepareSearch("test")
            .setFetchSource("vector", null)
            .addFetchField("vector")
            .addSort("n", SortOrder.ASC),
        response -> {
          SearchHit hit = response.getHits().getAt(0);
          assertEquals(map("{\"vector\": [3.0, -4.5, 0.1]}"), hit.getSourceAsMap());
          assertEquals(List.of(3.0f, -4.5f, 0.1f), hit.field("vector").getValues());
        });
  }

  public void testGet() {
    createDocuments(Settings.EMPTY);
    for (int i = 0; i < DOCUMENTS.size(); i++) {
      // some have been refreshed, the others are in the translog
      assertEquals(map(DOCUMENTS.get(i)), get(i, false));
    }
    assertEquals(map("{\"n\": 0}"), get(0, null));
    forceMerge("test");
    for (int i = 0; i < DOCUMENTS.size(); i++) {
      assertEquals(map(DOCUMENTS.get(i)), get(i, false));
    }
  }

  public void testPartialUpdate() throws IOException {
    IndexService index = createDocuments(Settings.EMPTY);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < DOCUMENTS.size(); i++) {
        client().prepareUpdate("test", String.valueOf(i)).setDoc("round", round).get();
        Map<String, Object> expected = map(DOCUMENTS.get(i));
        expected.put("round", round);
        assertEquals(expected, get(i, false));
      }
      flush("test");
    }
    for (String source : storedSources(index)) {
      assertFalse(source, source.contains("vector"));
    }
    assertEquals(2, search("test", knn("vector", unitVector(3), 9), 9).size());
  }

  /** What a replica is sent when it recovers, or an index that follows another. */
  public void testChangesSnapshot() throws IOException {
    IndexService index = createDocuments(Settings.EMPTY);
    delete("test", "2");
    index("test", "3", "{\"n\": 3, \"vector\": [1.0, 0.0, 0.0]}");
    flush("test");
    Map<String, String> expected = new HashMap<>();
    for (int i = 0; i < DOCUMENTS.size(); i++) {
      expected.put(String.valueOf(i), DOCUMENTS.get(i));
    }
    expected.put("3", "{\"n\": 3, \"vector\": [1.0, 0.0, 0.0]}");
    expected.remove("2");
    Map<String, Map<String, Object>> changes = changes(index.getShard(0));
    assertEquals(expected.size(), changes.size());
    expected.forEach((id, json) -> assertEquals(map(json), changes.get(id)));
  }

  /** The second batch of operations lies before the first in the only segment. */
  public void testChangesSnapshotOfASortedIndex() throws IOException {
    IndexService index =
        createVectorIndex(
            "test",
            Settings.builder().put("index.sort.field", "n").build(),
            "\"n\": {\"type\": \"integer\"}, "
                + matryoshka(
                    "vector", 2, randomFrom("\"index\": true", "\"index\": false", LAYER_NORM)));
    int half = 1024; // operations of a batch
    int all = 2 * half;
    for (int i = 0; i < all; i++) {
      int n = (i + half) % all;
      index("test", String.valueOf(n), format("{\"n\": %d, \"vector\": [%d.0, -1.0]}", n, n));
    }
    flush("test");
    forceMerge("test");
    Map<String, Map<String, Object>> changes = changes(index.getShard(0));
    assertEquals(all, changes.size());
    changes.forEach(
        (id, source) -> assertEquals(id, List.of(Double.valueOf(id), -1.0), source.get("vector")));
  }

  /** What is read back is rounded; whatever was accepted once is accepted like that, too. */
  public void testWhatComesBackIsAcceptedAgain() {
    createVectorIndex(
        "test",
        matryoshka("vector", 3, "\"element_type\": \"bfloat16\", \"similarity\": \"dot_product\""));
    Map<Integer, float[]> accepted = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      float[] vector = unitVector(3);
      float length = i == 0 ? 1 : randomFloatBetween(0.985f, 1.015f, true); // 0.01 is the limit
      for (int d = 0; d < vector.length; d++) {
        vector[d] *= length;
      }
      try {
        index("test", String.valueOf(i), "{\"vector\": " + json(vector) + "}");
        accepted.put(i, vector);
      } catch (DocumentParsingException e) {
        assertThat(e.getMessage(), containsString("needs unit length"));
      }
    }
    flush("test");
    assertTrue(accepted.containsKey(0));
    accepted.forEach(
        (id, vector) -> {
          client().prepareUpdate("test", String.valueOf(id)).setDoc("seen", true).get();
          List<?> back = (List<?>) get(id, false).get("vector");
          for (int d = 0; d < vector.length; d++) {
            assertEquals(vector[d], (double) back.get(d), Math.abs(vector[d]) / 256);
          }
        });
  }

  /** As with {@code dense_vector}: an array of plain objects is one object to the index. */
  public void testInAnArrayOfObjectsTheFirstGetsIt() {
    createVectorIndex("test", properties);
    index("test", "0", "{\"object\": [{\"k\": \"a\"}, {\"vector\": [1.0, 2.0]}]}");
    flush("test");
    assertEquals(map("{\"object\": [{\"k\": \"a\", \"vector\": [1.0, 2.0]}, {}]}"), get(0, false));
  }

  private void assertHits(Boolean excludeVectors, List<String> documents) {
    List<Map<String, Object>> hits = hits(excludeVectors);
    assertEquals(documents.size(), hits.size());
    for (int i = 0; i < hits.size(); i++) {
      assertEquals(map(documents.get(i)), hits.get(i));
    }
  }

  private List<Map<String, Object>> hits(Boolean excludeVectors) {
    List<Map<String, Object>> sources = new ArrayList<>();
    var search = client().prepareSearch("test").setSize(100).addSort("n", SortOrder.ASC);
    if (excludeVectors != null) {
      search.setExcludeVectors(excludeVectors);
    }
    assertResponse(
        search, response -> response.getHits().forEach(hit -> sources.add(hit.getSourceAsMap())));
    return sources;
  }

  private Map<String, Object> get(int id, Boolean excludeVectors) {
    GetRequest request =
        new GetRequest("test", String.valueOf(id))
            .fetchSourceContext(FetchSourceContext.of(true, excludeVectors, null, null));
    return client().get(request).actionGet().getSourceAsMap();
  }

  private static List<String> storedSources(IndexService service) throws IOException {
    List<String> sources = new ArrayList<>();
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      IndexReader reader = searcher.getIndexReader();
      StoredFields fields = reader.storedFields();
      for (int doc = 0; doc < reader.maxDoc(); doc++) {
        BytesRef source = fields.document(doc).getBinaryValue("_source");
        if (source != null) {
          sources.add(source.utf8ToString());
        }
      }
    }
    return sources;
  }

  /** What a copy has after it repeated all operations: the sources of its documents. */
  private static Map<String, Map<String, Object>> changes(IndexShard shard) throws IOException {
    Map<String, Map<String, Object>> sources = new HashMap<>();
    try (Translog.Snapshot changes =
        shard.newChangesSnapshot("test", 0, Long.MAX_VALUE, false, true, false, 1 << 20)) {
      for (Translog.Operation op = changes.next(); op != null; op = changes.next()) {
        if (op instanceof Translog.Index indexed) {
          String id = Uid.decodeId(indexed.uid());
          sources.put(id, map(indexed.source().utf8ToString()));
        } else if (op instanceof Translog.Delete deleted) {
          sources.remove(Uid.decodeId(deleted.uid()));
        }
      }
    }
    return sources;
  }

  private static Map<String, Object> map(String json) {
    return XContentHelper.convertToMap(new BytesArray(json), true, XContentType.JSON).v2();
  }
}
