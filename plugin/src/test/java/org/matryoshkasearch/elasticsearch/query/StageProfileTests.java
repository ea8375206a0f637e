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
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.startsWith;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.action.search.SearchRequestBuilder;
import org.elasticsearch.action.search.SearchType;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.index.query.functionscore.FunctionScoreQueryBuilder.FilterFunctionBuilder;
import org.elasticsearch.index.query.functionscore.ScoreFunctionBuilders;
import org.elasticsearch.search.profile.ProfileResult;
import org.elasticsearch.search.profile.SearchProfileShardResult;
import org.elasticsearch.search.profile.query.QueryProfileShardResult;
import org.elasticsearch.search.rescore.QueryRescorerBuilder;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** What a profile says of {@code matryoshka_knn}. */
public class StageProfileTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 24;
  private static final int DOCS = 120;

  private void createDocuments(String elementType) {
    createVectorIndex(
        INDEX,
        matryoshka("vector", DIMS, "\"prefix_dims\": 6, \"element_type\": \"" + elementType + "\"")
            + ", \"child\": {\"type\": \"nested\", \"properties\": {"
            + matryoshka("vector", DIMS, "\"prefix_dims\": 6")
            + "}}");
    for (int i = 0; i < DOCS; i++) {
      String vector = json(unitVector(DIMS));
      index(
          INDEX,
          String.valueOf(i),
          "{\"vector\": " + vector + ", \"child\": {\"vector\": " + vector + "}}");
      if (i == DOCS / 2) {
        flush(INDEX);
      }
    }
    flush(INDEX);
  }

  private static QueryBuilder funnel() {
    return new MatryoshkaKnnQueryBuilder(
        "vector",
        QueryVector.of(unitVector(DIMS)),
        new SearchSize(5, 40, null),
        List.of(new FunnelStage(12, 20), new FunnelStage(18, 10)),
        Prefilters.of(),
        null);
  }

  private SearchRequestBuilder search(QueryBuilder query) {
    return client().prepareSearch(INDEX).setQuery(query).setProfile(true);
  }

  private static QueryProfileShardResult profile(Map<String, SearchProfileShardResult> shards) {
    assertEquals(1, shards.size());
    return shards.values().iterator().next().getQueryProfileResults().get(0);
  }

  /** The entries of our queries, each of which has stages. */
  private static List<ProfileResult> ours(QueryProfileShardResult profile) {
    List<ProfileResult> ours = new ArrayList<>();
    for (ProfileResult entry : profile.getQueryResults()) {
      if (entry.getQueryName().equals("MatryoshkaKnnQuery")) {
        ours.add(entry);
        assertEquals(
            entry.getTime(),
            entry.getProfiledChildren().stream().mapToLong(ProfileResult::getTime).sum());
        assertThat(profile.getRewriteTime(), greaterThanOrEqualTo(entry.getTime()));
      }
    }
    return ours;
  }

  private static void assertStage(
      ProfileResult stage, String name, int dims, int in, int out, long bytes) {
    assertEquals(name, stage.getQueryName());
    assertThat(stage.getTime(), greaterThan(0L));
    Map<String, Object> details = stage.getDebugInfo();
    assertEquals(dims, details.get("dims"));
    assertEquals(in, details.get("vectors_in"));
    assertEquals(out, details.get("vectors_out"));
    assertEquals(bytes, details.get("full_vector_bytes"));
  }

  private static long visited(ProfileResult graph) {
    long visited = (long) graph.getDebugInfo().get("nodes_visited");
    assertThat(visited, allOf(greaterThanOrEqualTo(40L), lessThanOrEqualTo((long) DOCS)));
    return visited;
  }

  public void testSectionForEachStage() {
    boolean bfloat16 = randomBoolean();
    createDocuments(bfloat16 ? "bfloat16" : "float");
    long bytes = bfloat16 ? 2 : 4;
    assertResponse(
        search(funnel()),
        response -> {
          QueryProfileShardResult profile = profile(response.getSearchProfileShardResults());
          assertEquals("the tree of the query, and ours", 2, profile.getQueryResults().size());
          List<ProfileResult> ours = ours(profile);
          assertEquals(1, ours.size());
          assertThat(
              ours.get(0).getLuceneDescription(),
              startsWith("MatryoshkaKnnQuery(vector: 24 dims ["));
          List<ProfileResult> stages = ours.get(0).getProfiledChildren();
          assertEquals(4, stages.size());
          assertStage(stages.get(0), "graph", 6, DOCS, 40, 0);
          assertStage(stages.get(1), "funnel", 12, 40, 20, 40 * 12 * bytes);
          assertStage(stages.get(2), "funnel", 18, 20, 10, 20 * 18 * bytes);
          assertStage(stages.get(3), "full", DIMS, 10, 5, 10 * DIMS * bytes);
          assertEquals(
              "a funnel stage of 12 dimensions: 20 of 40 vectors",
              stages.get(1).getLuceneDescription());
          assertEquals(
              Long.valueOf(visited(stages.get(0)) + 40 + 20 + 10),
              profile.getVectorOperationsCount());
          assertTrue(stages.get(3).getTimeBreakdown().containsKey("next_doc"));
        });
  }

  public void testEveryQueryOfASearch() {
    createDocuments("float");
    QueryBuilder query =
        QueryBuilders.boolQuery()
            .must(QueryBuilders.functionScoreQuery(knn("vector", unitVector(DIMS), 5, 50)))
            .should(QueryBuilders.constantScoreQuery(funnel()))
            .should(
                QueryBuilders.nestedQuery(
                    "child", knn("child.vector", unitVector(DIMS), 5, 50), ScoreMode.Max))
            .mustNot(knn("vector", unitVector(DIMS), 2, DOCS));
    QueryRescorerBuilder rescorer =
        new QueryRescorerBuilder(knn("vector", unitVector(DIMS), 3, 60));
    assertResponse(
        search(query).addRescorer(rescorer),
        response -> {
          List<ProfileResult> ours = ours(profile(response.getSearchProfileShardResults()));
          List<String> stages = new ArrayList<>();
          ours.forEach(
              entry ->
                  stages.add(
                      String.join(
                          " ",
                          entry.getProfiledChildren().stream()
                              .map(ProfileResult::getQueryName)
                              .toList())));
          assertEquals(5, stages.size());
          assertTrue(stages.toString(), stages.contains("graph funnel funnel full"));
          assertTrue(stages.toString(), stages.contains("all full"));
        });
  }

  public void testFiltersOfASearch() {
    createDocuments("float");
    QueryBuilder inner = knn("vector", unitVector(DIMS), 60, 100);
    FilterFunctionBuilder function =
        new FilterFunctionBuilder(
            knn("vector", unitVector(DIMS), 2, 50), ScoreFunctionBuilders.weightFactorFunction(2));
    QueryBuilder query =
        QueryBuilders.functionScoreQuery(
            knn("vector", unitVector(DIMS), 5, 50, inner), new FilterFunctionBuilder[] {function});
    assertResponse(
        search(query).setPostFilter(knn("vector", unitVector(DIMS), 20, 100)),
        response -> assertEquals(4, ours(profile(response.getSearchProfileShardResults())).size()));
  }

  public void testOnlyWhereItIsAskedFor() {
    createDocuments("float");
    assertResponse(
        client().prepareSearch(INDEX).setQuery(funnel()),
        response -> assertEquals(Map.of(), response.getSearchProfileShardResults()));
    assertResponse(
        search(QueryBuilders.matchAllQuery()),
        response -> {
          QueryProfileShardResult profile = profile(response.getSearchProfileShardResults());
          assertEquals(List.of(), ours(profile));
          assertNull(profile.getVectorOperationsCount());
        });
  }

  public void testBesideTheOtherPhases() {
    createVectorIndex(
        INDEX,
        Settings.builder().put("index.number_of_shards", 2).build(),
        matryoshka("vector", DIMS, ""));
    for (int i = 0; i < 10; i++) {
      index(INDEX, String.valueOf(i), "{\"vector\": " + json(unitVector(DIMS)) + "}");
    }
    refresh(INDEX);
    assertResponse(
        search(knn("vector", unitVector(DIMS), 3)).setSearchType(SearchType.DFS_QUERY_THEN_FETCH),
        response -> {
          assertEquals(2, response.getSearchProfileShardResults().size());
          for (SearchProfileShardResult shard : response.getSearchProfileShardResults().values()) {
            assertEquals(1, ours(shard.getQueryProfileResults().get(0)).size());
            assertNotNull(shard.getSearchProfileDfsPhaseResult());
            assertNotNull(shard.getFetchPhase());
          }
        });
  }
}
