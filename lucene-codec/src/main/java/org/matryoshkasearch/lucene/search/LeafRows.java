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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.NumericUtils;

/**
 * Rows of one leaf, in document order, by their top-level numbers. Of the children of one parent
 * those stay that are nearest by their prefixes: a parent may have thousands.
 */
final class LeafRows {
  private final LeafReaderContext leaf;
  private final String field;
  private final float[] target;
  private final TimeLimit limit;
  private final int ofParent;
  private final boolean children;
  private final BitSet parents; // null if the leaf has none
  private VectorScorer prefixes; // made when first needed
  private int[] docs = new int[16];
  private int[] groups = new int[16];
  private int size;
  private int groupStart;

  /**
   * @param target of the field's dimension
   * @param parents null: rows are no children
   * @param ofParent how many children of a parent stay, at least 1
   */
  LeafRows(
      LeafReaderContext leaf,
      String field,
      float[] target,
      TimeLimit limit,
      BitSetProducer parents,
      int ofParent)
      throws IOException {
    this.leaf = leaf;
    this.field = field;
    this.target = target;
    this.limit = limit;
    this.ofParent = ofParent;
    this.children = parents != null;
    this.parents = children ? parents.getBitSet(leaf) : null;
  }

  /**
   * Adds a document of the leaf, above the last one, unless it lacks a parent.
   *
   * @return whether it is the first of a group
   */
  boolean add(int doc) throws IOException {
    int group = doc;
    if (children) {
      group = parents == null ? DocIdSetIterator.NO_MORE_DOCS : parents.nextSetBit(doc);
      if (group == DocIdSetIterator.NO_MORE_DOCS || group == doc) {
        return false;
      }
    }
    boolean begins = size == 0 || groups[size - 1] != leaf.docBase + group;
    if (begins) {
      endGroup(-1);
    }
    if (size == docs.length) {
      docs = ArrayUtil.grow(docs);
      groups = Arrays.copyOf(groups, docs.length);
    }
    docs[size] = leaf.docBase + doc;
    groups[size] = leaf.docBase + group;
    size++;
    return begins;
  }

  /**
   * Leaves the best few of the last group; must be called after the last row.
   *
   * @param candidate the document of the leaf that stands for the group if there is no time to look
   *     at the others; -1 for any
   */
  void endGroup(int candidate) throws IOException {
    int count = size - groupStart;
    if (count > ofParent) {
      if (limit.leavesOutRest()) {
        docs[groupStart] = candidate < 0 ? docs[groupStart] : leaf.docBase + candidate;
        size = groupStart + 1;
      } else {
        keepBest(count);
      }
    }
    groupStart = size;
  }

  private void keepBest(int count) throws IOException {
    if (prefixes == null) {
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
      prefixes = values.scorer(target);
    }
    long[] ranked = new long[count];
    for (int i = 0; i < count; i++) {
      prefixes.iterator().advance(docs[groupStart + i] - leaf.docBase);
      float score = prefixes.score();
      long worse = ~NumericUtils.floatToSortableInt(Float.isNaN(score) ? 0 : score);
      ranked[i] = (worse << Integer.SIZE) | docs[groupStart + i];
    }
    Arrays.sort(ranked);
    for (int i = 0; i < ofParent; i++) {
      docs[groupStart + i] = (int) ranked[i];
    }
    size = groupStart + ofParent; // all of the one group
    Arrays.sort(docs, groupStart, size);
  }

  /** The rows of all leaves, in their order. */
  static Candidates join(Iterable<LeafRows> leaves) {
    int size = 0;
    boolean children = false;
    for (LeafRows rows : leaves) {
      size += rows.size;
      children |= rows.children;
    }
    int[] docs = new int[size];
    int[] groups = new int[size];
    int start = 0;
    for (LeafRows rows : leaves) {
      System.arraycopy(rows.docs, 0, docs, start, rows.size);
      System.arraycopy(rows.groups, 0, groups, start, rows.size);
      start += rows.size;
    }
    return children ? Candidates.ofChildren(docs, groups) : Candidates.of(docs);
  }
}
