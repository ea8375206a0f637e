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
import static org.matryoshkasearch.it.SecureCluster.DOCS;
import static org.matryoshkasearch.it.SecureCluster.VECTOR;
import static org.matryoshkasearch.it.SecureCluster.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;

/**
 * What field-level security hides does not exist: each answer is the one about a field that no
 * mapping has. What it shows is whole.
 */
public class HiddenFields {
  private static final String KNN =
      "{\"matryoshka_knn\": {\"field\": \"F\", \"k\": 5, \"query_vector\": %s%s}}";

  private final SecureCluster cluster = SecureCluster.current();

  /** Of this type, of another one, nested ones, and other names. */
  private static final List<String> HIDDEN =
      List.of("hidden", "hidden_dense", "hidden_word", "hidden_name", "hidden_parts.v");

  @Test
  public void testSearches() throws IOException {
    List<String> queries =
        List.of(
            format(KNN, VECTOR, ""),
            format(KNN, "[1, 2, 3]", ""),
            format(KNN, "[0, 0, 0, 0]", ""),
            format(KNN, "\"AAAA\"", ""),
            format(KNN, VECTOR, ", \"exact\": true"),
            format(KNN, VECTOR, ", \"similarity\": 0.5"),
            format(KNN, VECTOR, ", \"auto_prefiltering\": true"),
            format(KNN, VECTOR, ", \"filter\": {\"term\": {\"a\": \"b\"}}"),
            format(KNN, VECTOR, ", \"rescore_vector\": {\"target_recall\": 0.9}"),
            format(
                KNN, VECTOR, ", \"rescore_vector\": {\"oversample\": 3}, \"num_candidates\": 50"),
            format(KNN, VECTOR, ", \"funnel\": [{\"dims\": 3, \"keep\": 10}]"),
            "{\"bool\": {\"must_not\": " + format(KNN, VECTOR, "") + "}}",
            format(KNN, VECTOR, ", \"filter\": " + format(KNN, "[1]", ""))
                .replaceFirst("\"F\"", "\"truncated\""));
    for (String query : queries) {
      String body = "{\"query\": " + query + "}";
      assertAsMissing("/test/_search", body);
      assertAsMissing("/test/_count", body);
      assertAsMissing("/test/_explain/1", body);
      assertAsMissing("/test/_validate/query?explain=true&rewrite=true", body);
    }
    String wrong = format(KNN, "[1, 2, 3]", "").replace("\"F\"", "\"truncated\"");
    String shown = cluster.look("/test/_search", "{\"query\": " + wrong + "}");
    assertTrue(shown, shown.contains("at least prefix_dims [4]"));
  }

  /** Wherever a request can have a query. */
  @Test
  public void testPlacesOfAQuery() throws IOException {
    for (String vector : List.of(VECTOR, "[1, 2, 3]")) {
      String query = format(KNN, vector, "");
      for (String body :
          List.of(
              "{\"explain\": true, \"query\": %s}",
              "{\"profile\": true, \"query\": %s}",
              "{\"post_filter\": %s}",
              "{\"retriever\": {\"standard\": {\"query\": %s}}}",
              "{\"size\": 0, \"aggs\": {\"a\": {\"filter\": %s}}}",
              "{\"size\": 5, \"rescore\": {\"query\": {\"rescore_query\": %s}}}",
              "{\"highlight\": {\"fields\": {\"a\": {\"highlight_query\": %s}}}}",
              "{\"query\": {\"nested\": {\"path\": \"parts\", \"inner_hits\": {}, \"query\": %s}}}")) {
        assertAsMissing("/test/_search", format(body, query));
      }
      assertAsMissing("/test/_validate/query?explain=true", "{\"query\": " + query + "}");
    }
  }

  /** The vector of a query can be that of a document, and not the hidden one. */
  @Test
  public void testLookup() throws IOException {
    String query =
        "{\"query\": {\"matryoshka_knn\": {\"field\": \"truncated\", \"query_vector_builder\":"
            + " {\"lookup\": {\"index\": \"test\", \"id\": \"1\", \"path\": \"F\"}}}}}";
    assertAsMissing(List.of("hidden", "hidden_dense"), "/test/_search", query);
  }

  /** Elasticsearch's own queries: descriptions of them differ, what is found does not. */
  @Test
  public void testQueriesOfElasticsearch() throws IOException {
    for (String query :
        List.of(
            "{\"exists\": {\"field\": \"F\"}}",
            "{\"term\": {\"F\": \"x\"}}",
            "{\"term\": {\"F\": {\"value\": \"x\", \"case_insensitive\": true}}}",
            "{\"terms\": {\"F\": [\"x\", \"y\"]}}",
            "{\"range\": {\"F\": {\"gte\": 1}}}",
            "{\"prefix\": {\"F\": \"x\"}}",
            "{\"wildcard\": {\"F\": \"x*\"}}",
            "{\"regexp\": {\"F\": \"x.*\"}}",
            "{\"fuzzy\": {\"F\": \"x\"}}",
            "{\"match\": {\"F\": \"x y\"}}",
            "{\"match_phrase\": {\"F\": \"x y\"}}",
            "{\"match_phrase_prefix\": {\"F\": \"x y\"}}",
            "{\"match_bool_prefix\": {\"F\": \"x y\"}}",
            "{\"multi_match\": {\"query\": \"x\", \"fields\": [\"F\"]}}",
            "{\"query_string\": {\"query\": \"x*\", \"fields\": [\"F\"]}}",
            "{\"simple_query_string\": {\"query\": \"x\", \"fields\": [\"F\"]}}",
            "{\"distance_feature\": {\"field\": \"F\", \"pivot\": \"1d\", \"origin\": \"now\"}}",
            "{\"span_multi\": {\"match\": {\"prefix\": {\"F\": \"x\"}}}}",
            "{\"function_score\": {\"field_value_factor\": {\"field\": \"F\", \"missing\": 1}}}",
            format(KNN, VECTOR, ", \"filter\": {\"exists\": {\"field\": \"F\"}}")
                .replaceFirst("\"F\"", "\"truncated\""))) {
      assertAsMissing(List.of("hidden"), "/test/_search", "{\"query\": " + query + "}");
      assertAsMissing(List.of("hidden"), "/test/_count", "{\"query\": " + query + "}");
    }
  }

  @Test
  public void testAggregations() throws IOException {
    for (String aggregation :
        List.of(
            "missing",
            "value_count",
            "cardinality",
            "terms",
            "rare_terms",
            "min",
            "max",
            "avg",
            "sum",
            "stats",
            "extended_stats",
            "percentiles",
            "median_absolute_deviation")) {
      assertAsMissing(
          List.of("hidden"),
          "/test/_search",
          "{\"size\": 0, \"aggs\": {\"a\": {\"" + aggregation + "\": {\"field\": \"F\"}}}}");
    }
    for (String aggregation :
        List.of(
            "\"missing\": {\"field\": \"F\", \"missing\": 1}",
            "\"value_count\": {\"field\": \"F\", \"missing\": 1}",
            "\"cardinality\": {\"field\": \"F\", \"missing\": 1}",
            "\"histogram\": {\"field\": \"F\", \"interval\": 1}",
            "\"date_histogram\": {\"field\": \"F\", \"fixed_interval\": \"1d\"}",
            "\"range\": {\"field\": \"F\", \"ranges\": [{\"to\": 5}]}",
            "\"filter\": {\"exists\": {\"field\": \"F\"}}")) {
      assertAsMissing(
          List.of("hidden"),
          "/test/_search",
          "{\"size\": 0, \"aggs\": {\"a\": {" + aggregation + "}}}");
    }
  }

  @Test
  public void testWhatIsFetched() throws IOException {
    List<String> vectors = List.of("hidden", "hidden_dense");
    for (String body :
        List.of(
            "{\"docvalue_fields\": [\"F\"], \"fields\": [\"F\"]}",
            "{\"stored_fields\": [\"F\"]}",
            "{\"_source\": [\"F\"]}",
            "{\"sort\": \"F\"}",
            "{\"sort\": [{\"F\": {\"order\": \"desc\", \"missing\": \"_first\"}}]}")) {
      assertAsMissing(body.contains("sort") ? List.of("hidden") : vectors, "/test/_search", body);
    }
    for (String body :
        List.of(
            "{\"docvalue_fields\": [{\"field\": \"F\", \"format\": \"binary\"}]}",
            "{\"docvalue_fields\": [{\"field\": \"F\", \"format\": \"none\"}]}",
            "{\"fields\": [{\"field\": \"F\", \"format\": \"none\"}]}",
            "{\"collapse\": {\"field\": \"F\"}}")) {
      assertAsMissing(List.of("hidden"), "/test/_search", body);
    }
    List<String> fields = List.of("hidden", "hidden_dense", "hidden_word", "hidden_parts.v");
    assertAsMissing(fields, "/test/_field_caps?fields=F", null);
    assertAsMissing(fields, "/test/_field_caps?fields=F&include_empty_fields=false", null);
    assertAsMissing(vectors, "/test/_termvectors/1?fields=F", null);
    assertAsMissing(vectors, "/test/_terms_enum", "{\"field\": \"F\", \"string\": \"\"}");
    String mapping =
        cluster.ask("looker", "GET", "/test/_mapping", null).body().at("/test/mappings").toString();
    assertTrue(mapping, mapping.contains("truncated") && mapping.contains("hidden") == false);
    JsonNode document = cluster.ask("looker", "GET", "/test/_doc/1", null).body().path("_source");
    assertEquals(Json.parse("{\"a\": \"b\", \"n\": 1, \"parts\": [{}]}"), document);
  }

  /** A {@code dense_vector} with a prefix: the right vector, since Elasticsearch tells the dims. */
  @Test
  public void testDenseVectorWithAPrefix() throws IOException {
    List<String> dense = List.of("hidden_dense");
    String knn =
        format(
            "{\"field\": \"F\", \"k\": 5, \"num_candidates\": 50, \"query_vector\": %s}", VECTOR);
    String query = "{\"query\": {\"knn\": " + knn + "}}";
    assertAsMissing(dense, "/test/_search", query);
    assertAsMissing(dense, "/test/_count", query);
    assertAsMissing(dense, "/test/_search", "{\"knn\": " + knn + "}");
    assertAsMissing(dense, "/test/_search", "{\"profile\": true, \"knn\": " + knn + "}");
    assertAsMissing(dense, "/test/_search", "{\"retriever\": {\"knn\": " + knn + "}}");
    assertAsMissing(
        dense,
        "/test/_search",
        "{\"size\": 0, \"aggs\": {\"a\": {\"filter\": {\"knn\": " + knn + "}}}}");
    JsonNode shown = cluster.found("/test/_search", query.replace("\"F\"", "\"dense\""));
    assertEquals(5, shown.at("/hits/hits").size());
  }

  @Test
  public void testEvaluate() throws IOException {
    for (String body :
        List.of(
            "{\"field\": \"F\"}",
            "{\"field\": \"F\", \"queries\": [" + VECTOR + "]}",
            "{\"field\": \"F\", \"queries\": [[1, 2, 3]], \"prefix_dims\": [100]}",
            "{\"field\": \"truncated\", \"filter\": {\"exists\": {\"field\": \"F\"}}}",
            "{\"field\": \"truncated\", \"filter\": " + format(KNN, "[1]", "") + "}")) {
      boolean named = body.contains("exists"); // another name of a field is found by Elasticsearch
      assertAsMissing(
          named ? List.of("hidden", "hidden_dense", "hidden_word") : HIDDEN,
          "/test/_matryoshka/evaluate",
          body);
    }
    JsonNode shown =
        cluster
            .ask("looker", "POST", "/test/_matryoshka/evaluate", "{\"field\": \"truncated\"}")
            .body();
    assertEquals(shown.toString(), DOCS, shown.path("documents").asInt());
  }

  /** The length of a truncated vector is kept where the vector is, in every way to read it. */
  @Test
  public void testTruncatedVectorIsWhole() throws IOException {
    String body = "{\"size\": 1000, \"_source\": {\"exclude_vectors\": false}}";
    JsonNode hits = cluster.found("/only/_search", body).at("/hits/hits");
    assertEquals(DOCS, hits.size());
    for (JsonNode hit : hits) {
      assertEquals("{\"truncated\":[0.5,0.5,0.5,0.5,0.0,0.0,0.0]}", hit.path("_source").toString());
    }
    String query = "{\"query\": " + format(KNN, VECTOR, "").replace("\"F\"", "\"truncated\"") + "}";
    assertEquals(5, cluster.found("/only/_search", query).at("/hits/hits").size());
  }

  private void assertAsMissing(String path, String body) throws IOException {
    assertAsMissing(HIDDEN, path, body);
  }

  private void assertAsMissing(List<String> hidden, String path, String body) throws IOException {
    String missing = lookFor("missing", path, body);
    for (String field : hidden) {
      assertEquals(field + ": " + path + " " + body, missing, lookFor(field, path, body));
    }
  }

  /** What is answered about a field, but for its name. */
  private String lookFor(String field, String path, String body) throws IOException {
    String answer =
        cluster.look(
            path.replace("=F", "=" + field),
            body == null ? null : body.replace("\"F\"", "\"" + field + "\""));
    return answer.replace(field, "F");
  }
}
