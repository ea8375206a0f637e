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

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.common.compress.CompressedXContent;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.test.AbstractQueryTestCase;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.search.FunnelStage;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What Elasticsearch expects of any query, then the defaults, limits and errors of ours. */
public class MatryoshkaKnnQueryBuilderTests
    extends AbstractQueryTestCase<MatryoshkaKnnQueryBuilder> {
  private static final String FIELD = "embedding";
  private static final int DIMS = 16;
  private static final int PREFIX_DIMS = 4;
  private static final SearchSize DEFAULT_SIZE = new SearchSize(null, null, null);

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class);
  }

  @Override
  protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
    String mapping =
        """
        {"_doc": {"properties": {"embedding": {
          "type": "matryoshka_vector", "dims": 16, "prefix_dims": 4,
          "index_options": {"rescore_vector": {"oversample": 3}}}}}}
        """;
    mapperService.merge(
        "_doc", new CompressedXContent(mapping), MapperService.MergeReason.MAPPING_UPDATE);
  }

  @Override
  protected MatryoshkaKnnQueryBuilder doCreateTestQueryBuilder() {
    Integer k = randomBoolean() ? null : (Integer) randomIntBetween(1, 10);
    Integer numCandidates = randomBoolean() ? null : (Integer) randomIntBetween(30, 200);
    RescoreVector rescore =
        switch (between(0, 2)) {
          case 0 -> null;
          case 1 -> new RescoreVector(randomFloatBetween(3, 10, true));
          default -> RescoreVector.ofTargetRecall(randomFloatBetween(0.5f, 0.999f, true));
        };
    int dims = randomIntBetween(PREFIX_DIMS, DIMS);
    List<FunnelStage> funnel = new ArrayList<>();
    if (dims > PREFIX_DIMS + 2 && k != null && numCandidates != null) {
      funnel.add(new FunnelStage(PREFIX_DIMS + 1, k + 2));
      funnel.add(new FunnelStage(dims - 1, k));
    }
    List<QueryBuilder> filters =
        randomList(2, () -> QueryBuilders.termQuery(KEYWORD_FIELD_NAME, randomAlphaOfLength(4)));
    Float similarity = randomBoolean() ? null : (Float) randomFloatBetween(-1, 1, true);
    float[] vector = randomVector(dims);
    QueryVector target =
        randomBoolean() ? QueryVector.of(vector) : QueryVector.of(EncodedVectors.base64(vector));
    boolean exact = rarely();
    return new MatryoshkaKnnQueryBuilder(
        FIELD,
        target,
        exact ? new SearchSize(k, null, null, true) : new SearchSize(k, numCandidates, rescore),
        exact ? List.of() : funnel,
        new Prefilters(filters, randomBoolean()),
        similarity);
  }

  private static float[] randomVector(int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = randomFloatBetween(0.1f, 1, true);
    }
    return vector;
  }

  @Override
  protected void doAssertLuceneQuery(
      MatryoshkaKnnQueryBuilder builder, Query query, SearchExecutionContext context) {
    assertThat(query, instanceOf(MatryoshkaKnnQuery.class));
    assertEquals(FIELD, ((MatryoshkaKnnQuery) query).getField());
    assertNull(((MatryoshkaKnnQuery) query).getParents());
  }

  private static MatryoshkaKnnQueryBuilder query(
      SearchSize size, List<FunnelStage> funnel, int dims) {
    return new MatryoshkaKnnQueryBuilder(
        FIELD, QueryVector.of(randomVector(dims)), size, funnel, Prefilters.of(), null);
  }

  public void testFromJson() throws IOException {
    String json =
        """
        {
          "matryoshka_knn" : {
            "field" : "embedding",
            "query_vector" : [ 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 ],
            "k" : 10,
            "num_candidates" : 100,
            "rescore_vector" : { "oversample" : 5.0 },
            "funnel" : [ { "dims" : 5, "keep" : 30 } ],
            "filter" : [ { "term" : { "lang" : { "value" : "en" } } } ],
            "similarity" : 0.6,
            "boost" : 2.0,
            "_name" : "mine"
          }
        }""";
    MatryoshkaKnnQueryBuilder parsed = (MatryoshkaKnnQueryBuilder) parseQuery(json);
    checkGeneratedJson(json, parsed);
    QueryBuilder expected =
        new MatryoshkaKnnQueryBuilder(
                FIELD,
                QueryVector.of(new float[] {1, 2, 3, 4, 5, 6}),
                new SearchSize(10, 100, new RescoreVector(5)),
                List.of(new FunnelStage(5, 30)),
                Prefilters.of(QueryBuilders.termQuery("lang", "en")),
                0.6f)
            .boost(2)
            .queryName("mine");
    assertEquals(expected, parsed);
  }

  public void testExactTakesNothingElse() throws IOException {
    String json =
        """
        {"matryoshka_knn": {"field": "embedding", "query_vector": [1, 2, 3, 4], "exact": true}}""";
    MatryoshkaKnnQueryBuilder parsed = (MatryoshkaKnnQueryBuilder) parseQuery(json);
    Query query = parsed.toQuery(createSearchExecutionContext());
    assertTrue(((MatryoshkaKnnQuery) query).isExact());
    for (String other :
        List.of(
            "'num_candidates': 100",
            "'rescore_vector': {'oversample': 3}",
            "'funnel': [{'dims': 3, 'keep': 20}]")) {
      String wrong = json.replace("true", "true, " + other.replace("'", "\""));
      Exception refused = expectThrows(Exception.class, () -> parseQuery(wrong));
      String message = refused.getMessage() + refused.getCause();
      assertTrue(message, message.contains("[exact] compares all documents"));
    }
  }

  public void testOneFilterNeedsNoArray() throws IOException {
    QueryBuilder parsed =
        parseQuery(
            """
            {"matryoshka_knn": {"field": "embedding", "query_vector": [1, 2, 3, 4],
              "filter": {"term": {"lang": "en"}}}}
            """);
    assertEquals(
        new MatryoshkaKnnQueryBuilder(
            FIELD,
            QueryVector.of(new float[] {1, 2, 3, 4}),
            DEFAULT_SIZE,
            List.of(),
            Prefilters.of(QueryBuilders.termQuery("lang", "en")),
            null),
        parsed);
  }

  public void testSimilarityBecomesAScore() throws IOException {
    MatryoshkaKnnQueryBuilder builder =
        new MatryoshkaKnnQueryBuilder(
            FIELD,
            QueryVector.of(randomVector(DIMS)),
            DEFAULT_SIZE,
            List.of(),
            Prefilters.of(),
            0.6f);
    MatryoshkaKnnQuery query = (MatryoshkaKnnQuery) builder.toQuery(createSearchExecutionContext());
    assertEquals(0.8f, query.getMinScore(), 1e-6f);
  }

  public void testFunnel() throws IOException {
    SearchSize size = new SearchSize(10, 100, null);
    List<FunnelStage> stages = List.of(new FunnelStage(8, 40), new FunnelStage(12, 20));
    MatryoshkaKnnQuery query =
        (MatryoshkaKnnQuery) query(size, stages, DIMS).toQuery(createSearchExecutionContext());
    assertEquals(stages, query.getFunnel());

    assertFunnelRefused(
        "dims [16] must be fewer than the [16] of the query vector", new FunnelStage(16, 40));
    assertFunnelRefused("keep [9] must be at least [10], [k]", new FunnelStage(8, 9));
    assertFunnelRefused(
        "dims [8] must be more than [8], those of the stage",
        new FunnelStage(8, 40),
        new FunnelStage(8, 20));
    assertFunnelRefused(
        "keep [40] must be fewer than the [40] candidates",
        new FunnelStage(8, 40),
        new FunnelStage(12, 40));
    assertFunnelRefused("dims [4] must be more than [4], prefix_dims", new FunnelStage(4, 40));
    assertFunnelRefused("must be fewer than the [100] candidates", new FunnelStage(8, 100));
  }

  private static void assertFunnelRefused(String message, FunnelStage... stages) {
    SearchSize size = new SearchSize(10, 100, null);
    Exception e =
        expectThrows(
            IllegalArgumentException.class,
            () -> query(size, List.of(stages), DIMS).toQuery(createSearchExecutionContext()));
    assertThat(e.getMessage(), containsString(message));
  }

  public void testQueryVectorMustFitTheField() {
    for (int dims : new int[] {PREFIX_DIMS - 1, DIMS + 1}) {
      Exception e =
          expectThrows(
              IllegalArgumentException.class,
              () -> query(DEFAULT_SIZE, List.of(), dims).toQuery(createSearchExecutionContext()));
      assertEquals(
          "[query_vector] for field [embedding] has ["
              + dims
              + "] dimensions but must have at least prefix_dims [4] and at most dims [16]",
          e.getMessage());
    }
  }

  public void testQueryVectorMustBeNumbers() {
    for (String vector : List.of("null", "{}", "true", "[1, null]", "[[1]]")) {
      String json =
          "{\"matryoshka_knn\": {\"field\": \"embedding\", \"query_vector\": " + vector + "}}";
      Exception e = expectThrows(IllegalArgumentException.class, () -> parseQuery(json));
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      assertThat(cause.getMessage(), containsString("query_vector"));
    }
  }

  public void testSimilarityMustBeANumber() {
    Exception e =
        expectThrows(
            IllegalArgumentException.class,
            () ->
                new MatryoshkaKnnQueryBuilder(
                    "embedding",
                    QueryVector.of(randomVector(DIMS)),
                    DEFAULT_SIZE,
                    List.of(),
                    Prefilters.of(),
                    Float.NaN));
    assertEquals("[similarity] must be a number but was [NaN]", e.getMessage());
  }

  public void testUnmappedFieldMatchesNothing() throws IOException {
    Query query =
        new MatryoshkaKnnQueryBuilder(
                "missing",
                QueryVector.of(randomVector(DIMS)),
                DEFAULT_SIZE,
                List.of(),
                Prefilters.of(),
                null)
            .toQuery(createSearchExecutionContext());
    assertThat(query, instanceOf(MatchNoDocsQuery.class));
  }

  public void testFieldOfAnotherType() {
    Exception e =
        expectThrows(
            IllegalArgumentException.class,
            () ->
                new MatryoshkaKnnQueryBuilder(
                        KEYWORD_FIELD_NAME,
                        QueryVector.of(randomVector(DIMS)),
                        DEFAULT_SIZE,
                        List.of(),
                        Prefilters.of(),
                        null)
                    .toQuery(createSearchExecutionContext()));
    assertEquals(
        "[matryoshka_knn] queries are only supported on [matryoshka_vector] fields but field ["
            + KEYWORD_FIELD_NAME
            + "] is of type [keyword]",
        e.getMessage());
  }

  public void testFilterThatMatchesNothing() throws IOException {
    QueryBuilder query =
        new MatryoshkaKnnQueryBuilder(
            FIELD,
            QueryVector.of(randomVector(DIMS)),
            DEFAULT_SIZE,
            List.of(),
            Prefilters.of(new MatchNoneQueryBuilder()),
            null);
    assertThat(
        query.rewrite(createSearchExecutionContext()), instanceOf(MatchNoneQueryBuilder.class));
  }
}
