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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;

/**
 * Says why a document is a hit of a {@link MatryoshkaKnnQuery} with this score, or why it is none.
 *
 * <p>Nothing is kept for that while searching: the scores of the one document are computed when
 * they are asked for, and for the first document that is no hit the search is run again, once for
 * all of them and under the timeout of the searcher.
 */
final class Explainer {
  private final MatryoshkaKnnQuery query;
  private final float[] target;
  private final int dims;
  private Query filter;
  private Rerun rerun;

  /**
   * @param dims the dimensions of the field
   */
  Explainer(MatryoshkaKnnQuery query, float[] target, int dims) {
    this.query = query;
    this.target = target;
    this.dims = dims;
  }

  /** What the scores of the hits are. */
  String scoredBy() {
    return (target.length == dims
            ? "the full vector"
            : "the leading " + target.length + " of " + dims + " dimensions")
        + " in field ["
        + query.getField()
        + "]";
  }

  /** The score of a hit, and those that it had on the way. */
  Explanation hit(IndexSearcher searcher, int doc, float score) throws IOException {
    return Explanation.match(score, "score by " + scoredBy(), earlierScores(searcher, doc));
  }

  /** Why a document, by its top-level number, is no hit. */
  Explanation miss(IndexSearcher searcher, int doc) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    FloatVectorValues values = leaf.reader().getFloatVectorValues(query.getField());
    if (values == null || values.iterator().advance(doc - leaf.docBase) != doc - leaf.docBase) {
      return Explanation.noMatch("no vector in field [" + query.getField() + "]");
    }
    if (query.getParents() != null && !hasParent(leaf, doc - leaf.docBase)) {
      return Explanation.noMatch("not in a block with a parent");
    }
    if (query.getFilter() != null) {
      Weight filter = searcher.createWeight(filter(searcher), ScoreMode.COMPLETE_NO_SCORES, 1);
      Explanation accepted = filter.explain(leaf, doc - leaf.docBase);
      if (!accepted.isMatch()) {
        return Explanation.noMatch("does not match the filter", accepted);
      }
    }
    float score = score(searcher, doc, target);
    List<Explanation> scores = new ArrayList<>();
    scores.add(Explanation.match(score, "score by " + scoredBy()));
    scores.addAll(earlierScores(searcher, doc));
    return Explanation.noMatch(reason(rerun(searcher), leaf, doc, score), scores);
  }

  /** Once for all documents: it may hold searches. */
  private synchronized Query filter(IndexSearcher searcher) throws IOException {
    if (filter == null) {
      filter = searcher.rewrite(query.getFilter());
    }
    return filter;
  }

  private synchronized Rerun rerun(IndexSearcher searcher) throws IOException {
    if (rerun == null) {
      Rerun now = new Rerun();
      Query hits = new TwoPhaseSearch(query, target, searcher, now).run();
      now.partial = hits instanceof RankedDocs ranked && ranked.isPartial();
      rerun = now;
    }
    return rerun;
  }

  private String reason(Rerun rerun, LeafReaderContext leaf, int doc, float score)
      throws IOException {
    if (rerun.partial) {
      return "what left it out cannot be told: the search, run again for that, timed out";
    }
    StageStats leftOutBy = rerun.leftOut(doc);
    if (leftOutBy == null) {
      return "left out by a timeout alone: the search, run again, has it among its hits";
    }
    return switch (leftOutBy.name()) {
      case StageStats.GRAPH ->
          "not among the best candidates that the graph found by their prefixes";
      case StageStats.FUNNEL ->
          "not among those that the funnel stage of " + leftOutBy.dims() + " dimensions kept";
      case StageStats.EXPECTED ->
          "among the candidates, but by its prefix hardly among the nearest, so not rescored";
      default -> {
        if (score < query.getMinScore()) {
          yield "scores less than the required " + query.getMinScore();
        }
        yield hasNearerSibling(rerun, leaf, doc - leaf.docBase)
            ? "another child of its parent is nearer"
            : "not among the " + query.getK() + " nearest of the candidates";
      }
    };
  }

  private boolean hasNearerSibling(Rerun rerun, LeafReaderContext leaf, int doc)
      throws IOException {
    if (query.getParents() == null) {
      return false;
    }
    BitSet parents = query.getParents().getBitSet(leaf);
    int before = doc == 0 ? -1 : parents.prevSetBit(doc - 1);
    int parent = parents.nextSetBit(doc);
    return Arrays.stream(rerun.hits())
        .map(hit -> hit - leaf.docBase)
        .anyMatch(hit -> hit > before && hit < parent);
  }

  private boolean hasParent(LeafReaderContext leaf, int doc) throws IOException {
    BitSet parents = query.getParents().getBitSet(leaf);
    return parents != null
        && !parents.get(doc)
        && parents.nextSetBit(doc) != DocIdSetIterator.NO_MORE_DOCS;
  }

  /** The scores by the prefix and in each funnel stage. */
  private List<Explanation> earlierScores(IndexSearcher searcher, int doc) throws IOException {
    List<Explanation> scores = new ArrayList<>();
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(query.getField());
    FloatVectorValues values = leaf.reader().getFloatVectorValues(query.getField());
    VectorScorer prefix = values.scorer(Arrays.copyOf(target, dims));
    prefix.iterator().advance(doc - leaf.docBase);
    scores.add(
        Explanation.match(
            Candidates.finite(prefix.score()),
            "score by the prefix of "
                + VectorFieldInfo.prefixDims(info)
                + " dimensions as it is in the graph"));
    for (FunnelStage stage : query.getFunnel()) {
      float score = score(searcher, doc, Arrays.copyOf(target, stage.dims()));
      scores.add(
          Explanation.match(score, "score in the funnel stage of " + stage.dims() + " dimensions"));
    }
    return scores;
  }

  private float score(IndexSearcher searcher, int doc, float[] leading) throws IOException {
    Candidates one = Candidates.of(new int[] {doc});
    new Rescorer(searcher, query.getField(), new TimeLimit(null), false).score(one, leading);
    return one.score(0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Explainer that && dims == that.dims && query.equals(that.query);
  }

  @Override
  public int hashCode() {
    return 31 * query.hashCode() + dims;
  }

  /** What each stage of the search let pass when it was run again. */
  private static final class Rerun implements StageWatch.Listener {
    private final List<StageStats> stages = new ArrayList<>();
    private final List<int[]> left = new ArrayList<>();
    private boolean partial;

    @Override
    public void ended(StageStats stage, int[] docs) {
      if (stage.name().equals(StageStats.GRAPH)) { // again, for more
        stages.clear();
        left.clear();
      }
      stages.add(stage);
      left.add(docs);
    }

    /** The stage that left out a document, or null. */
    StageStats leftOut(int doc) {
      for (int i = 0; i < stages.size(); i++) {
        if (Arrays.binarySearch(left.get(i), doc) < 0) {
          return stages.get(i);
        }
      }
      return null;
    }

    int[] hits() {
      return left.get(left.size() - 1);
    }
  }
}
