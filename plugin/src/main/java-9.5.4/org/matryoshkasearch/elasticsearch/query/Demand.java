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
import java.util.List;
import org.apache.lucene.search.Query;
import org.elasticsearch.core.Releasable;
import org.elasticsearch.index.mapper.NestedObjectMapper;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.query.support.AutoPrefilteringScope;

/**
 * What a {@code bool} query around another one demands of its hits, with Elasticsearch 9.5.4 or
 * later, which keeps the level of nesting that each demand is about.
 *
 * @param query that has to match
 * @param level of nesting; null for that of whole documents
 */
record Demand(QueryBuilder query, NestedObjectMapper level) {

  /** Those around what is turned into a query of Lucene's now, the innermost first. */
  static List<Demand> around(SearchExecutionContext context) {
    return context.autoPrefilteringScope().getPrefilters().stream()
        .map(demand -> new Demand(demand.query(), demand.nestedLevel()))
        .toList();
  }

  /**
   * Turns a part of it into a query of Lucene's, at its level, and with a fence around.
   *
   * @return null where its level would have to be known and is not
   */
  Query toQuery(QueryBuilder part, QueryBuilder fence, SearchExecutionContext context)
      throws IOException {
    return ofLevel(level, part, fence, context);
  }

  /** Turns a query about whole documents into one of Lucene's, with a fence around. */
  static Query ofDocuments(QueryBuilder query, QueryBuilder fence, SearchExecutionContext context)
      throws IOException {
    return ofLevel(null, query, fence, context);
  }

  private static Query ofLevel(
      NestedObjectMapper level,
      QueryBuilder query,
      QueryBuilder fence,
      SearchExecutionContext context)
      throws IOException {
    Releasable unwound = context.nestedScope().unwindTo(level);
    AutoPrefilteringScope scope = context.autoPrefilteringScope();
    scope.push(List.of(fence), level);
    try {
      return query.toQuery(context);
    } finally {
      scope.pop();
      unwound.close();
    }
  }
}
