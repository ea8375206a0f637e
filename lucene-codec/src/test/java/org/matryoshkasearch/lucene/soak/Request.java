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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.search.FunnelStage;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What a search asks for. */
final class Request {
  private static final BitSetProducer PARENTS =
      new QueryBitSetProducer(new TermQuery(new Term("kind", "parent")));

  private final VectorField field;
  private final float[] target;
  private final int k;
  private final int candidates;
  private final int rescored;
  private final Filter filter;
  private final boolean groups;
  private final List<FunnelStage> funnel;
  private final float minScore;

  /**
   * @param groups whether a parent has one hit at most
   * @param minScore 0 for any
   */
  Request(
      VectorField field,
      float[] target,
      int k,
      int candidates,
      int rescored,
      Filter filter,
      boolean groups,
      List<FunnelStage> funnel,
      float minScore) {
    this.field = field;
    this.target = target;
    this.k = k;
    this.candidates = candidates;
    this.rescored = rescored;
    this.filter = filter;
    this.groups = groups;
    this.funnel = funnel;
    this.minScore = minScore;
  }

  /**
   * Anything that may be asked of a field.
   *
   * @param nested whether the documents have parents
   */
  static Request any(VectorField field, boolean nested) {
    float[] target = random().nextInt(4) == 0 ? field.shortTarget() : field.target();
    int k = randomK();
    int candidates = randomCandidates(k);
    int rescored =
        random().nextInt(4) == 0 ? TestUtil.nextInt(random(), k, candidates) : candidates;
    return new Request(
        field,
        target,
        k,
        candidates,
        rescored,
        random().nextInt(3) == 0 ? Filter.any() : Filter.NONE,
        nested && random().nextInt(4) != 0,
        random().nextInt(5) == 0 ? randomFunnel(target.length, rescored, k) : List.of(),
        0);
  }

  private static int randomK() {
    return switch (random().nextInt(10)) {
      case 0 -> 1;
      case 1 -> TestUtil.nextInt(random(), 2, 5);
      case 2 -> TestUtil.nextInt(random(), 20, 400);
      case 3 -> TestUtil.nextInt(random(), 400, 4000);
      default -> 10;
    };
  }

  private static int randomCandidates(int k) {
    return switch (random().nextInt(8)) {
      case 0 -> k;
      case 1 -> k + random().nextInt(10);
      case 2 -> k + 4000;
      case 3 -> k + random().nextInt(1000);
      default -> k * TestUtil.nextInt(random(), 2, 10);
    };
  }

  private static List<FunnelStage> randomFunnel(int dims, int rescored, int k) {
    List<FunnelStage> stages = new ArrayList<>();
    int scored = 0;
    int kept = rescored;
    for (int i = 1 + random().nextInt(2); i > 0 && scored + 1 < dims && kept > k; i--) {
      scored = TestUtil.nextInt(random(), scored + 1, dims - 1);
      kept = TestUtil.nextInt(random(), k, kept - 1);
      stages.add(new FunnelStage(scored, kept));
    }
    return stages;
  }

  VectorField field() {
    return field;
  }

  float[] target() {
    return target;
  }

  int k() {
    return k;
  }

  int candidates() {
    return candidates;
  }

  int rescored() {
    return rescored;
  }

  Filter filter() {
    return filter;
  }

  boolean groups() {
    return groups;
  }

  List<FunnelStage> funnel() {
    return funnel;
  }

  float minScore() {
    return minScore;
  }

  Request withMinScore(float score) {
    return new Request(
        field, target, k, candidates, rescored, filter, groups, funnel, Math.max(score, 0));
  }

  /** The two-phase query. */
  MatryoshkaKnnQuery query() {
    MatryoshkaKnnQuery.Builder builder =
        MatryoshkaKnnQuery.builder(field.name(), target, k)
            .candidates(candidates)
            .filter(filter.query())
            .funnel(funnel)
            .parents(groups ? PARENTS : null);
    if (rescored < candidates || random().nextBoolean()) {
      builder.rescored(rescored);
    }
    if (minScore > 0 || random().nextBoolean()) {
      builder.minScore(minScore);
    }
    return builder.build();
  }

  /** Lucene's query for as many candidates, of one of these fields. */
  Query candidates(float[] prefixOrVector, int count) {
    return groups
        ? new DiversifyingChildrenFloatKnnVectorQuery(
            field.name(), prefixOrVector, filter.query(), count, PARENTS)
        : new KnnFloatVectorQuery(field.name(), prefixOrVector, count, filter.query());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %d dims, k %d, candidates %d, rescored %d, filter %s%s, funnel %s, minScore %s",
        field.name(),
        target.length,
        k,
        candidates,
        rescored,
        filter,
        groups ? ", a hit a parent" : "",
        funnel,
        minScore);
  }
}
