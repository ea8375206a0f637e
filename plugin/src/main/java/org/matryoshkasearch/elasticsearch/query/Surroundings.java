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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.Query;
import org.elasticsearch.common.CheckedSupplier;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.ConstantScoreQueryBuilder;
import org.elasticsearch.index.query.MatchAllQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;

/**
 * What surrounds a query while it is turned into one of Lucene's: the demands of the {@code bool}
 * queries around it, and the filter of the alias.
 *
 * <p>Either may hold this very query, or others that look at their surroundings, inside of any
 * query and where nobody can see them. So while one of them is turned into Lucene's, a {@link
 * Fence} stands around it: no query inside looks beyond, so none is ever built inside of itself,
 * and the fence tells afterwards which queries it kept from that.
 */
final class Surroundings {
  private final SearchExecutionContext context;
  private final MatryoshkaKnnQueryBuilder query;

  /** Those around this query, up to that of an alias, the innermost first. */
  private final List<Fence> fences = new ArrayList<>();

  /** For a query that begins to be turned into one of Lucene's. */
  Surroundings(SearchExecutionContext context, MatryoshkaKnnQueryBuilder query) {
    this.context = context;
    this.query = query;
    for (Demand around : Demand.around(context)) {
      if (around.query() instanceof Fence fence) {
        fences.add(fence);
        if (fence.ofAlias) {
          break; // what an alias means does not depend on the request around
        }
      }
    }
    fences.forEach(fence -> fence.inside.add(query));
  }

  /** Whether this is only a try to make a demand into a filter, which a search cannot be. */
  boolean isDemanded() {
    return fences.stream().anyMatch(fence -> fence.ofAlias == false);
  }

  /**
   * What the {@code bool} queries around demand of their hits, other than to be the hits of a
   * search.
   */
  List<Query> demands() throws IOException {
    List<Query> filters = new ArrayList<>();
    for (Demand around : Demand.around(context)) {
      if (around.query() instanceof Fence) {
        break;
      }
      for (QueryBuilder demand : parts(around.query())) {
        Fence fence = new Fence(false);
        Query filter = traceless(() -> around.toQuery(demand, fence, context));
        if (filter != null && fence.inside.isEmpty()) {
          filters.add(filter);
        }
      }
    }
    return filters;
  }

  /** Splits what has to match, so that a search among it does not keep the rest from filtering. */
  private static List<QueryBuilder> parts(QueryBuilder demand) {
    List<QueryBuilder> parts = new ArrayList<>();
    if (demand instanceof ConstantScoreQueryBuilder constant) {
      return parts(constant.innerQuery());
    }
    if (demand instanceof BoolQueryBuilder bool) {
      bool.must().forEach(clause -> parts.addAll(parts(clause)));
      bool.filter().forEach(clause -> parts.addAll(parts(clause)));
      bool.mustNot().forEach(clause -> parts.add(new BoolQueryBuilder().mustNot(clause)));
      if (bool.should().isEmpty() == false && isShouldOptional(bool) == false) {
        BoolQueryBuilder should = new BoolQueryBuilder();
        bool.should().forEach(should::should);
        parts.add(should.minimumShouldMatch(bool.minimumShouldMatch()));
      }
      return parts;
    }
    return List.of(demand);
  }

  private static boolean isShouldOptional(BoolQueryBuilder bool) {
    String least = bool.minimumShouldMatch();
    return (bool.must().size() > 0 || bool.filter().size() > 0)
        && (least == null || Queries.calculateMinShouldMatch(bool.should().size(), least) <= 0);
  }

  /** The filter of the alias; null where there is none, or this query is in it. */
  Query aliasFilter() throws IOException {
    QueryBuilder alias = context.getAliasFilter();
    if (alias == null) {
      return null;
    }
    Fence fence = new Fence(true);
    context.setAliasFilter(null); // knn queries in it would look for it too
    try {
      Query filter = traceless(() -> Demand.ofDocuments(alias, fence, context));
      return fence.inside.contains(query) ? null : filter;
    } finally {
      context.setAliasFilter(alias);
    }
  }

  /** Turns something into a query of Lucene's, and leaves no trace of it in the context. */
  private Query traceless(CheckedSupplier<Query, IOException> surrounding) throws IOException {
    Map<String, Query> named = context.copyNamedQueries();
    try {
      return surrounding.get();
    } finally {
      named.forEach(context::addNamedQuery);
    }
  }

  /** Filters nothing: to queries that do not know it, a demand that all documents meet. */
  private static final class Fence extends MatchAllQueryBuilder {
    private final boolean ofAlias;
    private final Set<QueryBuilder> inside = Collections.newSetFromMap(new IdentityHashMap<>());

    Fence(boolean ofAlias) {
      this.ofAlias = ofAlias;
    }
  }
}
