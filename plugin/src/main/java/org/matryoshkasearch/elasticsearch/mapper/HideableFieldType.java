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

import java.io.IOException;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.queries.spans.SpanMultiTermQueryWrapper.SpanRewriteMethod;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.search.MultiTermQuery.RewriteMethod;
import org.apache.lucene.search.Query;
import org.elasticsearch.common.geo.ShapeRelation;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.common.time.DateMathParser;
import org.elasticsearch.common.unit.Fuzziness;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.TextSearchInfo;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.lucene.queries.SpanMatchNoDocsQuery;

/**
 * A field type whose fields take none of Elasticsearch's queries, and say so with their type; where
 * the user may not know of a field, these queries find nothing, as if no mapping had it.
 */
abstract class HideableFieldType extends MappedFieldType {

  HideableFieldType(String name, IndexType indexType, Map<String, String> meta) {
    super(name, indexType, false, meta);
  }

  /** Whether the user of the current request may not know of the field. */
  abstract boolean isHidden();

  private Query unmapped() {
    return Queries.newUnmappedFieldQuery(name());
  }

  /** {@inheritDoc} What a hidden field says keeps queries of text from naming its type. */
  @Override
  public TextSearchInfo getTextSearchInfo() {
    return isHidden() ? TextSearchInfo.SIMPLE_MATCH_ONLY : super.getTextSearchInfo();
  }

  /** {@inheritDoc} A hidden field is left out where a query expands the name of a field. */
  @Override
  public boolean mayExistInIndex(SearchExecutionContext context) {
    return isHidden() == false;
  }

  @Override
  public CollapseType collapseType() {
    if (isHidden()) {
      throw new IllegalArgumentException(
          "no mapping found for `" + name() + "` in order to collapse on");
    }
    return super.collapseType();
  }

  @Override
  public Query existsQuery(SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.existsQuery(context);
  }

  @Override
  public Query termQuery(Object value, SearchExecutionContext context) {
    if (isHidden()) {
      return unmapped();
    }
    throw new IllegalArgumentException(
        "field [" + name() + "] of type [" + typeName() + "] does not support term queries");
  }

  @Override
  public Query termQueryCaseInsensitive(Object value, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.termQueryCaseInsensitive(value, context);
  }

  @Override
  public Query termsQuery(Collection<?> values, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.termsQuery(values, context);
  }

  @Override
  public Query rangeQuery(
      Object from,
      Object to,
      boolean includeFrom,
      boolean includeTo,
      ShapeRelation relation,
      ZoneId timeZone,
      DateMathParser parser,
      SearchExecutionContext context) {
    return isHidden()
        ? unmapped()
        : super.rangeQuery(from, to, includeFrom, includeTo, relation, timeZone, parser, context);
  }

  @Override
  public Query fuzzyQuery(
      Object value,
      Fuzziness fuzziness,
      int prefixLength,
      int maxExpansions,
      boolean transpositions,
      SearchExecutionContext context,
      RewriteMethod method) {
    return isHidden()
        ? unmapped()
        : super.fuzzyQuery(
            value, fuzziness, prefixLength, maxExpansions, transpositions, context, method);
  }

  @Override
  public Query prefixQuery(
      String value, RewriteMethod method, boolean anyCase, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.prefixQuery(value, method, anyCase, context);
  }

  @Override
  public Query wildcardQuery(
      String value, RewriteMethod method, boolean anyCase, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.wildcardQuery(value, method, anyCase, context);
  }

  @Override
  public Query normalizedWildcardQuery(
      String value, RewriteMethod method, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.normalizedWildcardQuery(value, method, context);
  }

  @Override
  public Query regexpQuery(
      String value,
      int syntaxFlags,
      int matchFlags,
      int maxStates,
      RewriteMethod method,
      SearchExecutionContext context) {
    return isHidden()
        ? unmapped()
        : super.regexpQuery(value, syntaxFlags, matchFlags, maxStates, method, context);
  }

  @Override
  public Query phraseQuery(
      TokenStream stream, int slop, boolean increments, SearchExecutionContext context)
      throws IOException {
    return isHidden() ? unmapped() : super.phraseQuery(stream, slop, increments, context);
  }

  @Override
  public Query multiPhraseQuery(
      TokenStream stream, int slop, boolean increments, SearchExecutionContext context)
      throws IOException {
    return isHidden() ? unmapped() : super.multiPhraseQuery(stream, slop, increments, context);
  }

  @Override
  public Query phrasePrefixQuery(
      TokenStream stream, int slop, int maxExpansions, SearchExecutionContext context)
      throws IOException {
    return isHidden() ? unmapped() : super.phrasePrefixQuery(stream, slop, maxExpansions, context);
  }

  @Override
  public SpanQuery spanPrefixQuery(
      String value, SpanRewriteMethod method, SearchExecutionContext context) {
    return isHidden()
        ? new SpanMatchNoDocsQuery(name(), unmapped().toString())
        : super.spanPrefixQuery(value, method, context);
  }

  @Override
  public Query distanceFeatureQuery(Object origin, String pivot, SearchExecutionContext context) {
    return isHidden() ? unmapped() : super.distanceFeatureQuery(origin, pivot, context);
  }
}
