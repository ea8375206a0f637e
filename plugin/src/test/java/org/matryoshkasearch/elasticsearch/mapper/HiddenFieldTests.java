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

import static org.elasticsearch.search.sort.SortOrder.ASC;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.search.SearchPhaseExecutionException;
import org.elasticsearch.action.search.SearchRequestBuilder;
import org.elasticsearch.action.search.SearchResponse;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.document.DocumentField;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.index.query.DistanceFeatureQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.plugins.FieldPredicate;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.script.Script;
import org.elasticsearch.script.ScriptType;
import org.elasticsearch.search.aggregations.AggregationBuilders;
import org.elasticsearch.search.aggregations.support.ValuesSourceAggregationBuilder;
import org.elasticsearch.search.collapse.CollapseBuilder;
import org.elasticsearch.search.fetch.subphase.FieldAndFormat;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.elasticsearch.query.MatryoshkaKnnQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.Prefilters;
import org.matryoshkasearch.elasticsearch.query.QueryVector;
import org.matryoshkasearch.elasticsearch.query.SearchSize;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** A field that security hides is, to a search, one that does not exist. */
public class HiddenFieldTests extends VectorIndexTestCase {

  /** What security does to mappings, of the fields whose names begin so. */
  public static final class HidingPlugin extends Plugin implements MapperPlugin {
    @Override
    public Function<String, FieldPredicate> getFieldFilter() {
      return index -> index.equals("test") ? new NotHidden() : FieldPredicate.ACCEPT_ALL;
    }
  }

  private record NotHidden() implements FieldPredicate {
    @Override
    public boolean test(String field) {
      return field.startsWith("hidden") == false;
    }

    @Override
    public String modifyHash(String hash) {
      return "hides:" + hash;
    }

    @Override
    public long ramBytesUsed() {
      return 0;
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
    plugins.add(HidingPlugin.class);
    plugins.add(VectorScripts.class);
    return plugins;
  }

  /** Requests that would tell that the field is there, of which type, or its dimensions. */
  private static List<QueryBuilder> telling(String field) {
    return List.of(
        knn(field, unitVector(3), 5),
        knn(field, new float[8], 5),
        knn(field, unitVector(9), 5),
        new MatryoshkaKnnQueryBuilder(
            field,
            QueryVector.of(unitVector(8)),
            new SearchSize(5, 50, null),
            List.of(new FunnelStage(3, 10)),
            Prefilters.of(),
            null),
        new MatryoshkaKnnQueryBuilder(
            field,
            QueryVector.of("AAAA"),
            new SearchSize(5, 50, null),
            List.of(),
            Prefilters.of(),
            null),
        QueryBuilders.termQuery(field, "x"),
        QueryBuilders.termsQuery(field, "x", "y"));
  }

  public void testQueries() throws IOException {
    for (String index : List.of("test", "other")) {
      createVectorIndex(index, fields("\"prefix_dims\": 4"));
      index(index, "1", document());
      flush(index);
    }
    for (QueryBuilder query : telling("hidden")) {
      assertEquals(Map.of(), found("test", query));
      expectThrows(Exception.class, () -> found("other", query));
    }
    for (QueryBuilder query : telling("shown")) {
      expectThrows(Exception.class, () -> found("test", query));
    }
    assertEquals(Map.of(), found("test", knn("hidden", unitVector(8), 5)));
    assertEquals(1, found("test", knn("shown", unitVector(8), 5)).size());
    assertEquals(1, found("other", knn("hidden", unitVector(8), 5)).size());
  }

  public void testSorting() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    assertEquals(reasonNotToSortBy("missing"), reasonNotToSortBy("hidden"));
    assertNotEquals(reasonNotToSortBy("missing"), reasonNotToSortBy("shown"));
  }

  public void testAggregations() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    for (ValuesSourceAggregationBuilder<?> aggregation :
        List.of(
            AggregationBuilders.missing("a"),
            AggregationBuilders.count("a"),
            AggregationBuilders.cardinality("a"),
            AggregationBuilders.terms("a"),
            AggregationBuilders.min("a"),
            AggregationBuilders.stats("a"),
            AggregationBuilders.percentiles("a"),
            AggregationBuilders.histogram("a").interval(1),
            AggregationBuilders.range("a").addRange(0, 1))) {
      assertEquals(aggregated(aggregation, "missing"), aggregated(aggregation, "hidden"));
      expectThrows(Exception.class, () -> aggregated(aggregation, "shown"));
    }
    for (ValuesSourceAggregationBuilder<?> aggregation :
        List.of(
            AggregationBuilders.count("a").missing(1),
            AggregationBuilders.cardinality("a").missing(1),
            AggregationBuilders.max("a").missing(1))) {
      assertEquals(aggregated(aggregation, "missing"), aggregated(aggregation, "hidden"));
    }
  }

  /** What Elasticsearch's own queries would say of the type is not said of a hidden field. */
  public void testQueriesOfOtherTypes() throws Exception {
    createVectorIndex("test", fields("\"prefix_dims\": 4"));
    index("test", "1", document());
    flush("test");
    List<Function<String, QueryBuilder>> queries =
        List.of(
            QueryBuilders::existsQuery,
            field -> QueryBuilders.termQuery(field, "x").caseInsensitive(true),
            field -> QueryBuilders.rangeQuery(field).gte(1),
            field -> QueryBuilders.matchQuery(field, "x y"),
            field -> QueryBuilders.matchQuery(field, "x y").analyzer("standard"),
            field -> QueryBuilders.matchPhraseQuery(field, "x y"),
            field -> QueryBuilders.matchPhraseQuery(field, "x y").analyzer("standard"),
            field -> QueryBuilders.matchPhrasePrefixQuery(field, "x y"),
            field -> QueryBuilders.matchBoolPrefixQuery(field, "x y"),
            field -> QueryBuilders.multiMatchQuery("x", field),
            field -> QueryBuilders.multiMatchQuery("x", field.substring(0, 3) + "*"),
            field -> QueryBuilders.simpleQueryStringQuery("x*").field(field),
            field -> QueryBuilders.queryStringQuery("x~").field(field),
            field -> QueryBuilders.prefixQuery(field, "x"),
            field -> QueryBuilders.wildcardQuery(field, "x*"),
            field -> QueryBuilders.regexpQuery(field, "x.*"),
            field -> QueryBuilders.fuzzyQuery(field, "x"),
            field ->
                QueryBuilders.distanceFeatureQuery(
                    field, new DistanceFeatureQueryBuilder.Origin("now"), "1d"),
            field -> QueryBuilders.spanMultiTermQueryBuilder(QueryBuilders.prefixQuery(field, "x")),
            field -> knn("shown", QueryBuilders.existsQuery(field)),
            field -> knn("shown", QueryBuilders.rangeQuery(field).gte(1)));
    for (Function<String, QueryBuilder> query : queries) {
      assertEquals(Map.of(), found("test", query.apply("missing")));
      assertEquals(Map.of(), found("test", query.apply("hidden")));
    }
    QueryBuilder exists = QueryBuilders.existsQuery("shown");
    assertEquals(1, found("test", exists).size());
    expectThrows(Exception.class, () -> found("test", QueryBuilders.prefixQuery("shown", "x")));
    expectThrows(Exception.class, () -> found("test", QueryBuilders.matchQuery("shown", "x")));
  }

  private static QueryBuilder knn(String field, QueryBuilder filter) {
    return new MatryoshkaKnnQueryBuilder(
        field,
        QueryVector.of(unitVector(8)),
        new SearchSize(5, null, null),
        List.of(),
        Prefilters.of(filter),
        null);
  }

  /** Our query says what it is for, and not of a field of which the user may not know. */
  public void testFieldsOfOtherTypes() throws Exception {
    String others =
        """
        "%1$s_word": {"type": "keyword"}, "%1$s_dense": {"type": "dense_vector", "dims": 8},
        "of_%1$s": {"type": "alias", "path": "%1$s"},
        "of_%1$s_word": {"type": "alias", "path": "%1$s_word"},
        "%1$s_alias": {"type": "alias", "path": "shown"}\
        """;
    createVectorIndex(
        "test",
        fields("\"prefix_dims\": 4")
            + ","
            + String.format(Locale.ROOT, others, "hidden")
            + ","
            + String.format(Locale.ROOT, others, "shown"));
    index("test", "1", document());
    flush("test");
    for (String field :
        List.of("hidden_word", "hidden_dense", "of_hidden", "of_hidden_word", "hidden_alias")) {
      assertEquals(field, Map.of(), foundBy(field));
    }
    for (String field : List.of("of_shown", "shown_alias")) {
      assertEquals(field, 1, foundBy(field).size());
    }
    for (String field : List.of("shown_word", "shown_dense", "of_shown_word")) {
      Exception e = expectThrows(Exception.class, () -> foundBy(field));
      assertTrue(e.toString(), ExceptionsHelper.stackTrace(e).contains("are only supported on"));
    }
  }

  private Map<String, Float> foundBy(String field) throws IOException {
    return found("test", knn(field, unitVector(8), 5));
  }

  /** Asks as a request does, whose query comes to know what the user may see. */
  private Map<String, Float> found(String index, QueryBuilder query) throws IOException {
    return search(index, parsed(Strings.toString(query)), 5);
  }

  private QueryBuilder parsed(String query) throws IOException {
    try (XContentParser parser =
        XContentHelper.createParser(
            XContentParserConfiguration.EMPTY.withRegistry(
                getInstanceFromNode(NamedXContentRegistry.class)),
            new BytesArray(query),
            XContentType.JSON)) {
      return AbstractQueryBuilder.parseTopLevelQuery(parser);
    }
  }

  public void testFetching() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    for (String format : Arrays.asList(null, "array", "binary", "nope")) {
      for (boolean docValues : new boolean[] {false, true}) {
        assertEquals(Set.of(), fetched("hidden", format, docValues));
      }
    }
    assertEquals(Set.of("shown"), fetched("shown", "array", true));
    assertEquals(Set.of("shown"), fetched("shown", null, false));
    expectThrows(Exception.class, () -> fetched("shown", "nope", true));
  }

  /** The fields of a hit that have values, which are those that are told. */
  private Set<String> fetched(String field, String format, boolean docValues) {
    SearchRequestBuilder request = client().prepareSearch("test");
    if (docValues) {
      request.addDocValueField(field, format);
    } else {
      request.addFetchField(new FieldAndFormat(field, format));
    }
    SearchResponse response = request.get();
    try {
      assertEquals(0, response.getFailedShards());
      return response.getHits().getAt(0).getFields().values().stream()
          .filter(told -> told.getValues().isEmpty() == false)
          .map(DocumentField::getName)
          .collect(Collectors.toSet());
    } finally {
      response.decRef();
    }
  }

  public void testScripts() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    for (String code :
        List.of(
            "doc[params.field].size()",
            "doc[params.field].magnitude",
            "field(params.field).isEmpty() ? 1 : 0",
            "field(params.field).get(null) == null ? 0 : 1",
            "dotProduct(params.query, params.field) + 1")) {
      assertEquals(code, scored(code, "missing"), scored(code, "hidden"));
      assertNotEquals(code, scored(code, "missing"), scored(code, "shown"));
    }
  }

  /** The score of the only document, or why there is none; without the name of the field. */
  private String scored(String code, String field) {
    Map<String, Object> parameters =
        Map.of("field", field, "query", List.of(1, 0, 0, 0, 0, 0, 0, 0));
    Script script = new Script(ScriptType.INLINE, VectorScripts.LANGUAGE, code, parameters);
    try {
      return search(
              "test", QueryBuilders.scriptScoreQuery(QueryBuilders.matchAllQuery(), script), 1)
          .toString();
    } catch (SearchPhaseExecutionException e) {
      StringBuilder reasons = new StringBuilder();
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        reasons.append(cause.getMessage()).append('\n');
      }
      return reasons.toString().replace(field, "");
    }
  }

  public void testCollapsing() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    String told =
        reasonOf(client().prepareSearch("test").setCollapse(new CollapseBuilder("hidden")));
    assertEquals(
        reasonOf(client().prepareSearch("test").setCollapse(new CollapseBuilder("missing")))
            .replace("missing", "hidden"),
        told);
  }

  private String aggregated(ValuesSourceAggregationBuilder<?> aggregation, String field) {
    aggregation.field(field);
    SearchResponse response = client().prepareSearch("test").addAggregation(aggregation).get();
    try {
      assertEquals(0, response.getFailedShards());
      return Strings.toString(response.getAggregations().get("a"));
    } finally {
      response.decRef();
    }
  }

  /** Without the name of the field. */
  private String reasonNotToSortBy(String field) {
    return reasonOf(client().prepareSearch("test").addSort(field, ASC)).replace(field, "");
  }

  private static String reasonOf(SearchRequestBuilder request) {
    Exception e = expectThrows(Exception.class, request::get);
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    return ExceptionsHelper.unwrapCause(e.getCause()).getMessage();
  }

  private static String fields(String options) {
    return matryoshka("hidden", 8, options) + "," + matryoshka("shown", 8, options);
  }

  private static String document() {
    return "{\"hidden\": " + json(unitVector(8)) + ", \"shown\": " + json(unitVector(8)) + "}";
  }
}
