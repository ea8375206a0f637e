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
import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;
import static org.hamcrest.Matchers.containsString;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.index.query.InnerHitBuilder;
import org.elasticsearch.index.query.NestedQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchHit;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** Searches of a field with {@code "recipe": "layer_norm"}: both sides are compared after it. */
public class LayerNormSearchTests extends VectorIndexTestCase {
  private static final int DIMS = 16;
  private static final int DOCS = 120;
  private static final String RECIPE = "\"prefix_dims\": 4, \"recipe\": \"layer_norm\"";

  private final Map<String, float[]> vectors = new LinkedHashMap<>();
  private final float[] target = offCentre();

  /** Means are large, so that what is nearest without the recipe is something else. */
  private static float[] offCentre() {
    float[] vector = unitVector(DIMS);
    float mean = randomFloatBetween(-3, 3, true);
    for (int i = 0; i < DIMS; i++) {
      vector[i] += mean;
    }
    return vector;
  }

  private void createDocuments() {
    createVectorIndex(
        "test",
        matryoshka("vector", DIMS, RECIPE)
            + ", \"passages\": {\"type\": \"nested\", \"properties\": {"
            + matryoshka("vector", DIMS, RECIPE)
            + "}}");
    for (int i = 0; i < DOCS; i++) {
      float[] vector = offCentre();
      vectors.put(String.valueOf(i), vector);
      index(
          "test",
          String.valueOf(i),
          format("{\"vector\": %1$s, \"passages\": [{\"vector\": %1$s}]}", json(vector)));
      if (i % 50 == 0) {
        flush("test");
      }
    }
    flush("test");
    if (randomBoolean()) {
      forceMerge("test");
    }
  }

  /** By the definition: (x - mean) / sqrt(variance + 1e-5), in doubles. */
  private static float[] layerNorm(float[] vector) {
    double mean = 0;
    for (float component : vector) {
      mean += component / (double) DIMS;
    }
    double variance = 0;
    for (float component : vector) {
      variance += (component - mean) * (component - mean) / DIMS;
    }
    float[] normed = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      normed[i] = (float) ((vector[i] - mean) / Math.sqrt(variance + 1e-5));
    }
    return normed;
  }

  private float score(float[] vector) {
    return VectorSimilarityFunction.COSINE.compare(layerNorm(target), layerNorm(vector));
  }

  private List<String> nearest(int k) {
    List<String> ids = new ArrayList<>(vectors.keySet());
    ids.sort(Comparator.comparingDouble((String id) -> -score(vectors.get(id))));
    return ids.subList(0, k);
  }

  private void assertNearest(QueryBuilder query, int k) {
    Map<String, Float> hits = search("test", query, k);
    assertEquals(nearest(k), List.copyOf(hits.keySet()));
    hits.forEach((id, score) -> assertEquals(score(vectors.get(id)), score, 1e-5f));
  }

  private static MatryoshkaKnnQueryBuilder knn(
      float[] target, int k, List<FunnelStage> funnel, Float similarity) {
    return new MatryoshkaKnnQueryBuilder(
        "vector",
        QueryVector.of(target),
        new SearchSize(k, DOCS, null),
        funnel,
        Prefilters.of(),
        similarity);
  }

  public void testHitsAndScores() {
    createDocuments();
    assertNearest(knn(target, DOCS, List.of(), null), DOCS);
    List<FunnelStage> funnel = List.of(new FunnelStage(8, DOCS - 1), new FunnelStage(12, 60));
    assertEquals(nearest(1), List.copyOf(search("test", knn(target, 1, funnel, null), 1).keySet()));
  }

  public void testLeastSimilarity() {
    createDocuments();
    float third = score(vectors.get(nearest(3).get(2)));
    float between = 2 * third - 1 - 1e-4f; // a cosine, a little below
    assertNearest(knn(target, 10, List.of(), between), 3);
  }

  public void testNestedWithInnerHits() {
    createDocuments();
    QueryBuilder passages = knn("passages.vector", target, DOCS, DOCS);
    QueryBuilder nested =
        new NestedQueryBuilder("passages", passages, ScoreMode.Max).innerHit(new InnerHitBuilder());
    assertNearest(nested, 10);
    assertResponse(
        client().prepareSearch("test").setQuery(nested).setSize(10),
        response -> {
          for (SearchHit hit : response.getHits().getHits()) {
            SearchHit passage = hit.getInnerHits().get("passages").getAt(0);
            assertEquals(score(vectors.get(hit.getId())), passage.getScore(), 1e-5f);
          }
        });
  }

  public void testExplainAndProfile() {
    createDocuments();
    assertResponse(
        client()
            .prepareSearch("test")
            .setQuery(knn(target, 5, List.of(), null))
            .setExplain(true)
            .setProfile(true),
        response -> {
          assertEquals(5, response.getHits().getHits().length);
          for (SearchHit hit : response.getHits().getHits()) {
            String explanation = hit.getExplanation().toString();
            assertThat(explanation, containsString("score by the full vector in field [vector]"));
            float score = score(vectors.get(hit.getId()));
            assertEquals(score, hit.getExplanation().getValue().floatValue(), 1e-5f);
          }
          assertEquals(1, response.getSearchProfileShardResults().size());
        });
  }

  public void testQueriesThatItCannotTake() {
    createDocuments();
    for (int dims : new int[] {1, 4, DIMS - 1}) {
      assertRefused(
          knn(unitVector(dims), 5, List.of(), null),
          "[query_vector] for field [vector] has ["
              + dims
              + "] dimensions but recipe [layer_norm] needs all dims [16]");
    }
    float[] equal = new float[DIMS];
    Arrays.fill(equal, 0.25f);
    assertRefused(
        knn(equal, 5, List.of(), null),
        "[query_vector] for field [vector] has variance [0.0] over its components but recipe"
            + " [layer_norm] needs more than [0]");
  }

  private void assertRefused(QueryBuilder query, String message) {
    Exception e =
        expectThrows(
            Exception.class, () -> client().prepareSearch("test").setQuery(query).get().decRef());
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(message));
  }
}
