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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.elasticsearch.common.lucene.search.function.FunctionScoreQuery;
import org.elasticsearch.common.lucene.search.function.FunctionScoreQuery.FilterScoreFunction;
import org.elasticsearch.common.lucene.search.function.ScoreFunction;
import org.elasticsearch.index.query.ParsedQuery;
import org.elasticsearch.index.shard.SearchOperationListener;
import org.elasticsearch.search.internal.SearchContext;
import org.elasticsearch.search.profile.ProfileResult;
import org.elasticsearch.search.profile.SearchProfileQueryPhaseResult;
import org.elasticsearch.search.profile.query.QueryProfileBreakdown;
import org.elasticsearch.search.profile.query.QueryProfileShardResult;
import org.elasticsearch.search.query.QuerySearchResult;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.search.StageStats;

/**
 * Adds to the profile of a search what its {@code matryoshka_knn} queries did.
 *
 * <p>They do their work while the query is rewritten, which Elasticsearch measures as one number,
 * {@code rewrite_time}. So each has an entry of its own beside the tree of the query, with a child
 * for every stage.
 */
public final class StageProfile implements SearchOperationListener {

  @Override
  public void onQueryPhase(SearchContext context, long tookInNanos) {
    // a knn section is searched in an earlier phase, which has no such result
    QuerySearchResult result = context.queryResult();
    if (context.getProfilers() == null || result == null || result.hasProfileResults() == false) {
      return;
    }
    List<MatryoshkaKnnQuery> queries = queries(context);
    if (queries.isEmpty()) {
      return;
    }
    SearchProfileQueryPhaseResult profile = result.consumeProfileResult();
    List<QueryProfileShardResult> searches = new ArrayList<>(profile.getQueryProfileResults());
    searches.set(0, with(queries, searches.get(0)));
    SearchProfileQueryPhaseResult more =
        new SearchProfileQueryPhaseResult(searches, profile.getAggregationProfileResults());
    more.setSearchProfileDfsPhaseResult(profile.getSearchProfileDfsPhaseResult());
    result.profileResults(more);
  }

  /** The queries that were run for this search, with their recorders. */
  private static List<MatryoshkaKnnQuery> queries(SearchContext context) {
    Searches searches = new Searches();
    Stream<ParsedQuery> rescored =
        context.rescore().stream().flatMap(rescore -> rescore.getParsedQueries().stream());
    Stream<ParsedQuery> queries = Stream.of(context.parsedQuery(), context.parsedPostFilter());
    Stream.concat(queries, rescored)
        .filter(Objects::nonNull)
        .forEach(query -> query.query().visit(searches));
    return searches.found;
  }

  /** Finds them wherever other queries let us look: in clauses, filters, filters of functions. */
  private static final class Searches extends QueryVisitor {
    private final List<MatryoshkaKnnQuery> found = new ArrayList<>();

    @Override
    public QueryVisitor getSubVisitor(Occur occur, Query parent) {
      if (parent instanceof FunctionScoreQuery scored) {
        for (ScoreFunction function : scored.getFunctions()) {
          if (function instanceof FilterScoreFunction filtered) {
            filtered.filter.visit(this);
          }
        }
      }
      return this; // into must_not as well
    }

    @Override
    public void visitLeaf(Query leaf) {
      Query filter = null;
      if (leaf instanceof MatryoshkaKnnQuery query) {
        filter = query.getFilter();
        if (query.getListener() instanceof StageRecorder recorder
            && recorder.stages().isEmpty() == false) {
          found.add(query);
        }
      } else if (leaf instanceof KnnFloatVectorQuery query) {
        filter = query.getFilter();
      }
      if (filter != null) {
        filter.visit(this);
      }
    }
  }

  private static QueryProfileShardResult with(
      List<MatryoshkaKnnQuery> queries, QueryProfileShardResult search) {
    List<ProfileResult> trees = new ArrayList<>(search.getQueryResults());
    long compared =
        search.getVectorOperationsCount() == null ? 0 : search.getVectorOperationsCount();
    for (MatryoshkaKnnQuery query : queries) {
      List<StageStats> stages = ((StageRecorder) query.getListener()).stages();
      trees.add(entry(query, stages));
      compared += stages.stream().mapToLong(StageProfile::compared).sum();
    }
    return new QueryProfileShardResult(
        trees, search.getRewriteTime(), search.getCollectorResult(), compared);
  }

  private static long compared(StageStats stage) {
    return switch (stage.name()) {
      case StageStats.ALL, StageStats.GRAPH -> stage.nodesVisited();
      case StageStats.EXPECTED -> 0;
      default -> stage.in();
    };
  }

  private static ProfileResult entry(MatryoshkaKnnQuery query, List<StageStats> stages) {
    long nanos = stages.stream().mapToLong(StageStats::nanos).sum();
    return new ProfileResult(
        MatryoshkaKnnQuery.class.getSimpleName(),
        query.toString(),
        noBreakdown(),
        Map.of(),
        nanos,
        stages.stream().map(StageProfile::entry).toList());
  }

  private static ProfileResult entry(StageStats stage) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("dims", stage.dims());
    details.put("vectors_in", stage.in());
    details.put("vectors_out", stage.out());
    details.put("nodes_visited", stage.nodesVisited());
    details.put("full_vector_bytes", stage.fullVectorBytes());
    if (stage.name().equals(StageStats.EXPECTED)) {
      details.put("expected_misses", stage.expectedMisses());
    }
    return new ProfileResult(
        stage.name(), description(stage), noBreakdown(), details, stage.nanos(), List.of());
  }

  private static String description(StageStats stage) {
    String how =
        switch (stage.name()) {
          case StageStats.ALL -> "all vectors that match the filter";
          case StageStats.GRAPH -> "the graph, by prefixes of " + stage.dims() + " dimensions";
          case StageStats.FUNNEL -> "a funnel stage of " + stage.dims() + " dimensions";
          case StageStats.EXPECTED -> "candidates that hits are expected among";
          default -> "full vectors, by " + stage.dims() + " dimensions";
        };
    return how + ": " + stage.out() + " of " + stage.in() + " vectors";
  }

  /** What clients expect of every entry: the times of Elasticsearch's own steps, none of them. */
  private static Map<String, Long> noBreakdown() {
    return new QueryProfileBreakdown().toBreakdownMap();
  }
}
