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

import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.search.SearchHit;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** What {@code explain} says of {@code matryoshka_knn} inside of other queries. */
public class MatryoshkaExplainTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 16;
  private static final int DOCS = 60;

  private final Map<String, float[]> vectors = new HashMap<>();
  private final float[] target = unitVector(DIMS);

  private void createDocuments() {
    createVectorIndex(
        INDEX,
        matryoshka("vector", DIMS, "\"prefix_dims\": 8")
            + ", \"n\": {\"type\": \"integer\"}, \"child\": {\"type\": \"nested\","
            + " \"properties\": {"
            + matryoshka("vector", DIMS, "\"prefix_dims\": 8")
            + "}}");
    for (int i = 0; i < DOCS; i++) {
      float[] vector = unitVector(DIMS);
      vectors.put(String.valueOf(i), vector);
      index(
          INDEX,
          String.valueOf(i),
          "{\"n\": "
              + i
              + ", \"vector\": "
              + json(vector)
              + ", \"child\": [{\"vector\": "
              + json(vector)
              + "}]}");
    }
    flush(INDEX);
  }

  /** All parts of an explanation with this description. */
  private static List<Explanation> parts(Explanation explanation, String description) {
    List<Explanation> parts = new ArrayList<>();
    if (explanation.getDescription().equals(description)) {
      parts.add(explanation);
    }
    for (Explanation detail : explanation.getDetails()) {
      parts.addAll(parts(detail, description));
    }
    return parts;
  }

  /** The explanations of the hits, each of which must have the score of its hit. */
  private Map<String, Explanation> explain(QueryBuilder query) {
    Map<String, Explanation> explanations = new HashMap<>();
    assertResponse(
        client().prepareSearch(INDEX).setQuery(query).setSize(DOCS).setExplain(true),
        response -> {
          for (SearchHit hit : response.getHits().getHits()) {
            assertEquals(hit.getScore(), hit.getExplanation().getValue().floatValue(), 1e-5f);
            explanations.put(hit.getId(), hit.getExplanation());
          }
        });
    return explanations;
  }

  private void assertScored(String field, String id, Explanation explanation) {
    List<Explanation> scores =
        parts(explanation, "score by the full vector in field [" + field + "]");
    assertEquals(explanation.toString(), 1, scores.size());
    assertEquals(
        VectorSimilarityFunction.COSINE.compare(target, vectors.get(id)),
        scores.get(0).getValue().floatValue(),
        1e-5f);
    assertEquals(
        1, parts(explanation, "score by the prefix of 8 dimensions as it is in the graph").size());
  }

  public void testBoosted() {
    createDocuments();
    Map<String, Explanation> explanations = explain(knn("vector", target, 5, 20).boost(3));
    assertEquals(5, explanations.size());
    explanations.forEach(
        (id, explanation) -> {
          assertEquals(1, parts(explanation, "product of").size());
          assertEquals(3f, parts(explanation, "boost").get(0).getValue());
          assertScored("vector", id, explanation);
        });
  }

  /** Of a hit of another clause there is only the score that the other clause gave. */
  public void testBesideAnotherClause() {
    createDocuments();
    Map<String, Explanation> explanations =
        explain(
            QueryBuilders.boolQuery()
                .should(knn("vector", target, 5, 20))
                .should(QueryBuilders.constantScoreQuery(QueryBuilders.rangeQuery("n").lt(30))));
    int found = 0;
    for (Map.Entry<String, Explanation> explanation : explanations.entrySet()) {
      if (parts(explanation.getValue(), "score by the full vector in field [vector]").isEmpty()
          == false) {
        assertScored("vector", explanation.getKey(), explanation.getValue());
        found++;
      }
    }
    assertEquals(5, found);
  }

  public void testNested() {
    createDocuments();
    Map<String, Explanation> explanations =
        explain(
            QueryBuilders.nestedQuery("child", knn("child.vector", target, 5, 20), ScoreMode.Max));
    assertEquals(5, explanations.size());
    explanations.forEach((id, explanation) -> assertScored("child.vector", id, explanation));
  }
}
