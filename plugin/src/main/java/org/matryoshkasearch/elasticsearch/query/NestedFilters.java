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

import java.util.List;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.mapper.NestedObjectMapper;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.search.NestedHelper;
import org.elasticsearch.search.vectors.CachingEnableFilterQuery;

/**
 * The documents that a search may return: the filters of the query and of the alias, brought to the
 * level of the field.
 *
 * <p>A field inside a nested object belongs to child documents. A filter there may be about the
 * children or about their parents: one that could match parents is taken to mean them, and lets all
 * their children pass (the rule of {@code knn}). Where several levels are around the field, {@link
 * AncestorFilters} tell which one is meant. An alias filter is always about root documents.
 */
final class NestedFilters {
  private final SearchExecutionContext context;
  private final String nestedPath;
  private final Query parentFilter;

  private NestedFilters(SearchExecutionContext context, String nestedPath, Query parentFilter) {
    this.context = context;
    this.nestedPath = nestedPath;
    this.parentFilter = parentFilter;
  }

  /**
   * For a field.
   *
   * @throws IllegalArgumentException when the field is inside a nested object and the query is not
   *     in a nested query of the same path
   */
  static NestedFilters of(SearchExecutionContext context, String field) {
    String nestedPath = context.nestedLookup().getNestedParent(field);
    if (nestedPath == null) {
      return new NestedFilters(context, null, null);
    }
    NestedObjectMapper scope = context.nestedScope().getObjectMapper();
    if (scope == null || scope.fullPath().equals(nestedPath) == false) {
      throw new IllegalArgumentException(
          "field ["
              + field
              + "] is inside the nested object ["
              + nestedPath
              + "]: put [matryoshka_knn] into a [nested] query with path ["
              + nestedPath
              + "]");
    }
    return new NestedFilters(context, nestedPath, filterOfParents(context, scope));
  }

  private static Query filterOfParents(SearchExecutionContext context, NestedObjectMapper scope) {
    context.nestedScope().previousLevel();
    try {
      NestedObjectMapper parent = context.nestedScope().getObjectMapper();
      return parent == null ? roots(context) : parent.nestedTypeFilter();
    } finally {
      context.nestedScope().nextLevel(scope);
    }
  }

  private static Query roots(SearchExecutionContext context) {
    return Queries.newNonNestedFilter(context.indexVersionCreated());
  }

  /** The parents of which one child each may be returned; null outside nested objects. */
  BitSetProducer parents() {
    return parentFilter == null ? null : context.bitsetFilter(parentFilter);
  }

  /**
   * All filters in one query over the documents that have the field; null when there are none.
   *
   * @param aliasFilter about root documents; null for none
   */
  Query filter(List<Query> filters, Query aliasFilter) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (Query filter : filters) {
      add(all, atLevelOfField(filter));
    }
    if (aliasFilter != null) {
      add(all, nestedPath == null ? aliasFilter : childrenOf(aliasFilter, roots(context)));
    }
    BooleanQuery query = all.build();
    // It becomes a bit set on each search: always worth caching, however cheap it looks.
    return query.clauses().isEmpty() ? null : new CachingEnableFilterQuery(query);
  }

  private static void add(BooleanQuery.Builder all, Query filter) {
    if (filter != null && filter instanceof MatchAllDocsQuery == false) {
      all.add(filter, Occur.FILTER);
    }
  }

  private Query atLevelOfField(Query filter) {
    if (filter == null || nestedPath == null) {
      return filter;
    }
    AncestorFilters ancestors = new AncestorFilters(context, nestedPath, parentFilter);
    if (ancestors.areSeveral()) {
      return ancestors.toChildren(filter);
    }
    return NestedHelper.mightMatchNonNestedDocs(filter, nestedPath, context)
        ? childrenOf(filter, parentFilter)
        : filter;
  }

  private Query childrenOf(Query filter, Query parentsOnly) {
    return new ToChildBlockJoinQuery(
        Queries.filtered(filter, parentsOnly), context.bitsetFilter(parentsOnly));
  }
}
