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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.get.GetRequest;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.fetch.subphase.FetchSourceContext;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Vectors that are shorter than {@code dims}, where the mapping allows it. */
public class TruncatedVectorTests extends VectorIndexTestCase {
  private static final int DIMS = 8;
  private static final int PREFIX = 3;
  private static final String ALLOWED = "\"allow_truncated\": true";
  private static final String MAPPING = "\"prefix_dims\": 3, " + ALLOWED;

  public void testLengths() {
    createVectorIndex("test", matryoshka("vector", DIMS, MAPPING));
    for (int length = PREFIX; length <= DIMS; length++) {
      index("test", String.valueOf(length), document(unitVector(length)));
    }
    for (int length : new int[] {PREFIX - 1, DIMS + 1}) {
      assertRefused(
          () -> index("test", "bad", document(unitVector(length))),
          "field [vector] of type [matryoshka_vector] in [document with id 'bad'] has ["
              + length
              + "] dimensions but must have at least prefix_dims [3] and at most dims [8]");
    }
    assertRefused(() -> index("test", "bad", "{\"vector\": [0, 0, 0, 0]}"), "has zero magnitude");
  }

  /** The hits of all similarities are scored as if the missing components were zero. */
  public void testScores() {
    List<String> fields = new ArrayList<>();
    for (VectorSimilarity similarity : VectorSimilarity.values()) {
      fields.add(
          matryoshka(
              similarity.toString(), DIMS, MAPPING + ", \"similarity\": \"" + similarity + "\""));
    }
    createVectorIndex("test", String.join(",", fields));
    Map<String, float[]> vectors = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      float[] vector = Arrays.copyOf(unitVector(DIMS), randomIntBetween(PREFIX, DIMS));
      List<String> values = new ArrayList<>();
      for (VectorSimilarity similarity : VectorSimilarity.values()) {
        values.add("\"" + similarity + "\": " + json(vector));
      }
      index("test", String.valueOf(i), "{" + String.join(",", values) + "}");
      vectors.put(String.valueOf(i), Arrays.copyOf(vector, DIMS));
      if (i == 25) {
        flush("test");
      }
    }
    if (randomBoolean()) {
      forceMerge("test");
    }
    flush("test");
    float[] query = unitVector(DIMS);
    for (VectorSimilarity similarity : VectorSimilarity.values()) {
      Map<String, Float> hits = search("test", knn(similarity.toString(), query, 50, 50), 50);
      assertEquals(vectors.keySet().size(), hits.size());
      VectorSimilarityFunction function = similarity.function();
      hits.forEach(
          (id, score) -> assertEquals(function.compare(query, vectors.get(id)), score, 1e-5f));
    }
  }

  public void testUnitLength() {
    createVectorIndex(
        "test", matryoshka("vector", 4, MAPPING + ", \"similarity\": \"dot_product\""));
    index("test", "1", "{\"vector\": [0.6, 0, 0]}");
    index("test", "2", "{\"vector\": [0.6, 0, 0.8]}");
    assertRefused(
        () -> index("test", "3", "{\"vector\": [0.8, 0, 0.8]}"), "similarity [dot_product] needs");
    assertRefused(
        () -> index("test", "3", "{\"vector\": [0.6, 0, 0, 0]}"), "similarity [dot_product] needs");
  }

  public void testWhatWasSentComesBack() {
    createVectorIndex(
        "test",
        matryoshka("vector", DIMS, MAPPING)
            + ", \"passages\": {\"type\": \"nested\", \"properties\": {"
            + matryoshka("vector", 4, MAPPING + ", \"element_type\": \"bfloat16\"")
            + "}}");
    List<String> documents =
        List.of(
            "{vector=[1.0, 0.5, 0.25, 0.0]}",
            "{vector=[1.0, 0.5, 0.25, 1.0, 2.0, 3.0, 4.0, 0.0]}",
            "{passages=[{vector=[1.0, 0.0, 2.0]}, {}, {vector=[1.0, 0.0, 2.0, 4.0]}]}",
            "{vector=[0.0, 0.0, 1.0]}");
    for (int i = 0; i < documents.size(); i++) {
      index("test", String.valueOf(i), documents.get(i).replaceAll("(\\w+)=", "\"$1\": "));
    }
    assertSources(documents);
    flush("test");
    assertSources(documents);
    client().prepareUpdate("test", "0").setDoc(Map.of()).setDetectNoop(false).get();
    index("test", "1", "{\"vector\": [3.0, 2.0, 1.0]}");
    forceMerge("test");
    assertSources(
        List.of(documents.get(0), "{vector=[3.0, 2.0, 1.0]}", documents.get(2), documents.get(3)));
  }

  /** A user may have any name, and security may show the field alone. */
  public void testNoOtherFieldTellsTheLength() {
    IndexService index =
        createIndex(
            "test",
            indicesAdmin()
                .prepareCreate("test")
                .setMapping(
                    "{\"subobjects\": false, \"properties\": {"
                        + matryoshka("vector", DIMS, MAPPING)
                        + ", \"vector._truncated_dims\": {\"type\": \"keyword\"}}}"));
    index("test", "0", "{\"vector\": [0, 1, -0.0], \"vector._truncated_dims\": \"mine\"}");
    index("test", "1", "{\"vector\": [1, 1, 1, 1, 1, 1, 1, -0.0]}");
    index("test", "2", "{\"vector\": [0, 1, 2]}");
    flush("test");
    assertSources(
        List.of(
            "{vector._truncated_dims=mine, vector=[0.0, 1.0, 0.0]}",
            "{vector=[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]}",
            "{vector=[0.0, 1.0, 2.0]}"));
    try (Engine.Searcher searcher = index.getShard(0).acquireSearcher("test")) {
      for (LeafReaderContext leaf : searcher.getLeafContexts()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          boolean ours = field.name.startsWith("vector") && field.name.endsWith("dims") == false;
          assertEquals(field.name, ours, field.hasVectorValues());
        }
      }
    }
  }

  public void testFillingUp() {
    for (int length = 1; length <= DIMS; length++) {
      float[] vector = new float[length];
      for (int i = 0; i < length; i++) {
        vector[i] = randomFrom(0f, -0f, 1f, -1f);
      }
      float[] full = VectorFieldWriter.fillUp(vector, DIMS);
      assertEquals(DIMS, full.length);
      assertArrayEquals(vector, Arrays.copyOf(full, length), 0);
      assertArrayEquals(vector, VectorFieldWriter.cutOff(full), 0);
    }
  }

  public void testSyntheticSource() {
    createVectorIndex(
        "test",
        Settings.builder().put("index.mapping.source.mode", "synthetic").build(),
        matryoshka("vector", DIMS, MAPPING));
    index("test", "0", "{\"vector\": [1.0, 0.5, 0.0]}");
    index("test", "1", "{\"vector\": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]}");
    flush("test");
    assertSources(
        List.of("{vector=[1.0, 0.5, 0.0]}", "{vector=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]}"));
  }

  public void testDocValuesAreFilledUp() {
    createVectorIndex("test", matryoshka("vector", 4, MAPPING));
    index("test", "0", "{\"vector\": [1, 2, 3]}");
    flush("test");
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.existsQuery("vector"))
            .addDocValueField("vector"),
        response ->
            assertArrayEquals(
                new float[] {1, 2, 3, 0},
                (float[]) response.getHits().getAt(0).field("vector").getValue(),
                0));
  }

  /** A string tells its length only if its encoding is known. */
  public void testStrings() {
    createVectorIndex("test", matryoshka("vector", DIMS, MAPPING));
    index("test", "0", "{\"vector\": \"PwAAAL+gAABAQAAA\"}");
    flush("test");
    assertSources(List.of("{vector=[0.5, -1.25, 3.0]}"));
    assertRefused(
        () -> index("test", "1", "{\"vector\": \"0102030405060708\"}"),
        "is a string that holds hex but needs base64 of a multiple of [4] bytes (float)");
  }

  public void testMappings() {
    assertRefused(
        () ->
            createVectorIndex(
                "bad", "\"vector\": {\"type\": \"matryoshka_vector\", " + ALLOWED + "}"),
        "[allow_truncated] of field [vector] needs [dims]: the first vector may be a truncated one");
    assertRefused(
        () -> createVectorIndex("bad", matryoshka("vector", 3, ALLOWED + ", \"index\": false")),
        "[allow_truncated] of field [vector] can only be set where [index] is [true]");
    createVectorIndex("test", matryoshka("vector", DIMS, "\"prefix_dims\": 3"));
    assertRefused(
        () -> index("test", "0", "{\"vector\": [1, 2, 3]}"),
        "has [3] dimensions but the mapping says dims [8]");
    updateMapping(MAPPING);
    index("test", "0", "{\"vector\": [1, 2, 3]}");
    updateMapping("\"prefix_dims\": 3");
    assertRefused(
        () -> updateMapping("\"allow_truncated\": false"),
        "Conflict in parameter [allow_truncated]: there may be truncated vectors already");
  }

  private void updateMapping(String parameters) {
    indicesAdmin()
        .preparePutMapping("test")
        .setSource(
            "{\"properties\": {" + matryoshka("vector", DIMS, parameters) + "}}", XContentType.JSON)
        .get();
  }

  private void assertSources(List<String> expected) {
    for (int i = 0; i < expected.size(); i++) {
      GetRequest request =
          new GetRequest("test", String.valueOf(i))
              .fetchSourceContext(FetchSourceContext.of(true, false, null, null));
      assertEquals(expected.get(i), client().get(request).actionGet().getSourceAsMap().toString());
    }
  }

  private static void assertRefused(ThrowingRunnable request, String message) {
    Exception e = expectThrows(Exception.class, request);
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }

  private static String document(float[] vector) {
    return "{\"vector\": " + json(vector) + "}";
  }
}
