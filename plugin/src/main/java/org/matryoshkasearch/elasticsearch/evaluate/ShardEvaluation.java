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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.search.IndexSearcher;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.ParsedQuery;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.Rewriteable;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.search.internal.SearchContext;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;
import org.matryoshkasearch.lucene.analysis.AnalysisResult;
import org.matryoshkasearch.lucene.analysis.PrefixAnalysis;
import org.matryoshkasearch.lucene.analysis.PrefixLengths;
import org.matryoshkasearch.lucene.analysis.VectorSet;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Evaluates one shard: the true neighbours, searches as the field is, and other settings. */
final class ShardEvaluation {
  /** So that two evaluations of the same documents say the same. */
  private static final long SEED = 42;

  /** Places of neighbours that are kept, over all queries and settings. */
  private static final long MAX_PLACES = 4_000_000;

  private final Evaluation evaluation;
  private final SearchContext search;
  private final VisibleFields visible;
  private final ShardGuard guard;

  ShardEvaluation(
      Evaluation evaluation, SearchContext search, VisibleFields visible, ShardGuard guard)
      throws IOException {
    SearchExecutionContext context = new SearchExecutionContext(search.getSearchExecutionContext());
    List<QueryBuilder> filters = new ArrayList<>();
    for (QueryBuilder filter : evaluation.filters()) {
      filters.add(Rewriteable.rewrite(filter, context, true));
    }
    this.evaluation = evaluation.withFilters(filters);
    this.search = search;
    this.visible = visible;
    this.guard = guard;
  }

  /**
   * Does it.
   *
   * @param sample how many documents are queries, where the request brings none
   */
  ShardResult run(int sample) throws IOException {
    guard.report("preparing", 0);
    SearchExecutionContext context = search.getSearchExecutionContext();
    // knn queries look for it there; without a body Elasticsearch does not set it
    context.setAliasFilter(search.request().getAliasFilter().getQueryBuilder());
    IndexSearcher searcher = search.searcher();
    EvaluatedField field =
        EvaluatedField.find(evaluation.field(), context, searcher.getIndexReader(), visible);
    if (field == null) {
      return ShardResult.empty(0);
    }
    check(field);
    int queriesAtMost =
        evaluation.queries().isEmpty()
            ? Math.min(sample, searcher.getIndexReader().numDocs())
            : evaluation.queries().size();
    checkPlaces(field, queriesAtMost);
    guard.take(ShardVectors.ramBytes(searcher.getIndexReader()));
    ShardVectors vectors = vectors(field, context, searcher);
    if (vectors.size() < (evaluation.queries().isEmpty() ? 2 : 1)) {
      return ShardResult.empty(vectors.size());
    }
    int[] places = ShardVectors.draw(vectors.size(), evaluation.maxDocuments(), SEED);
    ShardVectors compared = places.length == vectors.size() ? vectors : vectors.only(places);
    int[] ownCompared = null;
    int[] own;
    List<float[]> queries;
    if (evaluation.queries().isEmpty()) {
      ownCompared = ShardVectors.draw(compared.size(), sample, SEED + 1);
      own = Arrays.stream(ownCompared).map(place -> places[place]).toArray();
      queries = new ArrayList<>();
      guard.take((long) own.length * Float.BYTES * vectors.dims());
      VectorSet.Reader reader = vectors.reader();
      for (int place : own) {
        float[] vector = new float[vectors.dims()];
        reader.read(place, vector);
        queries.add(field.asQuery(vector));
      }
    } else {
      queries = evaluation.queries();
      own = new int[queries.size()];
      Arrays.fill(own, -1);
    }
    PresentSearches present = new PresentSearches(field, evaluation, context, searcher, guard);
    for (int i = 0; i < own.length; i++) {
      present.query(queries.get(i), own[i] >= 0); // what is wrong is told before the work
    }
    List<float[]> asCompared = queries;
    if (ownCompared == null) {
      guard.take((long) own.length * Float.BYTES * vectors.dims());
      asCompared = queries.stream().map(field::compared).toList();
    }
    PrefixAnalysis simulation =
        analysis(field, compared, asCompared, ownCompared, "trying other settings").build();
    PrefixAnalysis exact =
        analysis(
                field,
                vectors,
                asCompared,
                ownCompared == null ? null : own,
                "comparing full vectors")
            .prefixDims(vectors.dims())
            .encodings(PrefixEncoding.FLOAT32)
            .build();
    guard.take(simulation.ramBytes() + exact.ramBytes());
    int[][] truth = exact.neighbors();
    List<PresentSearches.Found> found = present.run(vectors, queries, asCompared, own, truth, null);
    List<List<PresentSearches.Found>> ofTargets = new ArrayList<>();
    if (field.hasTargets() && evaluation.targetRecalls().size() > 1) {
      for (Double target : evaluation.targetRecalls()) {
        ofTargets.add(present.run(vectors, queries, asCompared, own, truth, target));
      }
    }
    AnalysisResult result =
        compared == vectors ? simulation.run(truth) : simulation.run(); // another truth, of fewer
    return new ShardResult(
        vectors.size(),
        compared.size(),
        field.present(),
        target(field),
        found,
        ofTargets,
        result.k(),
        result.settings(),
        result.verdict().nesting().toString(),
        result.verdict().reason());
  }

  private void check(EvaluatedField field) {
    int dims = field.present().dims();
    for (int i = 0; i < evaluation.queries().size(); i++) {
      int length = evaluation.queries().get(i).length;
      if (length != dims) {
        throw new IllegalArgumentException(
            "[queries] element ["
                + i
                + "] has ["
                + length
                + "] dimensions but field ["
                + evaluation.field()
                + "] has ["
                + dims
                + "]");
      }
    }
    for (int prefix : evaluation.prefixDims()) {
      if (prefix < 1 || prefix > dims) {
        throw new IllegalArgumentException(
            "[prefix_dims] must be between [1] and dims ["
                + dims
                + "] of field ["
                + evaluation.field()
                + "] but was ["
                + prefix
                + "]");
      }
    }
  }

  private void checkPlaces(EvaluatedField field, int queries) {
    long kept = (long) evaluation.k() * queries * prefixes(field).size() * encodings(field).size();
    if (kept > MAX_PLACES) {
      throw new IllegalArgumentException(
          "[k] times queries times [prefix_dims] times [index_options.type] of field ["
              + evaluation.field()
              + "] must be at most ["
              + MAX_PLACES
              + "] but was ["
              + kept
              + "]");
    }
  }

  private ShardVectors vectors(
      EvaluatedField field, SearchExecutionContext context, IndexSearcher searcher)
      throws IOException {
    BoolQueryBuilder all = new BoolQueryBuilder();
    evaluation.filters().forEach(all::filter);
    search.parsedQuery(new ParsedQuery(all.toQuery(context)));
    search.preProcess(); // adds the filter of the alias, and leaves out nested documents
    return ShardVectors.matching(
        search.query(), searcher, field.name(), field.present().dims(), guard);
  }

  private double target(EvaluatedField field) {
    if (evaluation.targetRecalls().isEmpty() == false) {
      return Collections.max(evaluation.targetRecalls());
    }
    return field.present().targetRecall() > 0
        ? field.present().targetRecall()
        : RescoreVector.DEFAULT.recall();
  }

  private PrefixAnalysis.Builder analysis(
      EvaluatedField field, VectorSet vectors, List<float[]> queries, int[] own, String phase) {
    PrefixAnalysis.Builder analysis =
        PrefixAnalysis.builder(vectors, field.present().similarity().function())
            .k(evaluation.k())
            .target(target(field))
            .seed(SEED)
            .progress(share -> guard.report(phase, share));
    if (own == null) {
      analysis.queries(VectorSet.of(queries.toArray(float[][]::new)));
      analysis.maxQueries(queries.size());
    } else {
      analysis.queryDocuments(own);
    }
    return analysis
        .prefixDims(prefixes(field).stream().mapToInt(Integer::intValue).toArray())
        .encodings(encodings(field).toArray(PrefixEncoding[]::new));
  }

  private Set<Integer> prefixes(EvaluatedField field) {
    Set<Integer> prefixes = new TreeSet<>(evaluation.prefixDims());
    if (prefixes.isEmpty()) {
      prefixes.addAll(PrefixLengths.defaults(field.present().dims()));
    }
    prefixes.add(field.present().prefixDims());
    return prefixes;
  }

  private Set<PrefixEncoding> encodings(EvaluatedField field) {
    Set<PrefixEncoding> encodings = new TreeSet<>();
    for (GraphType type : GraphType.values()) {
      if (evaluation.types().isEmpty()
          || evaluation.types().contains(type)
          || type.toString().equals(field.present().type())) {
        encodings.add(type.encoding());
      }
    }
    return encodings;
  }
}
