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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.elasticsearch.action.admin.indices.alias.IndicesAliasesRequest.AliasActions;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.index.query.Rewriteable;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.query.functionscore.FunctionScoreQueryBuilder;
import org.elasticsearch.index.query.functionscore.FunctionScoreQueryBuilder.FilterFunctionBuilder;
import org.elasticsearch.index.query.functionscore.ScoreFunctionBuilders;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.search.SearchModule;
import org.elasticsearch.search.aggregations.AggregationBuilders;
import org.elasticsearch.search.rescore.QueryRescorerBuilder;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.elasticsearch.mapper.VectorScripts;

/** Searches inside of any queries, in filters of aliases too: none is built inside of itself. */
public class SurroundingsTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final String ALIAS = "alias";
  private static final int DIMS = 12;
  private static final int DOCS = 60;
  private static final int K = 5;

  /** Queries that hold others ({@code %s}), in each place where they do. */
  private static final Map<String, List<String>> HOLDERS =
      Map.of(
          "bool",
          List.of(
              "{'must': [%s, {'match_all': {}}]}",
              "{'filter': [%s], 'must_not': {'term': {'tag': 'odd'}}}",
              "{'must_not': [%s]}",
              "{'should': [%s, {'term': {'tag': 'rare'}}], 'minimum_should_match': 1}",
              "{'should': [%s], 'filter': [{'term': {'tag': 'even'}}]}"),
          "boosting",
          List.of(
              "{'positive': %s, 'negative': {'term': {'tag': 'odd'}}, 'negative_boost': 0.5}",
              "{'positive': {'match_all': {}}, 'negative': %s, 'negative_boost': 0.5}"),
          "constant_score",
          List.of("{'filter': %s}"),
          "dis_max",
          List.of("{'queries': [%s, {'term': {'tag': 'rare'}}]}"),
          "function_score",
          List.of(
              "{'query': %s, 'functions': [{'weight': 2}]}",
              "{'functions': [{'weight': 2, 'filter': %s}]}"),
          "script_score",
          List.of(
              "{'query': %s, 'script': {'lang': 'vectors', 'source': 'doc[params.field].size()',"
                  + " 'params': {'field': 'vector'}}}"),
          "knn",
          List.of("{'field': 'dense', 'query_vector': [1, 2], 'k': 20, 'filter': %s}"),
          MatryoshkaKnnQueryBuilder.NAME,
          List.of(
              "{'field': 'vector', 'query_vector': [1, 2, 3, 4], 'k': 20, 'filter': %s}",
              "{'field': 'vector', 'query_vector': [1, 2, 3, 4], 'k': 20, 'filter': [%s],"
                  + " 'auto_prefiltering': true}"),
          "nested",
          List.of("{'path': 'child', 'query': {'bool': {'should': [%s, {'match_all': {}}]}}}"),
          "wrapper",
          List.of("{'query': '%s'}"));

  private final float[] target = unitVector(DIMS);

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class, VectorScripts.class);
  }

  private IndexService createDocuments() {
    IndexService service =
        createVectorIndex(
            INDEX,
            matryoshka("vector", DIMS, "\"prefix_dims\": 4")
                + ", \"tag\": {\"type\": \"keyword\"},"
                + " \"dense\": {\"type\": \"dense_vector\", \"dims\": 2},"
                + " \"child\": {\"type\": \"nested\", \"properties\": {"
                + matryoshka("vector", DIMS, "\"prefix_dims\": 4")
                + "}}");
    for (int i = 0; i < DOCS; i++) {
      index(
          INDEX,
          String.valueOf(i),
          format(
              "{\"tag\": [\"%s\", \"%s\"], \"vector\": %3$s, \"dense\": [1, %4$s],"
                  + " \"child\": [{\"vector\": %3$s}]}",
              i % 6 == 0 ? "rare" : "common",
              i % 2 == 0 ? "even" : "odd",
              json(unitVector(DIMS)),
              i));
    }
    flush(INDEX);
    return service;
  }

  private QueryBuilder automatic(QueryBuilder... filters) {
    return knn(true, filters);
  }

  private MatryoshkaKnnQueryBuilder knn(boolean automatic, QueryBuilder... filters) {
    return new MatryoshkaKnnQueryBuilder(
        "vector",
        QueryVector.of(target),
        new SearchSize(K, DOCS, null),
        List.of(),
        new Prefilters(List.of(filters), automatic),
        null);
  }

  private static String held(String name, String holder, String query) {
    String inner =
        name.equals("wrapper")
            ? Base64.getEncoder().encodeToString(query.getBytes(StandardCharsets.UTF_8))
            : query;
    return "{\"" + name + "\": " + holder.replace('\'', '"').replace("%s", inner) + "}";
  }

  private static NamedXContentRegistry registry() {
    return new NamedXContentRegistry(
        new SearchModule(Settings.EMPTY, List.of(new MatryoshkaPlugin())).getNamedXContents());
  }

  private static QueryBuilder parse(String json) throws IOException {
    XContentParserConfiguration config = XContentParserConfiguration.EMPTY.withRegistry(registry());
    try (XContentParser parser = JsonXContent.jsonXContent.createParser(config, json)) {
      return AbstractQueryBuilder.parseTopLevelQuery(parser);
    }
  }

  /** Turns it into Lucene's, where an error is one of this test, then searches on the node. */
  private Set<String> ids(IndexService service, QueryBuilder query) throws IOException {
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      SearchExecutionContext context =
          service.newSearchExecutionContext(0, 0, searcher, () -> 0L, null, Map.of(), DOCS, null);
      context.toQuery(Rewriteable.rewrite(query, context));
    }
    return new HashSet<>(search(INDEX, query, DOCS).keySet());
  }

  /** So that {@link #HOLDERS} stays whole: no other query takes one under a usual name. */
  public void testOtherQueriesHoldNone() throws IOException {
    Set<String> others = new TreeSet<>();
    for (NamedXContentRegistry.Entry entry :
        new SearchModule(Settings.EMPTY, List.of(new MatryoshkaPlugin())).getNamedXContents()) {
      if (entry.categoryClass.equals(QueryBuilder.class)) {
        others.addAll(List.of(entry.name.getAllNamesIncludedDeprecated()));
      }
    }
    assertTrue(others.containsAll(HOLDERS.keySet()));
    others.removeAll(HOLDERS.keySet());
    others.removeIf(name -> name.startsWith("span_")); // these hold their own kind only
    for (String name : others) {
      for (String place : List.of("query", "filter", "organic", "match", "inner", "queries")) {
        for (String query : List.of("{\"no_such\": {}}", "[{\"no_such\": {}}]")) {
          String json = format("{\"%s\": {\"%s\": %s}}", name, place, query);
          try {
            parse(json);
          } catch (Exception e) {
            assertFalse(json, e.getMessage().contains("unknown query [no_such]"));
          }
        }
      }
    }
  }

  public void testBesideEveryHolder() throws IOException {
    IndexService service = createDocuments();
    String inner = automatic().toString();
    for (Map.Entry<String, List<String>> holders : HOLDERS.entrySet()) {
      for (String holder : holders.getValue()) {
        QueryBuilder held = parse(held(holders.getKey(), holder, inner));
        ids(service, held);
        ids(service, QueryBuilders.boolQuery().must(automatic()).must(held));
        ids(service, QueryBuilders.boolQuery().must(held).filter(automatic()).filter(held));
        ids(service, QueryBuilders.boolQuery().should(automatic()).mustNot(held));
        ids(service, QueryBuilders.boolQuery().should(held).filter(held));
      }
    }
  }

  public void testRandomNestings() throws IOException {
    IndexService service = createDocuments();
    for (int i = 0; i < 100; i++) {
      ids(service, parse(randomQuery(randomIntBetween(1, 6), HOLDERS.keySet())));
    }
  }

  private String randomQuery(int depth, Set<String> holders) {
    if (depth == 0) {
      return knn(randomBoolean()).toString();
    }
    List<String> clauses = new ArrayList<>();
    for (int i = randomIntBetween(1, 2); i > 0; i--) {
      String name = randomFrom(new TreeSet<>(holders));
      Set<String> within = new HashSet<>(holders);
      if (name.equals("nested")) {
        within.remove(name); // a path is not inside of itself
      }
      clauses.add(held(name, randomFrom(HOLDERS.get(name)), randomQuery(depth - 1, within)));
    }
    return clauses.size() == 1
        ? clauses.get(0)
        : held("bool", HOLDERS.get("bool").get(0), String.join(", ", clauses));
  }

  /** A demand filters though a search beside it in the same query does not. */
  public void testWhatIsLeftOfAQueryFilters() throws IOException {
    IndexService service = createDocuments();
    QueryBuilder rare = QueryBuilders.termQuery("tag", "rare");
    QueryBuilder mixed = QueryBuilders.boolQuery().must(automatic()).must(rare);
    Set<String> expected = ids(service, knn(false, rare));
    assertEquals(K, expected.size());
    assertEquals(
        expected,
        ids(
            service,
            QueryBuilders.boolQuery()
                .must(automatic())
                .must(QueryBuilders.constantScoreQuery(mixed))));
    // a filter of a function demands nothing
    QueryBuilder scored =
        new FunctionScoreQueryBuilder(
            new FilterFunctionBuilder[] {
              new FilterFunctionBuilder(automatic(), ScoreFunctionBuilders.weightFactorFunction(2))
            });
    assertEquals(
        expected,
        ids(service, QueryBuilders.boolQuery().must(automatic()).must(scored).filter(rare)));
  }

  /** What one of several queries does may match does not filter, if another may be a search. */
  public void testAlternativesOfASearch() throws IOException {
    IndexService service = createDocuments();
    QueryBuilder rare = QueryBuilders.termQuery("tag", "rare");
    Set<String> nearest = ids(service, knn(false));
    QueryBuilder either = QueryBuilders.boolQuery().should(knn(false)).should(rare);
    assertEquals(nearest, ids(service, QueryBuilders.boolQuery().must(automatic()).must(either)));
    QueryBuilder common = QueryBuilders.termQuery("tag", "common");
    QueryBuilder both = QueryBuilders.boolQuery().must(common).must(knn(false, rare));
    assertEquals(nearest, ids(service, QueryBuilders.boolQuery().must(automatic()).mustNot(both)));
  }

  public void testNamesOfDemands() {
    createDocuments();
    QueryBuilder scored = QueryBuilders.functionScoreQuery(knn(true).queryName("scored"));
    assertResponse(
        client()
            .prepareSearch(INDEX)
            .setQuery(QueryBuilders.boolQuery().must(scored).must(automatic().queryName("own"))),
        response -> {
          assertEquals(K, response.getHits().getHits().length);
          assertEquals(
              Set.of("scored", "own"), Set.of(response.getHits().getAt(0).getMatchedQueries()));
        });
  }

  private void createAlias(QueryBuilder filter) {
    indicesAdmin()
        .prepareAliases(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .addAliasAction(AliasActions.add().index(INDEX).alias(ALIAS).filter(filter))
        .get();
  }

  private Set<String> aliasIds(QueryBuilder query) {
    return new HashSet<>(search(ALIAS, query, DOCS).keySet());
  }

  public void testSearchAsAliasFilter() throws IOException {
    IndexService service = createDocuments();
    Set<String> nearest = ids(service, knn(false));
    createAlias(QueryBuilders.boolQuery().filter(knn(randomBoolean())));
    assertEquals(nearest, aliasIds(QueryBuilders.matchAllQuery()));
    assertEquals(nearest, aliasIds(knn(randomBoolean())));
    assertEquals(
        nearest, aliasIds(QueryBuilders.boolQuery().must(automatic()).filter(automatic())));
    // a search for others is filtered by that of the alias
    for (int i = 0; i < target.length; i++) {
      target[i] = -target[i];
    }
    assertEquals(nearest, aliasIds(knn(randomBoolean())));
    QueryBuilder rare = QueryBuilders.termQuery("tag", "rare");
    createAlias(QueryBuilders.boolQuery().mustNot(knn(false)));
    Set<String> farthest = ids(service, knn(false));
    Set<String> others = aliasIds(knn(true, rare));
    assertEquals(K, others.size());
    assertTrue(Collections.disjoint(farthest, others));
  }

  public void testEveryHolderAsAliasFilter() throws IOException {
    createDocuments();
    for (Map.Entry<String, List<String>> holders : HOLDERS.entrySet()) {
      if (holders.getKey().equals("knn")) {
        continue; // see docs/known-issues.md
      }
      for (String holder : holders.getValue()) {
        QueryBuilder held = parse(held(holders.getKey(), holder, automatic().toString()));
        createAlias(held);
        aliasIds(QueryBuilders.matchAllQuery());
        aliasIds(automatic());
        aliasIds(QueryBuilders.boolQuery().must(automatic()).must(held));
        assertResponse(
            client()
                .prepareSearch(ALIAS)
                .setQuery(randomBoolean() ? automatic() : held)
                .setPostFilter(automatic())
                .addRescorer(new QueryRescorerBuilder(held))
                .addAggregation(AggregationBuilders.filter("filtered", held)),
            response -> assertEquals(0, response.getFailedShards()));
      }
    }
  }

  /** Elasticsearch's fault in docs/known-issues.md: that page can go when this test fails. */
  public void testKnnAsAliasFilter() throws IOException {
    IndexService service = createDocuments();
    QueryBuilder knn = parse(held("knn", HOLDERS.get("knn").get(0), "{\"match_all\": {}}"));
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      SearchExecutionContext context =
          service.newSearchExecutionContext(0, 0, searcher, () -> 0L, null, Map.of(), DOCS, null);
      context.setAliasFilter(knn);
      expectThrows(StackOverflowError.class, () -> knn.toQuery(context));
      automatic().toQuery(context); // not even with such an alias
    }
  }
}
