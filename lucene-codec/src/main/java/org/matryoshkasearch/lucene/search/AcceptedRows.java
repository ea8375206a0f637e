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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilteredDocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;

/**
 * The rows that a search may return: of live documents that have a vector, match the filter and, if
 * there are parents, belong to one.
 */
final class AcceptedRows {
  /** How many times as many vectors there may be as are accepted, as deleted ones stay a while. */
  private static final long DELETED = 2;

  /**
   * How many children of a parent are compared by full vectors. The nearest of all is nearly always
   * among so few by the prefix.
   */
  private static final int OF_PARENT = 10;

  /** To find the siblings of so many children is worth another thread. */
  private static final long WORTH_A_TASK = 100;

  private final IndexSearcher searcher;
  private final String field;
  private final Weight filter;
  private final BitSetProducer parents;
  private final float[] target;
  private final TimeLimit limit;
  private final long[] matches; // of each leaf, about and at most, or -1 until it is asked

  /**
   * @param filter null for none
   * @param parents null for none
   * @param target what the prefixes of siblings are compared with, of the field's dimension
   */
  AcceptedRows(
      IndexSearcher searcher,
      String field,
      Weight filter,
      BitSetProducer parents,
      float[] target,
      TimeLimit limit) {
    this.searcher = searcher;
    this.field = field;
    this.filter = filter;
    this.parents = parents;
    this.target = target;
    this.limit = limit;
    this.matches = new long[searcher.getLeafContexts().size()];
    Arrays.fill(matches, -1);
  }

  /** Which share of the vectors a filter accepts, about and at most: 1 without one. */
  double share() throws IOException {
    if (filter == null) {
      return 1;
    }
    int accepted = count();
    return accepted == 0 ? 1 : (double) accepted / vectors();
  }

  /** How many vectors are accepted, about and at most. */
  int count() throws IOException {
    int accepted = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      accepted += (int) matching(leaf, vectors(leaf));
    }
    return accepted;
  }

  /** How many vectors there are, those of deleted documents too. */
  int vectors() throws IOException {
    int vectors = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      vectors += vectors(leaf);
    }
    return vectors;
  }

  private int vectors(LeafReaderContext leaf) throws IOException {
    FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
    return values == null ? 0 : values.size();
  }

  /**
   * All of them, of each parent the best few, where it takes little to see that they are of at most
   * {@code most} groups, else null. A search that would rescore everything needs no graph.
   */
  Candidates all(int most) throws IOException {
    long estimate = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      estimate += estimate(leaf);
      if (estimate > DELETED * most) {
        return null;
      }
    }
    // of fewer parents there may be more of each, as many in all
    long each = (long) OF_PARENT * most / Math.max(1, estimate);
    int ofParent = Math.clamp(each, OF_PARENT, Integer.MAX_VALUE);
    List<LeafRows> found = new ArrayList<>();
    int left = most;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      LeafRows rows = new LeafRows(leaf, field, target, limit, parents, ofParent);
      DocIdSetIterator accepted = accepted(leaf);
      for (int doc = accepted.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = accepted.nextDoc()) {
        left -= rows.add(doc) ? 1 : 0;
        if (left < 0) {
          return null;
        }
      }
      rows.endGroup(-1);
      found.add(rows);
    }
    return LeafRows.join(found);
  }

  /**
   * The rows of the parents that these children, top-level and ascending, have: of each the best
   * few.
   */
  Candidates siblings(int[] children) throws IOException {
    LeafTasks<LeafRows> tasks = new LeafTasks<>(WORTH_A_TASK);
    int from = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      int to = Rescorer.endOfLeaf(children, from, leaf);
      if (from < to) {
        DocsIterator ofLeaf = new DocsIterator(children, from, to, leaf.docBase);
        long work = filter == null ? to - from : LeafTasks.ALONE;
        tasks.add(work, () -> siblings(leaf, ofLeaf));
      }
      from = to;
    }
    return LeafRows.join(tasks.run(searcher));
  }

  private LeafRows siblings(LeafReaderContext leaf, DocsIterator children) throws IOException {
    LeafRows rows = new LeafRows(leaf, field, target, limit, parents, OF_PARENT);
    BitSet parentBits = parents.getBitSet(leaf);
    DocIdSetIterator accepted = accepted(leaf);
    for (int child = children.nextDoc(); child != DocIdSetIterator.NO_MORE_DOCS; ) {
      int parent = parentBits.nextSetBit(child);
      int afterLast = child == 0 ? -1 : parentBits.prevSetBit(child - 1);
      int doc = accepted.docID();
      if (doc <= afterLast) {
        doc = accepted.advance(afterLast + 1);
      }
      for (; doc < parent; doc = accepted.nextDoc()) {
        rows.add(doc);
      }
      rows.endGroup(child);
      child = children.advance(parent);
    }
    return rows;
  }

  /** At most about so many groups of the leaf are accepted. */
  private long estimate(LeafReaderContext leaf) throws IOException {
    long estimate = vectors(leaf);
    if (parents != null) {
      BitSet parentBits = parents.getBitSet(leaf);
      estimate = Math.min(estimate, parentBits == null ? 0 : parentBits.approximateCardinality());
    }
    return matching(leaf, estimate);
  }

  /** At most about so many documents of the leaf match, of so many that can. */
  private long matching(LeafReaderContext leaf, long most) throws IOException {
    if (filter == null || most == 0) {
      return most;
    }
    if (matches[leaf.ord] < 0) {
      ScorerSupplier matching = filter.scorerSupplier(leaf);
      matches[leaf.ord] = matching == null ? 0 : matching.cost();
    }
    return Math.min(most, matches[leaf.ord]);
  }

  /** The accepted rows of a leaf, whether they have a parent or not. */
  DocIdSetIterator accepted(LeafReaderContext leaf) throws IOException {
    FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
    Scorer matches = filter == null ? null : filter.scorer(leaf);
    if (values == null || (filter != null && matches == null)) {
      return DocIdSetIterator.empty();
    }
    DocIdSetIterator rows = values.iterator();
    if (matches != null) {
      rows = ConjunctionUtils.intersectIterators(List.of(matches.iterator(), rows));
    }
    Bits live = leaf.reader().getLiveDocs();
    if (live == null) {
      return rows;
    }
    return new FilteredDocIdSetIterator(rows) {
      @Override
      protected boolean match(int doc) {
        return live.get(doc);
      }
    };
  }
}
