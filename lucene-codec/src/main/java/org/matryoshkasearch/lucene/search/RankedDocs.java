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
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** The answer of a {@link MatryoshkaKnnQuery}: documents of one reader and their scores. */
final class RankedDocs extends Query {
  private final Explainer explainer;
  private final int[] docs;
  private final float[] scores;
  private final Object readerId;
  private final boolean partial;

  /**
   * Takes over the arrays.
   *
   * @param explainer knows the query that this is the answer of
   * @param docs top-level document numbers, ascending
   * @param scores the score of each document, not negative
   * @param readerId of the top-level reader context that the numbers belong to
   * @param partial whether a timeout cut the search short
   */
  RankedDocs(Explainer explainer, int[] docs, float[] scores, Object readerId, boolean partial) {
    assert docs.length == scores.length;
    this.explainer = explainer;
    this.docs = docs;
    this.scores = scores;
    this.readerId = readerId;
    this.partial = partial;
  }

  /** The documents, not to be changed. */
  int[] docs() {
    return docs;
  }

  /** Whether a timeout cut the search short. */
  boolean isPartial() {
    return partial;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    if (!readerId.equals(searcher.getTopReaderContext().id())) {
      throw new IllegalStateException("the query was rewritten with another reader");
    }
    return new RankedWeight(searcher, boost);
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "RankedDocs("
        + docs.length
        + " by "
        + explainer.scoredBy()
        + (partial ? ", timed out)" : ")");
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && equalTo((RankedDocs) other);
  }

  private boolean equalTo(RankedDocs other) {
    return readerId.equals(other.readerId)
        && partial == other.partial
        && explainer.equals(other.explainer)
        && Arrays.equals(docs, other.docs)
        && Arrays.equals(scores, other.scores);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        classHash(), readerId, partial, explainer, Arrays.hashCode(docs), Arrays.hashCode(scores));
  }

  private final class RankedWeight extends Weight {
    /** Where each leaf begins in {@link #docs}, and at the end their number. */
    private final int[] starts;

    private final IndexSearcher searcher;
    private final float boost;

    RankedWeight(IndexSearcher searcher, float boost) {
      super(RankedDocs.this);
      this.searcher = searcher;
      this.boost = boost;
      List<LeafReaderContext> leaves = searcher.getLeafContexts();
      starts = new int[leaves.size() + 1];
      for (int i = 0; i < leaves.size(); i++) {
        starts[i + 1] = Rescorer.endOfLeaf(docs, starts[i], leaves.get(i));
      }
    }

    @Override
    public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
      int found = Arrays.binarySearch(docs, doc + leaf.docBase);
      if (found < 0) {
        return explainer.miss(searcher, doc + leaf.docBase);
      }
      Explanation score = explainer.hit(searcher, doc + leaf.docBase, scores[found]);
      return boost == 1
          ? score
          : Explanation.match(
              scores[found] * boost, "product of", Explanation.match(boost, "boost"), score);
    }

    @Override
    public int count(LeafReaderContext leaf) {
      return partial ? -1 : starts[leaf.ord + 1] - starts[leaf.ord];
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
      int from = starts[leaf.ord];
      int to = starts[leaf.ord + 1];
      // after a timeout even a leaf without hits has a scorer: the searcher sets its timedOut()
      // there
      if (from == to && !partial) {
        return null;
      }
      return new DefaultScorerSupplier(
          new RankedScorer(new DocsIterator(docs, from, to, leaf.docBase), to, boost));
    }

    @Override
    public boolean isCacheable(LeafReaderContext leaf) {
      return !partial;
    }
  }

  private final class RankedScorer extends Scorer {
    private final DocsIterator iterator;
    private final int to;
    private final float boost;

    RankedScorer(DocsIterator iterator, int to, float boost) {
      this.iterator = iterator;
      this.to = to;
      this.boost = boost;
    }

    @Override
    public int docID() {
      return iterator.docID();
    }

    @Override
    public DocIdSetIterator iterator() {
      return iterator;
    }

    @Override
    public float score() {
      return scores[iterator.index()] * boost;
    }

    @Override
    public float getMaxScore(int upTo) {
      float max = 0;
      for (int i = iterator.from(); i < to; i++) {
        max = Math.max(max, scores[i]);
      }
      return max * boost;
    }
  }
}
