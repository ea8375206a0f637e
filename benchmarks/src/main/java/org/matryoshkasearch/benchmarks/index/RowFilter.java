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
package org.matryoshkasearch.benchmarks.index;

import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

/** Matches some rows of an index, as a filter does that a cache has the bits of. */
final class RowFilter extends Query {
  private final FixedBitSet rows;
  private final List<FixedBitSet> leaves; // those of each segment
  private final List<Integer> counts;

  /**
   * @param leaves of the index that is searched
   */
  RowFilter(FixedBitSet rows, List<LeafReaderContext> leaves) {
    this.rows = rows;
    this.leaves = leaves.stream().map(leaf -> inLeaf(rows, leaf)).toList();
    this.counts = this.leaves.stream().map(FixedBitSet::cardinality).toList();
  }

  private static FixedBitSet inLeaf(FixedBitSet rows, LeafReaderContext leaf) {
    int size = leaf.reader().maxDoc();
    FixedBitSet some = new FixedBitSet(size);
    FixedBitSet.orRange(rows, leaf.docBase, some, 0, size);
    return some;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
        FixedBitSet inLeaf = leaves.get(leaf.ord);
        int countInLeaf = counts.get(leaf.ord);
        return new ConstantScoreScorerSupplier(score(), scoreMode, leaf.reader().maxDoc()) {
          @Override
          public DocIdSetIterator iterator(long leadCost) {
            return new BitSetIterator(inLeaf, countInLeaf);
          }

          @Override
          public long cost() {
            return countInLeaf;
          }
        };
      }

      @Override
      public boolean isCacheable(LeafReaderContext leaf) {
        return false;
      }
    };
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return rows.cardinality() + " rows";
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && rows.equals(((RowFilter) other).rows);
  }

  @Override
  public int hashCode() {
    return 31 * classHash() + rows.hashCode();
  }
}
