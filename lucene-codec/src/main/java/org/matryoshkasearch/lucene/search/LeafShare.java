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

import org.apache.lucene.index.LeafReaderContext;

/**
 * How many candidates a search first asks a leaf for: its share of them, as it has of all
 * documents, and some more. A leaf all of whose candidates are among the best of all is asked a
 * second time, then for all.
 *
 * <p>Lucene asks for sixteen deviations more, which of a small leaf is more than there are in all.
 */
final class LeafShare {
  /** Of a binomial distribution: as if documents fell into leaves by chance. */
  private static final int DEVIATIONS = 4;

  /** A search for fewer loses its way in the graph. */
  private static final int LEAST = 8;

  private LeafShare() {}

  /**
   * The candidates to ask a leaf for.
   *
   * @param most how many are wanted of all leaves
   */
  static int of(LeafReaderContext leaf, int most) {
    if (leaf.parent == null) {
      return most; // of an index in memory
    }
    double share = leaf.reader().maxDoc() / (double) leaf.parent.reader().maxDoc();
    double likely = most * share + DEVIATIONS * Math.sqrt(most * share * (1 - share));
    return (int) Math.min(most, Math.max(LEAST, Math.ceil(likely)));
  }
}
