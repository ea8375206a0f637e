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
package org.matryoshkasearch.elasticsearch.evaluate;

import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.elasticsearch.action.admin.indices.alias.IndicesAliasesRequest.AliasActions;
import org.elasticsearch.action.support.PlainActionFuture;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.index.shard.IndexShard;

/** What is evaluated, and of which documents. */
public class EvaluateTests extends EvaluateTestCase {

  public void testMatryoshka() {
    createVectorIndex("test", matryoshka("v", DIMS, "\"prefix_dims\": 8"));
    fill("test", "v", 500, 3);
    Answer answer =
        evaluate("test", "{\"field\": \"v\", \"k\": 5, \"sample\": 40, \"target_recall\": 0.9}");
    assertEquals(450, answer.at("documents"));
    assertEquals(40, answer.at("queries.count"));
    assertEquals("matryoshka_vector", answer.at("present.type"));
    assertEquals(8, answer.at("present.prefix_dims"));
    assertEquals("int4_hnsw", answer.at("present.index_options.type"));
    assertEquals(0.98, answer.number("present.index_options.rescore_vector.target_recall"), 0);
    assertThat(answer.number("present.recall.mean"), greaterThan(0.9));
    assertThat(answer.number("present.rows_read.mean"), greaterThan(4.0));
    assertThat(answer.number("present.took_ms.mean"), greaterThan(0.0));
    List<Answer> present = answer.presentSettings();
    assertEquals(1, present.size());
    assertEquals(8, present.get(0).at("prefix_dims"));
    assertEquals("int4_hnsw", present.get(0).at("index_options.type"));
    assertEquals(
        450 * present.get(0).number("memory_bytes_per_vector"),
        answer.number("present.memory_bytes"),
        0);
    assertEquals(true, answer.at("recommended.reaches_target"));
    assertThat(answer.number("recommended.recall.mean"), greaterThan(0.9));
    assertEquals("nested", answer.at("verdict.nesting"));
  }

  /** Of several the highest is to be reached, and each is tried. */
  public void testTargets() {
    createVectorIndex("test", matryoshka("v", DIMS, "\"prefix_dims\": 4"));
    fill("test", "v", 500, 3);
    String body = "{\"field\": \"v\", \"k\": 5, \"sample\": 40, \"target_recall\": ";
    Answer answer = evaluate("test", body + "[0.8, 0.99, 0.5]}");
    assertEquals(0.99, answer.number("target_recall"), 0);
    assertEquals(List.of(0.8, 0.99, 0.5), answer.at("present.targets.target_recall"));
    List<?> recalls = (List<?>) answer.at("present.targets.recall.mean");
    assertThat((double) recalls.get(1), greaterThan(0.95));
    List<?> rows = (List<?>) answer.at("present.targets.rows_read.mean");
    assertThat((double) rows.get(1), greaterThan((double) rows.get(2)));
    assertNull(evaluate("test", body + "[0.8]}").at("present.targets"));
    createVectorIndex("dense", dense("v", ""));
    fill("dense", "v", 300, 1);
    assertNull(evaluate("dense", body + "[0.8, 0.9]}").at("present.targets"));
  }

  /** The last segment is the smallest, and has all that match. */
  public void testSegmentsWithoutMatches() {
    createVectorIndex("test", matryoshka("v", DIMS, "\"prefix_dims\": 4"));
    fill("test", "v", 250, 3);
    Answer answer =
        evaluate("test", "{\"field\": \"v\", \"filter\": {\"range\": {\"n\": {\"gte\": 200}}}}");
    assertEquals(45, answer.at("documents")); // one of ten has no vector
  }

  public void testRecommendedMappingIsAccepted() {
    createVectorIndex("test", matryoshka("a.v", DIMS, "\"similarity\": \"l2_norm\""));
    fill("test", "a.v", 100, 1);
    Answer answer = evaluate("test", "{\"field\": \"a.v\", \"sample\": 20}");
    @SuppressWarnings("unchecked")
    Map<String, Object> mapping = (Map<String, Object>) answer.at("recommended.mapping");
    createIndex("better", indicesAdmin().prepareCreate("better").setMapping(mapping));
    fill("better", "a.v", 100, 1);
    Answer better = evaluate("better", "{\"field\": \"a.v\", \"sample\": 20}");
    assertEquals(answer.at("recommended.prefix_dims"), better.at("present.prefix_dims"));
    assertEquals("l2_norm", better.at("present.similarity"));
    assertEquals(
        answer.at("recommended.index_options.type"), better.at("present.index_options.type"));
  }

  /** A full search of all finds all; of some of the dims as much as their order tells. */
  public void testSimulatedRecallIsThatOfExhaustiveSearches() {
    createVectorIndex("test", matryoshka("v", DIMS, "\"prefix_dims\": 4"));
    List<float[]> vectors = fill("test", "v", 200, 2);
    List<float[]> queries = List.of(nested(), nested(), nested());
    Answer answer =
        evaluate(
            "test",
            "{\"field\": \"v\", \"k\": 3, \"queries\": "
                + queries.stream().map(EvaluateTests::json).toList()
                + ", \"prefix_dims\": [4, 32], \"index_options\": {\"type\": \"hnsw\"},"
                + " \"num_candidates\": [3, 10]}");
    double three = 0;
    double ten = 0;
    for (float[] query : queries) {
      List<Integer> truth = order(vectors, query, DIMS).subList(0, 3);
      List<Integer> prefix = order(vectors, query, 4);
      three += truth.stream().filter(prefix.subList(0, 3)::contains).count() / 9.0;
      ten += truth.stream().filter(prefix.subList(0, 10)::contains).count() / 9.0;
    }
    Answer four = setting(answer, 4, "hnsw");
    Answer all = setting(answer, DIMS, "hnsw");
    assertEquals(4, answer.settings().size()); // with the present code
    assertThat(recall(four, 0), closeTo(three, 1e-4));
    assertThat(recall(four, 1), closeTo(ten, 1e-4));
    assertThat(recall(all, 0), closeTo(1, 1e-4));
    assertEquals(3, all.at("for_target.num_candidates"));
    assertEquals("request", answer.at("queries.from"));
    assertEquals(3, answer.at("queries.count"));
  }

  private static List<Integer> order(List<float[]> vectors, float[] query, int dims) {
    return IntStream.range(0, vectors.size())
        .boxed()
        .sorted(
            (a, b) ->
                Double.compare(cos(vectors.get(b), query, dims), cos(vectors.get(a), query, dims)))
        .toList();
  }

  private static double cos(float[] a, float[] b, int dims) {
    double dot = 0;
    double square = 0;
    for (int i = 0; i < dims; i++) {
      dot += (double) a[i] * b[i];
      square += (double) a[i] * a[i];
    }
    return dot / Math.sqrt(square);
  }

  @SuppressWarnings("unchecked")
  private static double recall(Answer setting, int i) {
    return new Answer(((List<Map<String, Object>>) setting.at("recall")).get(i)).number("mean");
  }

  private static Answer setting(Answer answer, int prefixDims, String type) {
    for (Map<String, Object> setting : answer.settings()) {
      Answer one = new Answer(setting);
      if (one.at("prefix_dims").equals(prefixDims) && one.at("index_options.type").equals(type)) {
        return one;
      }
    }
    throw new AssertionError(answer.settings());
  }

  public void testDenseVector() {
    for (String element : List.of("float", "bfloat16")) {
      for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "int4_flat")) {
        String index = element + "_" + type;
        createVectorIndex(
            index,
            dense(
                "v",
                ", \"element_type\": \""
                    + element
                    + "\", \"index_options\": {\"type\": \""
                    + type
                    + "\"}"));
        fill(index, "v", 300, 2);
        Answer answer = evaluate(index, "{\"field\": \"v\", \"sample\": 30}");
        assertEquals("dense_vector", answer.at("present.type"));
        assertEquals(element, answer.at("present.element_type"));
        assertEquals(DIMS, answer.at("present.prefix_dims"));
        assertThat(answer.number("present.recall.mean"), greaterThan(0.8));
        assertEquals(type.contains("flat") ? 0 : 1, answer.presentSettings().size());
        assertEquals(
            element.equals("float") ? null : element,
            new Answer(mappingOf(answer, "v")).at("element_type"));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> mappingOf(Answer answer, String field) {
    Map<String, Object> properties =
        (Map<String, Object>) answer.at("recommended.mapping.properties");
    return (Map<String, Object>) properties.get(field);
  }

  /** Stored vectors that a query of their length would be refused for. */
  public void testStoredVectorsAreNotOfUnitLength() {
    String dot = "\"similarity\": \"dot_product\"";
    String rounded = dot + ", \"element_type\": \"bfloat16\"";
    createVectorIndex(
        "test",
        String.join(
            ", ",
            matryoshka("rounded", DIMS, rounded),
            dense("dense", ", " + rounded),
            matryoshka("short", DIMS, dot + ", \"prefix_dims\": 8, \"allow_truncated\": true")));
    for (int i = 0; i < 100; i++) {
      float[] vector = new float[DIMS];
      for (int j = 0; j < DIMS; j++) {
        // of a square of 1.018, and of 1.022 when it is rounded
        vector[j] = randomBoolean() ? 0.17836f : -0.17836f;
      }
      String both = "\"rounded\": " + json(vector) + ", \"dense\": " + json(vector);
      String leading = json(Arrays.copyOf(unitVector(DIMS), 16));
      index("test", Integer.toString(i), "{" + both + ", \"short\": " + leading + "}");
    }
    flush("test");
    for (String field : List.of("rounded", "dense", "short")) {
      Answer answer = evaluate("test", "{\"field\": \"" + field + "\"}");
      assertThat(field, answer.number("present.recall.mean"), greaterThan(0.9));
    }
  }

  /** Documents since the last search of a shard that is idle are there, as in a search. */
  public void testIdleShard() {
    IndexShard shard =
        createIndex(
                "test",
                indicesAdmin()
                    .prepareCreate("test")
                    .setSettings(Settings.builder().put("index.search.idle.after", "0ms"))
                    .setMapping("{\"properties\": {" + matryoshka("v", DIMS, "") + "}}"))
            .getShard(0);
    for (int i = 0; i < 20; i++) {
      index("test", Integer.toString(i), "{\"v\": " + json(nested()) + "}");
    }
    PlainActionFuture<Boolean> refreshed = new PlainActionFuture<>();
    shard.scheduledRefresh(refreshed);
    assertFalse(refreshed.actionGet());
    assertEquals(20, evaluate("test", "{\"field\": \"v\"}").at("documents"));
  }

  public void testDenseVectorWithPrefix() {
    Settings settings =
        Settings.builder().put("index.matryoshka.dense_vector.v.prefix_dims", 8).build();
    createVectorIndex(
        "test", settings, dense("v", ", \"index_options\": {\"type\": \"int8_hnsw\"}"));
    fill("test", "v", 300, 2);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"sample\": 30}");
    assertEquals(8, answer.at("present.prefix_dims"));
    assertEquals(8, answer.presentSettings().get(0).at("prefix_dims"));
  }

  /** Bad settings of the field are seen: the recall is that of real searches. */
  public void testPresentRecallIsMeasured() {
    createVectorIndex(
        "test",
        matryoshka(
            "v",
            DIMS,
            "\"prefix_dims\": 1, \"index_options\": {\"type\": \"bbq_hnsw\","
                + " \"rescore_vector\": {\"oversample\": 1}}"));
    fill("test", "v", 500, 1);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"sample\": 30}");
    assertTrue(answer.number("present.recall.mean") < 0.5);
    assertEquals(0.98, answer.number("target_recall"), 0);
  }

  public void testShards() {
    Settings settings = Settings.builder().put("index.number_of_shards", 3).build();
    createVectorIndex("test", settings, matryoshka("v", DIMS, ""));
    fill("test", "v", 400, 2);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"sample\": 30}");
    assertEquals(3, answer.at("_shards.successful"));
    assertEquals(360, answer.at("documents"));
    assertEquals(30, answer.at("queries.count"));
    Answer ofQueries =
        evaluate("test", "{\"field\": \"v\", \"queries\": [" + json(nested()) + "]}");
    assertEquals(1, ofQueries.at("queries.count"));
  }

  /** Shards without enough documents are left out; the others tell. */
  public void testFewDocuments() {
    Settings settings = Settings.builder().put("index.number_of_shards", 5).build();
    createVectorIndex("test", settings, matryoshka("v", DIMS, ""));
    fill("test", "v", 10, 1);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"k\": 10}");
    assertEquals(9, answer.at("documents"));
    assertEquals(1.0, answer.number("present.recall.mean"), 0);
    assertEquals("unsure", answer.at("verdict.nesting"));
  }

  public void testFiltersAliasesAndDeletedDocuments() {
    createVectorIndex("test", matryoshka("v", DIMS, "") + ", \"n\": {\"type\": \"integer\"}");
    fill("test", "v", 200, 4);
    for (int i = 0; i < 50; i++) {
      delete("test", "v" + i);
    }
    indicesAdmin()
        .prepareAliases(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .addAliasAction(
            AliasActions.add()
                .index("test")
                .alias("some")
                .filter(QueryBuilders.rangeQuery("n").lt(150)))
        .get();
    String filter = ", \"filter\": {\"range\": {\"n\": {\"gte\": 100}}}";
    Map<String, Integer> expected =
        Map.of("test", 135, "some", 90, "test" + filter, 90, "some" + filter, 45);
    expected.forEach(
        (of, documents) -> {
          String index = of.substring(0, 4);
          Answer answer =
              evaluate(index, "{\"field\": \"v\", \"sample\": 20" + of.substring(4) + "}");
          assertEquals(of, documents, answer.at("documents"));
          // of neighbours that may not be found none is missed
          assertThat(of, answer.number("present.recall.mean"), greaterThan(0.95));
        });
  }

  public void testDocumentsAreSampled() {
    createVectorIndex("test", matryoshka("v", DIMS, ""));
    fill("test", "v", 400, 2);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"sample\": 20, \"max_documents\": 100}");
    assertEquals(360, answer.at("documents"));
    assertEquals(100, answer.at("documents_compared"));
    assertThat(answer.number("present.recall.mean"), greaterThan(0.9));
    assertThat(answer.at("notes").toString(), containsString("[max_documents] of [100]"));
  }

  public void testEqualVectors() {
    for (String type : List.of("matryoshka_vector", "dense_vector")) {
      createVectorIndex(type, "\"v\": {\"type\": \"" + type + "\", \"dims\": 4}");
      for (int i = 0; i < 100; i++) {
        index(type, Integer.toString(i), "{\"v\": [1, 2, 3, 4]}");
      }
      flush(type);
      Answer answer = evaluate(type, "{\"field\": \"v\"}");
      assertEquals(1.0, answer.number("present.recall.mean"), 0);
      assertEquals("unsure", answer.at("verdict.nesting"));
    }
  }

  public void testResponseOnTheWire() throws Exception {
    createVectorIndex("test", matryoshka("v", DIMS, ""));
    fill("test", "v", 100, 2);
    EvaluateResponse response =
        client()
            .execute(EvaluateAction.INSTANCE, request("test", "{\"field\": \"v\"}"))
            .actionGet();
    EvaluateResponse copy = copyWriteable(response, writableRegistry(), EvaluateResponse::new);
    assertEquals(Strings.toString(response), Strings.toString(copy));
  }

  public void testNestingOfShuffledVectors() {
    List<Integer> order = new ArrayList<>(IntStream.range(0, DIMS).boxed().toList());
    Collections.shuffle(order, random());
    createVectorIndex("test", matryoshka("v", DIMS, ""));
    for (int i = 0; i < 300; i++) {
      float[] vector = nested();
      float[] shuffled = new float[DIMS];
      for (int j = 0; j < DIMS; j++) {
        shuffled[j] = vector[order.get(j)];
      }
      index("test", Integer.toString(i), "{\"v\": " + json(shuffled) + "}");
    }
    flush("test");
    assertNotEquals("nested", evaluate("test", "{\"field\": \"v\"}").at("verdict.nesting"));
  }
}
