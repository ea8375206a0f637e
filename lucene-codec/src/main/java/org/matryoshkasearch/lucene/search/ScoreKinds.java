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

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/**
 * Which segments' scores can be compared: those of prefixes of the same length. Another format
 * scores whole vectors, and a field may have had another prefix when a segment was written. Where
 * there are several kinds, each gives as many candidates as are wanted of all, for all of the
 * nearest may be in one of them, and full vectors decide.
 */
final class ScoreKinds {
  private final List<LeafReaderContext> leaves;
  private final int[] dimsOfLeaf;
  private final Set<Integer> kinds = new HashSet<>();

  private ScoreKinds(List<LeafReaderContext> leaves, String field) {
    this.leaves = leaves;
    this.dimsOfLeaf = new int[leaves.size()];
    for (LeafReaderContext leaf : leaves) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
      if (info != null && info.hasVectorValues()) {
        dimsOfLeaf[leaf.ord] = VectorFieldInfo.prefixDims(info);
        kinds.add(dimsOfLeaf[leaf.ord]);
      }
    }
  }

  static ScoreKinds of(List<LeafReaderContext> leaves, String field) {
    return new ScoreKinds(leaves, field);
  }

  /** Whether all can be compared. */
  boolean isOne() {
    return kinds.size() <= 1;
  }

  /**
   * The best of what was found.
   *
   * @param merged best first, as if all could be compared
   * @param ofLeaves the same and what was left out in favour of it
   * @param kept how many are wanted of each kind
   */
  ScoreDoc[] best(TopDocs merged, TopDocs[] ofLeaves, int kept) {
    if (isOne()) {
      return Arrays.copyOf(merged.scoreDocs, Math.min(kept, merged.scoreDocs.length));
    }
    Map<Integer, Integer> counts = new HashMap<>();
    return Arrays.stream(ofLeaves)
        .flatMap(leaf -> Arrays.stream(leaf.scoreDocs))
        .sorted(Comparator.comparingDouble(hit -> -hit.score))
        .filter(hit -> counts.merge(dimsOf(hit.doc), 1, Integer::sum) <= kept)
        .toArray(ScoreDoc[]::new);
  }

  private int dimsOf(int doc) {
    return dimsOfLeaf[ReaderUtil.subIndex(doc, leaves)];
  }
}
