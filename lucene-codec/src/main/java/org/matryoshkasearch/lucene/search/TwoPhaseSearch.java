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
import java.util.Locale;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** One run of a {@link MatryoshkaKnnQuery}: candidates, funnel, rescore, answer. */
final class TwoPhaseSearch {
  private final MatryoshkaKnnQuery query;
  private final String field;
  private final float[] target;
  private final IndexSearcher searcher;

  TwoPhaseSearch(MatryoshkaKnnQuery query, float[] target, IndexSearcher searcher) {
    this.query = query;
    this.field = query.getField();
    this.target = target;
    this.searcher = searcher;
  }

  /** Gives the hits as a query, or one that matches nothing. */
  Query run() throws IOException {
    int dims = checkedDims();
    if (dims == 0) {
      return new MatchNoDocsQuery("no vectors in field [" + field + "]");
    }
    Query accepting = query.getFilter() == null ? null : searcher.rewrite(query.getFilter());
    if (accepting instanceof MatchNoDocsQuery) {
      return accepting;
    }
    Candidates rows = candidates(dims, accepting);
    Rescorer rescorer = new Rescorer(searcher, field);
    for (FunnelStage stage : query.getFunnel()) {
      if (rows.size() > stage.keep()) {
        rescorer.score(rows, Arrays.copyOf(target, stage.dims()));
        rows = rows.keep(stage.keep());
      }
    }
    rescorer.score(rows, target);
    return answer(dims, rows);
  }

  private Candidates candidates(int dims, Query accepting) throws IOException {
    Weight accepts =
        accepting == null
            ? null
            : searcher.createWeight(accepting, ScoreMode.COMPLETE_NO_SCORES, 1);
    AcceptedRows accepted = new AcceptedRows(searcher, field, accepts, query.getParents());
    Candidates all = accepted.all(query.getCandidates());
    if (all != null) {
      return all;
    }
    // only the prefix of what is added here is looked at, and the prefix is the target's own
    float[] padded = Arrays.copyOf(target, dims);
    int[] found =
        PrefixSearch.search(
            searcher, field, padded, query.getCandidates(), accepting, query.getParents());
    return query.getParents() == null ? Candidates.of(found) : accepted.siblings(found);
  }

  private Query answer(int dims, Candidates rows) {
    int[] best = rows.bestRows(query.getK(), query.getMinScore());
    QueryTimeout timeout = searcher.getTimeout();
    boolean partial = timeout != null && timeout.shouldExit();
    if (best.length == 0 && !partial) {
      return new MatchNoDocsQuery("no vector in field [" + field + "] is near enough");
    }
    int[] docs = new int[best.length];
    float[] scores = new float[best.length];
    for (int i = 0; i < best.length; i++) {
      docs[i] = rows.docs[best[i]];
      scores[i] = rows.scores[best[i]];
    }
    String scoredBy =
        (target.length == dims
                ? "the full vector"
                : "the leading " + target.length + " of " + dims + " dimensions")
            + " in field ["
            + field
            + "]";
    return new RankedDocs(docs, scores, searcher.getTopReaderContext().id(), scoredBy, partial);
  }

  /** The dimensions of the field, 0 where no segment has vectors in it. */
  private int checkedDims() {
    int dims = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
      if (info != null && info.hasVectorValues()) {
        check(info);
        dims = info.getVectorDimension();
      }
    }
    return dims;
  }

  private void check(FieldInfo info) {
    if (info.getVectorEncoding() != VectorEncoding.FLOAT32) {
      throw new IllegalArgumentException(
          "field [" + field + "] must have float vectors, has " + info.getVectorEncoding());
    }
    if (target.length > info.getVectorDimension()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the target for field [%s] must have at most [%d] dimensions, has [%d]",
              field,
              info.getVectorDimension(),
              target.length));
    }
    String prefixDims = info.getAttribute(MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE);
    if (MatryoshkaHnswVectorsFormat.isFormatOf(info)
        && prefixDims != null
        && target.length < Integer.parseInt(prefixDims)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the target for field [%s] must have at least the [%s] dimensions of the prefix, has"
                  + " [%d]",
              field,
              prefixDims,
              target.length));
    }
    if (info.getVectorSimilarityFunction() == VectorSimilarityFunction.COSINE
        && VectorUtil.dotProduct(target, target) == 0) {
      throw new IllegalArgumentException(
          "the target for field [" + field + "] is all zeros, which have no cosine");
    }
  }
}
