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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
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
 * most data, and all are rescored. Where segments are of several {@link ScoreKinds}, all get as
 * many as the kind that needs most, though it may have few documents.
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

  /** Segments whose scores can be compared. */
  private static final class Kind {
    private final List<Learnt> curves = new ArrayList<>();
    private long docs;

    /**
     * @param curve of the segment, or null
     */
    void add(int docsOfSegment, RecallCurve curve) {
      docs += docsOfSegment;
      if (curve != null) {
        curves.add(new Learnt(docsOfSegment, curve));
      }
    }

    /** Beside large segments, small ones tell little. */
    void forgetSmall() {
      int largest = curves.stream().mapToInt(Learnt::docs).max().orElse(0);
      curves.removeIf(segment -> segment.docs() < largest / SMALLER);
    }

    /** The mean over documents of what is learnt. */
    private double mean(ToDoubleFunction<Learnt> of) {
      double sum = 0;
      double weights = 0;
      for (Learnt segment : curves) {
        sum += segment.docs() * of.applyAsDouble(segment);
        weights += segment.docs();
      }
      return sum / weights;
    }

    double candidates(int k, double missed) {
      if (curves.isEmpty()) {
        double each = UNLEARNT * Math.pow(UNLEARNT_MISSED / missed, UNLEARNT_GROWTH);
        return Math.max(LEAST_UNLEARNT, k * each);
      }
      double growth = mean(segment -> segment.curve().growth());
      double ofTheGraph = 1 - BY_THE_GRAPH * missed;
      return mean(
          segment ->
              Math.pow((double) docs / segment.docs(), growth)
                  * segment.curve().candidatesOfQuery(k, ofTheGraph));
    }

    /** Or null, if nothing is learnt. */
    ExpectedMisses misses(int k, double missed) {
      return curves.isEmpty()
          ? null
          : new ExpectedMisses(
              mean(segment -> segment.curve().slope()),
              Math.sqrt(mean(segment -> Math.pow(segment.curve().deviation(), 2))),
              (1 - BY_THE_GRAPH) * missed * k,
              BY_THE_GRAPH * missed * k);
    }
  }

  /**
   * Makes the plan of a search.
   *
   * @param recall the share of the {@code k} nearest that is to be found, more than 0, less than 1
   * @param accepted the share of the vectors that are accepted, more than 0, at most 1
   */
  static RecallPlan of(
      IndexSearcher searcher, String field, int k, double recall, double accepted) {
    double missed = 1 - recall;
    Map<Integer, Kind> kinds = new HashMap<>(); // as in ScoreKinds, by the dims of their prefixes
    boolean onlyOurs = true;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
      if (info != null && info.hasVectorValues()) {
        boolean ours = MatryoshkaHnswVectorsFormat.isFormatOf(info);
        onlyOurs &= ours;
        kinds
            .computeIfAbsent(VectorFieldInfo.prefixDims(info), dims -> new Kind())
            .add(leaf.reader().maxDoc(), ours ? RecallCurve.of(info) : null);
      }
    }
    double wanted = 0;
    for (Kind kind : kinds.values()) {
      kind.forgetSmall();
      wanted = Math.max(wanted, kind.candidates(k, missed));
    }
    double sparse = Math.pow(accepted, -SPARSE_GROWTH);
    // what was learnt tells of no other scores than those of prefixes of one length
    ExpectedMisses misses =
        onlyOurs && kinds.size() == 1 ? kinds.values().iterator().next().misses(k, missed) : null;
    return new RecallPlan(limited(k, wanted * sparse), misses);
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
