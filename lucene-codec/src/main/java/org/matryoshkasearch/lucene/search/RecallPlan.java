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
package org.matryoshkasearch.lucene.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.internal.recall.RecallCurve;

/**
 * What a search does to find a share of the nearest: the candidates that it takes from the graphs,
 * and what it may leave out when it rescores them, from what was learnt of the segments.
 *
 * <p>The share that may be missed is divided between the two. Where nothing was learnt, as of very
 * small segments and those of other formats, there are so many candidates that it is enough for
 * most data, and all are rescored.
 */
final class RecallPlan {
  /** Of what may be missed, what the graph may. */
  private static final double BY_THE_GRAPH = 0.6;

  /** Of segments so many times smaller than the largest, too little was learnt beside it. */
  private static final int SMALLER = 4;

  /** Candidates for each hit where nothing was learnt, for a share of .9; of less missed, more. */
  private static final double UNLEARNT = 3;

  /**
   * What a filter leaves lies farther apart, and prefixes tell less: of a tenth, 1.4 times as many.
   */
  private static final double SPARSE_GROWTH = 0.15;

  private static final double UNLEARNT_MISSED = 0.1;
  private static final double UNLEARNT_GROWTH = 0.35;
  private static final int LEAST_UNLEARNT = 50;

  /** As Elasticsearch allows to ask for: a search of more costs more than to compare all. */
  static final int MOST = 10_000;

  private final int candidates;
  private final ExpectedMisses misses;

  private RecallPlan(int candidates, ExpectedMisses misses) {
    this.candidates = candidates;
    this.misses = misses;
  }

  /** What was learnt of a segment with so many documents. */
  private record Learnt(int docs, RecallCurve curve) {}

  /**
   * Makes the plan of a search.
   *
   * @param recall the share of the {@code k} nearest that is to be found, more than 0, less than 1
   * @param accepted the share of the vectors that are accepted, more than 0, at most 1
   */
  static RecallPlan of(
      IndexSearcher searcher, String field, int k, double recall, double accepted) {
    double missed = 1 - recall;
    double sparse = Math.pow(accepted, -SPARSE_GROWTH);
    List<Learnt> curves = new ArrayList<>();
    long all = 0;
    int largest = 0; // of what is learnt of
    boolean onlyOurs = true;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
      if (info == null || !info.hasVectorValues()) {
        continue;
      }
      int docs = leaf.reader().maxDoc();
      all += docs;
      boolean ours = MatryoshkaHnswVectorsFormat.isFormatOf(info);
      RecallCurve curve = ours ? RecallCurve.of(info) : null;
      onlyOurs &= ours;
      if (curve != null) {
        largest = Math.max(largest, docs);
        curves.add(new Learnt(docs, curve));
      }
    }
    int least = largest / SMALLER;
    curves.removeIf(segment -> segment.docs() < least);
    double learnt = 0;
    double slopes = 0;
    double squares = 0;
    double growths = 0;
    for (Learnt segment : curves) {
      RecallCurve curve = segment.curve();
      learnt += segment.docs();
      slopes += segment.docs() * curve.slope();
      squares += segment.docs() * curve.deviation() * curve.deviation();
      growths += segment.docs() * curve.growth();
    }
    double sum = 0;
    double most = 0;
    for (Learnt segment : curves) {
      double grown = Math.pow((double) all / segment.docs(), growths / learnt);
      double ofTheGraph = 1 - BY_THE_GRAPH * missed;
      double own = grown * segment.curve().candidatesOfQuery(k, ofTheGraph);
      sum += segment.docs() * own;
      most = Math.max(most, own);
    }
    if (learnt == 0) {
      double each = UNLEARNT * Math.pow(UNLEARNT_MISSED / missed, UNLEARNT_GROWTH);
      return new RecallPlan(limited(k, Math.max(LEAST_UNLEARNT, k * each * sparse)), null);
    }
    ExpectedMisses misses =
        new ExpectedMisses(
            slopes / learnt,
            Math.sqrt(squares / learnt),
            (1 - BY_THE_GRAPH) * missed * k,
            BY_THE_GRAPH * missed * k);
    // what was learnt tells of no other scores than those of prefixes of one length
    boolean tells = onlyOurs && ScoreKinds.of(searcher.getLeafContexts(), field).isOne();
    double wanted = tells ? sum / learnt : most;
    return new RecallPlan(limited(k, wanted * sparse), tells ? misses : null);
  }

  private static int limited(int k, double candidates) {
    return Math.max(k, (int) Math.min(MOST, Math.ceil(candidates)));
  }

  /** How many candidates the graphs of all segments together are to give, at least. */
  int candidates() {
    return candidates;
  }

  /** When to stop to rescore, or null where all must be. */
  ExpectedMisses misses() {
    return misses;
  }
}
