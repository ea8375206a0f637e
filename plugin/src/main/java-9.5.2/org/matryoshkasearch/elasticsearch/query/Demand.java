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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.mapper.NestedObjectMapper;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.query.support.AutoPrefilteringScope;
import org.elasticsearch.index.query.support.NestedScope;

/**
 * What a {@code bool} query around another one demands of its hits, with Elasticsearch before
 * 9.5.4, which does not keep the level of nesting that a demand is about.
 *
 * @param query that has to match
 */
record Demand(QueryBuilder query) {

  /** Those around what is turned into a query of Lucene's now, the innermost first. */
  static List<Demand> around(SearchExecutionContext context) {
    return context.autoPrefilteringScope().getPrefilters().stream().map(Demand::new).toList();
  }

  /**
   * Turns a part of it into a query of Lucene's, with a fence around.
   *
   * @return null where its level would have to be known and is not: where it is one query here, and
   *     another one at the level of whole documents
   */
  Query toQuery(QueryBuilder part, QueryBuilder fence, SearchExecutionContext context)
      throws IOException {
    Query here = fenced(part, fence, context);
    if (context.nestedScope().getObjectMapper() == null) {
      return here;
    }
    return here.equals(ofDocuments(part, fence, context)) ? here : null;
  }

  /** Turns a query about whole documents into one of Lucene's, with a fence around. */
  static Query ofDocuments(QueryBuilder query, QueryBuilder fence, SearchExecutionContext context)
      throws IOException {
    NestedScope scope = context.nestedScope();
    Deque<NestedObjectMapper> unwound = new ArrayDeque<>();
    while (scope.getObjectMapper() != null) {
      unwound.push(scope.getObjectMapper());
      scope.previousLevel();
    }
    try {
      return fenced(query, fence, context);
    } finally {
      unwound.forEach(scope::nextLevel);
    }
  }

  private static Query fenced(
      QueryBuilder query, QueryBuilder fence, SearchExecutionContext context) throws IOException {
    AutoPrefilteringScope scope = context.autoPrefilteringScope();
    scope.push(List.of(fence));
    try {
      return query.toQuery(context);
    } finally {
      scope.pop();
    }
  }
}
