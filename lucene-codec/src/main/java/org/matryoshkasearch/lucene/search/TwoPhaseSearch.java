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

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/** One run of a {@link MatryoshkaKnnQuery}: candidates, funnel, rescore, answer. */
final class TwoPhaseSearch {
  /** How often more candidates are looked for where a search wants a share of the nearest. */
  private static final int MOST_AGAIN = 3;

  private final MatryoshkaKnnQuery query;
  private final String field;
  private final float[] target;
  private final IndexSearcher searcher;
  private final TimeLimit limit;
  private final StageWatch watch;
  private ExpectedMisses misses; // null: all candidates are rescored

  /**
   * @param listener is told of each stage; null for no one
   */
  TwoPhaseSearch(
      MatryoshkaKnnQuery query,
      float[] target,
      IndexSearcher searcher,
      StageWatch.Listener listener) {
    this.query = query;
    this.field = query.getField();
    this.target = target;
    this.searcher = searcher;
    this.limit = new TimeLimit(searcher.getTimeout());
    this.watch = new StageWatch(listener);
  }

  /** Gives the hits as a query, or one that matches nothing where there is nothing to search. */
  Query run() throws IOException {
    FieldInfo info = checkedField();
    if (info == null) {
      return new MatchNoDocsQuery("no vectors in field [" + field + "]");
    }
    Query accepting = query.getFilter() == null ? null : searcher.rewrite(query.getFilter());
    if (accepting instanceof MatchNoDocsQuery) {
      return accepting;
    }
    Rescorer rescorer = new Rescorer(searcher, field, limit, watch.isOn());
    AcceptedRows accepted = acceptedRows(info, accepting);
    if (query.isExact()) {
      return exact(info, accepted, rescorer);
    }
    Candidates rows = candidates(info, accepting, accepted);
    for (FunnelStage stage : query.getFunnel()) {
      if (rows.size() > stage.keep()) {
        watch.begin();
        int size = rows.size();
        long bytes = rescorer.score(rows, Arrays.copyOf(target, stage.dims()));
        rows = rows.keep(stage.keep());
        watch.end(StageStats.FUNNEL, stage.dims(), size, rows.docs, 0, bytes);
      }
    }
    boolean whole = target.length == info.getVectorDimension();
    return misses == null || !whole || !query.getFunnel().isEmpty()
        ? rescoreAll(info, rows, rescorer)
        : rescoreSome(info, accepting, accepted, rows, rescorer);
  }

  private RankedDocs rescoreAll(FieldInfo info, Candidates rows, Rescorer rescorer)
      throws IOException {
    watch.begin();
    long bytes = rescorer.score(rows, target);
    RankedDocs answer = answer(info.getVectorDimension(), rows);
    watch.end(StageStats.FULL, target.length, rows.size(), answer.docs(), 0, bytes);
    return answer;
  }

  /** Where candidates turn out to be too few, more are looked for, a few times. */
  private RankedDocs rescoreSome(
      FieldInfo info, Query accepting, AcceptedRows accepted, Candidates found, Rescorer rescorer)
      throws IOException {
    watch.begin();
    Candidates rows = found;
    TargetedRescore targeted = new TargetedRescore(rows, query.getK(), misses, null);
    targeted.run(rescorer, target, limit);
    long bytes = 0;
    int vectors = accepted.count();
    for (int again = 0; again < MOST_AGAIN && !limit.leftOut(); again++) {
      int wanted = Math.min(targeted.candidatesWanted(rescorer, target, vectors), RecallPlan.MOST);
      if (wanted <= rows.size()) {
        break;
      }
      Candidates more = find(info, accepting, accepted, wanted, wanted);
      if (misses == null) {
        return rescoreAll(info, more, rescorer);
      }
      watch.begin();
      if (more.size() <= rows.size()) {
        break; // there are no more
      }
      rows = more;
      bytes += targeted.bytes();
      targeted = new TargetedRescore(rows, query.getK(), misses, targeted);
      targeted.run(rescorer, target, limit);
    }
    RankedDocs answer = answer(info.getVectorDimension(), rows);
    int[] scored = targeted.scoredDocs();
    watch.expected(rows.size(), scored, targeted.expectedMisses());
    watch.end(
        StageStats.FULL, target.length, scored.length, answer.docs(), 0, bytes + targeted.bytes());
    return answer;
  }

  private RankedDocs exact(FieldInfo info, AcceptedRows accepted, Rescorer rescorer)
      throws IOException {
    watch.begin();
    ExactSearch.Found found =
        new ExactSearch(
                searcher, rescorer, accepted, query.getParents(), limit, target, query.getK())
            .run();
    ScoreDoc[] hits =
        found.hits().stream()
            .filter(hit -> hit.score >= query.getMinScore())
            .sorted(Comparator.comparingInt(hit -> hit.doc))
            .toArray(ScoreDoc[]::new);
    int[] docs = new int[hits.length];
    float[] scores = new float[hits.length];
    for (int i = 0; i < hits.length; i++) {
      docs[i] = hits[i].doc;
      scores[i] = hits[i].score;
    }
    RankedDocs answer = answer(info.getVectorDimension(), docs, scores);
    long bytes = watch.isOn() ? (long) found.compared() * rowBytes() : 0;
    watch.end(StageStats.FULL, target.length, found.compared(), docs, 0, bytes);
    return answer;
  }

  private long rowBytes() throws IOException {
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      if (leaf.reader().getFloatVectorValues(field) != null) {
        return (long) target.length * VectorFieldInfo.bytesOfDimension(leaf.reader(), field);
      }
    }
    return 0;
  }

  private AcceptedRows acceptedRows(FieldInfo info, Query accepting) throws IOException {
    Weight accepts =
        accepting == null
            ? null
            : searcher.createWeight(accepting, ScoreMode.COMPLETE_NO_SCORES, 1);
    return new AcceptedRows(searcher, field, accepts, query.getParents(), padded(info), limit);
  }

  private Candidates candidates(FieldInfo info, Query accepting, AcceptedRows accepted)
      throws IOException {
    int candidates = query.getCandidates();
    int kept = query.getRescored();
    if (query.getTargetRecall() > 0) {
      double share = accepted.share();
      RecallPlan plan =
          RecallPlan.of(searcher, field, query.getK(), query.getTargetRecall(), share);
      candidates = Math.max(candidates, plan.candidates());
      kept = candidates;
      misses = query.getParents() == null ? plan.misses() : null;
    }
    return find(info, accepting, accepted, candidates, kept);
  }

  private Candidates find(
      FieldInfo info, Query accepting, AcceptedRows accepted, int candidates, int kept)
      throws IOException {
    int vectors = watch.isOn() ? accepted.vectors() : 0;
    watch.begin();
    Candidates all = accepted.all(candidates);
    if (all != null) {
      misses = null; // they have no scores yet
      watch.end(StageStats.ALL, 0, vectors, all.docs, 0, 0);
      return all;
    }
    PrefixSearch found =
        PrefixSearch.search(
            searcher, field, padded(info), candidates, kept, accepting, query.getParents());
    if (found.leftOut()) {
      limit.leftOutByLucene();
    }
    Candidates rows =
        query.getParents() == null
            ? Candidates.of(found.docs(), found.scores())
            : accepted.siblings(found.docs());
    int prefixDims = VectorFieldInfo.prefixDims(info);
    watch.end(StageStats.GRAPH, prefixDims, vectors, rows.docs, found.visited(), 0);
    return rows;
  }

  /** Only the prefix of what is added here is looked at, and the prefix is the target's own. */
  private float[] padded(FieldInfo info) {
    return Arrays.copyOf(target, info.getVectorDimension());
  }

  private RankedDocs answer(int dims, Candidates rows) {
    int[] best = rows.bestRows(query.getK(), query.getMinScore());
    int[] docs = new int[best.length];
    float[] scores = new float[best.length];
    for (int i = 0; i < best.length; i++) {
      docs[i] = rows.docs[best[i]];
      scores[i] = rows.score(best[i]);
    }
    return answer(dims, docs, scores);
  }

  private RankedDocs answer(int dims, int[] docs, float[] scores) {
    return new RankedDocs(
        new Explainer(query, target, dims),
        docs,
        scores,
        searcher.getTopReaderContext().id(),
        limit.leftOut());
  }

  /** The field where a segment has vectors in it; null if none has. */
  private FieldInfo checkedField() {
    FieldInfo field = null;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(query.getField());
      if (info != null && info.hasVectorValues()) {
        VectorFieldInfo.check(info, target);
        field = info;
      }
    }
    return field;
  }
}
