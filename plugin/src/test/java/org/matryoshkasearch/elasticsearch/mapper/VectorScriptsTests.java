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

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.index.query.functionscore.ScriptScoreQueryBuilder;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.script.Script;
import org.elasticsearch.script.ScriptType;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** What scripts and {@code docvalue_fields} see of a vector. */
public class VectorScriptsTests extends VectorIndexTestCase {
  private static final List<Float> QUERY = List.of(1f, -2f, 0.5f);

  /** All components are bfloat16s as they are. */
  private static final Map<String, float[]> VECTORS =
      Map.of("1", new float[] {3, 0, -4}, "2", new float[] {0.5f, -0.25f, 0.125f});

  private static final List<String> FIELDS =
      List.of("floats", "object.bfloats", "inner", "stored", "bstored", "normed", "bnormed");

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class, VectorScripts.class);
  }

  private void createDocuments() {
    createVectorIndex(
        "test",
        matryoshka("floats", 3, "\"prefix_dims\": 2")
            + ", \"object\": {\"properties\": {"
            + matryoshka("bfloats", 3, "\"element_type\": \"bfloat16\"")
            + "}}, "
            + matryoshka("inner", 3, "\"similarity\": \"max_inner_product\"")
            + ", "
            + matryoshka("stored", 3, "\"index\": false")
            + ", "
            + matryoshka("bstored", 3, "\"index\": false, \"element_type\": \"bfloat16\"")
            + ", "
            + matryoshka("normed", 3, "\"recipe\": \"layer_norm\"")
            + ", "
            + matryoshka(
                "bnormed", 3, "\"recipe\": \"layer_norm\", \"element_type\": \"bfloat16\""));
    index("test", "0", "{}");
    VECTORS.forEach(
        (id, vector) -> {
          String document = "{\"%s\": " + json(vector) + "}";
          String all = String.join("\": " + json(vector) + ", \"", FIELDS);
          index("test", id, document.replace("%s", all));
          flush("test");
        });
    index("test", "9", "{\"title\": \"no vector in this segment\"}");
    flush("test");
  }

  public void testFunctions() {
    createDocuments();
    for (String field : FIELDS) {
      assertScores("cosineSimilarity(params.query, params.field) + 1", field, 1.0873f, 1.8095f);
      assertScores("dotProduct(params.query, params.field) + 1", field, 2, 2.0625f);
      assertScores("l1norm(params.query, params.field)", field, 8.5f, 2.625f);
      assertScores("l2norm(params.query, params.field)", field, 5.3151f, 1.8583f);
      assertScores("field(params.field).get().l2Norm(params.query)", field, 5.3151f, 1.8583f);
    }
  }

  public void testDocValues() {
    createDocuments();
    for (String field : FIELDS) {
      assertScores("doc[params.field].vectorValue[0]", field, 3, 0.5f);
      assertScores("doc[params.field].magnitude", field, 5, 0.5728f);
    }
  }

  public void testDocumentsWithoutVector() {
    createDocuments();
    for (String field : FIELDS) {
      for (String code :
          List.of("doc[params.field].size()", "field(params.field).get(null) == null ? 0 : 1")) {
        assertEquals(
            Map.of("0", 0f, "1", 1f, "2", 1f, "9", 0f),
            search("test", script(QueryBuilders.matchAllQuery(), code, field, QUERY), 9));
      }
      assertRefused(
          script(QueryBuilders.idsQuery().addIds("0"), "doc[params.field].magnitude", field, QUERY),
          "A document doesn't have a value for a vector field!");
    }
  }

  public void testWrongQueryVector() {
    createDocuments();
    assertRefused(
        script(
            QueryBuilders.idsQuery().addIds("1"),
            "dotProduct(params.query, params.field) + 1",
            "floats",
            List.of(1f, 2f)),
        "The query vector has a different number of dimensions [2] than the document vectors [3].");
  }

  public void testDocValueFields() {
    createDocuments();
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.idsQuery().addIds("1"))
            .addDocValueField("floats")
            .addDocValueField("object.bfloats", "array")
            .addDocValueField("inner", "binary")
            .addDocValueField("stored")
            .addDocValueField("bstored", "binary")
            .addDocValueField("normed")
            .addDocValueField("bnormed", "binary"),
        response -> {
          var hit = response.getHits().getAt(0);
          assertArrayEquals(VECTORS.get("1"), (float[]) hit.field("floats").getValue(), 0);
          assertArrayEquals(VECTORS.get("1"), (float[]) hit.field("object.bfloats").getValue(), 0);
          assertEquals("QEAAAAAAAADAgAAA", hit.field("inner").getValue());
          assertArrayEquals(VECTORS.get("1"), (float[]) hit.field("stored").getValue(), 0);
          assertEquals("QEAAAAAAAADAgAAA", hit.field("bstored").getValue());
          assertArrayEquals(VECTORS.get("1"), (float[]) hit.field("normed").getValue(), 0);
          assertEquals("QEAAAAAAAADAgAAA", hit.field("bnormed").getValue());
        });
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(QueryBuilders.idsQuery().addIds("0", "9"))
            .addDocValueField("floats"),
        response ->
            response
                .getHits()
                .forEach(hit -> assertEquals(List.of(), hit.field("floats").getValues())));
    Exception e =
        expectThrows(
            Exception.class,
            () -> client().prepareSearch("test").addDocValueField("floats", "hex").get().decRef());
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(
        ExceptionsHelper.stackTrace(e),
        containsString(
            "field [floats] of type [matryoshka_vector] does not support format [hex],"
                + " only [array] and [binary]"));
  }

  /** The scores of the documents 1 and 2. */
  private void assertScores(String code, String field, float... expected) {
    Map<String, Float> scores =
        search("test", script(QueryBuilders.existsQuery(field), code, field, QUERY), 9);
    assertEquals(VECTORS.keySet(), scores.keySet());
    assertEquals(code + " of " + field, expected[0], scores.get("1"), 1e-4f);
    assertEquals(code + " of " + field, expected[1], scores.get("2"), 1e-4f);
  }

  private void assertRefused(QueryBuilder query, String message) {
    Exception e =
        expectThrows(
            Exception.class, () -> client().prepareSearch("test").setQuery(query).get().decRef());
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }

  private static QueryBuilder script(
      QueryBuilder documents, String code, String field, List<Float> query) {
    Script script =
        new Script(
            ScriptType.INLINE,
            VectorScripts.LANGUAGE,
            code,
            Map.of("field", field, "query", query));
    return new ScriptScoreQueryBuilder(documents, script);
  }
}
