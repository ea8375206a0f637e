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
import java.util.concurrent.Callable;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilteredDocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;

/**
 * The rows that a search may return: of live documents that have a vector, match the filter and, if
 * there are parents, belong to one.
 */
final class AcceptedRows {
  /** How many times as many vectors there may be as are accepted, as deleted ones stay a while. */
  private static final long DELETED = 2;

  private final IndexSearcher searcher;
  private final String field;
  private final Weight filter;
  private final BitSetProducer parents;

  /** Both {@code filter} and {@code parents} may be null. */
  AcceptedRows(IndexSearcher searcher, String field, Weight filter, BitSetProducer parents) {
    this.searcher = searcher;
    this.field = field;
    this.filter = filter;
    this.parents = parents;
  }

  /**
   * All of them, where it takes little to see that they are of at most {@code limit} groups, else
   * null. A search that would rescore everything needs no graph.
   */
  Candidates all(int limit) throws IOException {
    long estimate = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      estimate += estimate(leaf);
      if (estimate > DELETED * limit) {
        return null;
      }
    }
    List<Rows> found = new ArrayList<>();
    int left = limit;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      Rows rows = new Rows(leaf);
      DocIdSetIterator accepted = accepted(leaf);
      for (int doc = accepted.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = accepted.nextDoc()) {
        left -= rows.add(doc) ? 1 : 0;
        if (left < 0) {
          return null;
        }
      }
      found.add(rows);
    }
    return join(found);
  }

  /** The rows of the parents that these children, top-level and ascending, have. */
  Candidates siblings(int[] children) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    List<Callable<Rows>> tasks = new ArrayList<>();
    for (int from = 0; from < children.length; ) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(children[from], leaves));
      int to = Rescorer.endOfLeaf(children, from, leaf);
      DocsIterator ofLeaf = new DocsIterator(children, from, to, leaf.docBase);
      tasks.add(() -> siblings(leaf, ofLeaf));
      from = to;
    }
    return join(searcher.getTaskExecutor().invokeAll(tasks));
  }

  private Rows siblings(LeafReaderContext leaf, DocsIterator children) throws IOException {
    Rows rows = new Rows(leaf);
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
      child = children.advance(parent);
    }
    return rows;
  }

  /** At most about so many groups of the leaf are accepted. */
  private long estimate(LeafReaderContext leaf) throws IOException {
    FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
    long estimate = values == null ? 0 : values.size();
    if (parents != null) {
      BitSet parentBits = parents.getBitSet(leaf);
      estimate = Math.min(estimate, parentBits == null ? 0 : parentBits.approximateCardinality());
    }
    if (filter != null && estimate > 0) {
      ScorerSupplier matches = filter.scorerSupplier(leaf);
      estimate = Math.min(estimate, matches == null ? 0 : matches.cost());
    }
    return estimate;
  }

  /** The accepted rows of a leaf, whether they have a parent or not. */
  private DocIdSetIterator accepted(LeafReaderContext leaf) throws IOException {
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

  private Candidates join(List<Rows> found) {
    int size = 0;
    for (Rows rows : found) {
      size += rows.size;
    }
    int[] docs = new int[size];
    int[] groups = new int[size];
    int start = 0;
    for (Rows rows : found) {
      System.arraycopy(rows.docs, 0, docs, start, rows.size);
      System.arraycopy(rows.groups, 0, groups, start, rows.size);
      start += rows.size;
    }
    return parents == null ? Candidates.of(docs) : Candidates.ofChildren(docs, groups);
  }

  /** Rows of one leaf, by their top-level numbers. */
  private final class Rows {
    private final LeafReaderContext leaf;
    private final BitSet parentBits;
    private int[] docs = new int[16];
    private int[] groups = new int[16];
    private int size;

    Rows(LeafReaderContext leaf) throws IOException {
      this.leaf = leaf;
      this.parentBits = parents == null ? null : parents.getBitSet(leaf);
    }

    /** Adds a document unless it lacks a parent; true if that begins a group. */
    boolean add(int doc) {
      int group = doc;
      if (parents != null) {
        group = parentBits == null ? DocIdSetIterator.NO_MORE_DOCS : parentBits.nextSetBit(doc);
        if (group == DocIdSetIterator.NO_MORE_DOCS || group == doc) {
          return false;
        }
      }
      if (size == docs.length) {
        docs = ArrayUtil.grow(docs);
        groups = Arrays.copyOf(groups, docs.length);
      }
      docs[size] = leaf.docBase + doc;
      groups[size] = leaf.docBase + group;
      size++;
      return size == 1 || groups[size - 2] != groups[size - 1];
    }
  }
}
