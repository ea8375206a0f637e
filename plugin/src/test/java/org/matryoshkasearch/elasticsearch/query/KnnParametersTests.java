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
package org.matryoshkasearch.elasticsearch.query;

import static org.elasticsearch.core.Strings.format;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.ElasticsearchException;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.search.SearchRequestBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.rest.RestStatus;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** The same values, odd and wrong ones among them, are taken and refused by {@code knn} and us. */
public class KnnParametersTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final List<String> ODD =
      List.of(
          "null",
          "true",
          "\"\"",
          "\"x\"",
          "\"5\"",
          "\"5.0\"",
          "\"0\"",
          "\"NaN\"",
          "0",
          "-0.0",
          "-1",
          "0.5",
          "1",
          "5",
          "5.0",
          "5.5",
          "1e2",
          "1e400",
          "99999999999",
          "[]",
          "[5]",
          "{}",
          "[{}]");

  private static final List<String> VECTORS =
      List.of(
          "[1, 2]",
          "[\"1\", \"0.5\"]",
          "[1, \"\"]",
          "[\"x\", 1]",
          "[1, null]",
          "[1, true]",
          "[[1, 2]]",
          "[1, [2]]",
          "[1, {}]",
          "[1]",
          "[1, 2, 3]",
          "[1, 1e400]",
          "[1, \"NaN\"]",
          "[0, 0]",
          "[1e-40, 1]",
          "\"P4AAAEAAAAA=\"",
          "\"0102\"",
          "\"zz\"");

  /** Where we depart from {@code knn}, each for a reason that the reference tells. */
  private static final Map<String, Set<String>> STRICTER =
      Map.of(
          "k", Set.of(),
          "num_candidates", Set.of("\"0\"", "0", "-0.0", "-1"), // 400 there when it searches
          "similarity", Set.of("\"NaN\""), // there it finds nothing
          "oversample", Set.of("\"NaN\"", "99999999999", "1e400"));

  private void createDocuments() {
    createVectorIndex(
        INDEX,
        matryoshka("ours", 2, "\"prefix_dims\": 2")
            + ", \"theirs\": {\"type\": \"dense_vector\", \"dims\": 2}");
    index(INDEX, "1", "{\"ours\": [1, 2], \"theirs\": [1, 2]}");
    flush(INDEX);
  }

  private RestStatus status(String query, String field, String body, int size) {
    String json = format("{\"%s\": {\"field\": \"%s\", %s}}", query, field, body);
    SearchRequestBuilder search =
        client().prepareSearch(INDEX).setSize(size).setQuery(QueryBuilders.wrapperQuery(json));
    try {
      search.get().decRef();
      return RestStatus.OK;
    } catch (ElasticsearchException | IllegalArgumentException e) {
      return ExceptionsHelper.status(e);
    }
  }

  private void assertSame(String parameter, String value, String body, int size) {
    RestStatus theirs = status("knn", "theirs", body, size);
    RestStatus ours = status(MatryoshkaKnnQueryBuilder.NAME, "ours", body, size);
    if (STRICTER.getOrDefault(parameter, Set.of()).contains(value)) {
      assertEquals(body, RestStatus.BAD_REQUEST, ours);
    } else {
      assertEquals(body, theirs, ours);
    }
  }

  public void testOddValues() {
    createDocuments();
    String vector = "\"query_vector\": [1, 2]";
    for (String parameter :
        List.of(
            "k",
            "num_candidates",
            "similarity",
            "boost",
            "_name",
            "filter",
            "rescore_vector",
            "no_such")) {
      for (String value : ODD) {
        assertSame(parameter, value, vector + format(", \"%s\": %s", parameter, value), 10);
      }
    }
    for (String value : ODD) {
      String rescore = format(", \"rescore_vector\": {\"oversample\": %s}", value);
      assertSame("oversample", value, vector + rescore, 10);
    }
    for (String value : VECTORS) {
      assertSame("query_vector", value, "\"query_vector\": " + value, 10);
    }
  }

  /** Only {@code k} can say how many, where the request wants none. */
  public void testNoSize() {
    createDocuments();
    String vector = "\"query_vector\": [1, 2]";
    assertSame("k", "", vector, 0);
    assertEquals(RestStatus.BAD_REQUEST, status("matryoshka_knn", "ours", vector, 0));
    // where knn has candidates and no hits
    String candidates = vector + ", \"num_candidates\": 5";
    assertEquals(RestStatus.BAD_REQUEST, status("matryoshka_knn", "ours", candidates, 0));
    assertEquals(RestStatus.OK, status("matryoshka_knn", "ours", vector + ", \"k\": 5", 0));
  }
}
