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

import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.mapper.FieldNamesFieldMapper;
import org.elasticsearch.index.mapper.NestedLookup;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.search.ESToParentBlockJoinQuery;
import org.elasticsearch.index.search.NestedHelper;

/**
 * Brings filters to the level of a field that has nested objects around nested objects around it.
 *
 * <p>Each condition of a filter tells by its fields which level it is about: a condition about an
 * ancestor, near or far, lets all nested documents in it pass. The conditions are then combined as
 * the filter says. A condition that does not tell, as a script, is about the documents directly
 * around, as in {@code knn}.
 */
final class AncestorFilters {
  private static final String ROOT = "";

  private final SearchExecutionContext context;
  private final NestedLookup lookup;
  private final String path;
  private final Query directParents;

  /**
   * @param path the nested object that the field is in
   * @param directParents the documents around, as the queries around say
   */
  AncestorFilters(SearchExecutionContext context, String path, Query directParents) {
    this.context = context;
    this.lookup = context.nestedLookup();
    this.path = path;
    this.directParents = directParents;
  }

  /** Whether there are several levels that a filter could be about, besides that of the field. */
  boolean areSeveral() {
    return lookup.getNestedParent(path) != null;
  }

  /** The nested documents that pass. */
  Query toChildren(Query filter) {
    return switch (filter) {
      case ConstantScoreQuery constant -> toChildren(constant.getQuery());
      case BoostQuery boost -> toChildren(boost.getQuery());
      case BooleanQuery bool -> toChildren(bool);
      case MatchAllDocsQuery all -> all;
      case MatchNoDocsQuery none -> none;
      default -> condition(filter);
    };
  }

  private Query toChildren(BooleanQuery bool) {
    BooleanQuery.Builder children = new BooleanQuery.Builder();
    children.setMinimumNumberShouldMatch(bool.getMinimumNumberShouldMatch());
    for (BooleanClause clause : bool) {
      children.add(toChildren(clause.query()), clause.occur());
    }
    return children.build();
  }

  private Query condition(Query filter) {
    if (NestedHelper.mightMatchNonNestedDocs(filter, path, context) == false) {
      return filter;
    }
    Levels levels = new Levels();
    filter.visit(levels);
    if (filter instanceof ESToParentBlockJoinQuery join) {
      levels.found.clear();
      levels.add(join);
    }
    if (levels.found.equals(Set.of(path))) {
      return filter;
    }
    Query parents = levels.found.size() == 1 ? parents(levels.found.iterator().next()) : null;
    return childrenOf(filter, parents == null ? directParents : parents);
  }

  /** The documents of a level around the field; null where it is none. */
  private Query parents(String level) {
    if (level.equals(ROOT)) {
      return Queries.newNonNestedFilter(context.indexVersionCreated());
    }
    return path.startsWith(level + ".")
        ? lookup.getNestedMappers().get(level).nestedTypeFilter()
        : null;
  }

  private Query childrenOf(Query filter, Query parents) {
    return new ToChildBlockJoinQuery(
        Queries.filtered(filter, parents), context.bitsetFilter(parents));
  }

  /** The nested objects that the fields of a query are in. */
  private final class Levels extends QueryVisitor {
    private final Set<String> found = new HashSet<>();

    private void add(ESToParentBlockJoinQuery join) {
      found.add(join.getPath() == null ? ROOT : join.getPath());
    }

    @Override
    public boolean acceptField(String field) {
      if (field.equals(FieldNamesFieldMapper.NAME)) {
        return true; // of every level: it does not tell which
      }
      String level = field.startsWith("_") ? null : lookup.getNestedParent(field);
      found.add(level == null ? ROOT : level);
      return true;
    }

    @Override
    public QueryVisitor getSubVisitor(Occur occur, Query parent) {
      if (parent instanceof ESToParentBlockJoinQuery join) {
        add(join);
        return EMPTY_VISITOR; // the conditions on what is nested in that level
      }
      return this;
    }
  }
}
