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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.RandomAccessInput;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;

/** Finds the nodes where one search enters a graph: the nearest of its {@link Pivots}. */
public final class WayIn {
  /** Groups whose members are looked at: what is near lies in the nearest, or in one beside it. */
  private static final int OPENED = 3;

  /**
   * Where the graph is entered: embeddings come in clusters, and the links of a cluster lead hardly
   * ever out of it.
   */
  private static final int ENTRIES = 8;

  private final CodeRows rows;
  private final RandomAccessInput nodes;
  private final int[] ends;
  private final int size;

  /**
   * @param rows the codes of the means of the groups, and behind them those of the members, group
   *     by group, with the query set
   * @param nodes the numbers of the members
   * @param ends where each group ends, among the members
   * @param size how many nodes the graph has
   */
  WayIn(CodeRows rows, RandomAccessInput nodes, int[] ends, int size) {
    this.rows = rows;
    this.nodes = nodes;
    this.ends = ends;
    this.size = size;
  }

  /**
   * Finds them, nearest first, and behind them one from which all nodes are reached. No more rows
   * are compared than may be visited.
   *
   * @param visits is told how many rows were compared
   */
  public int[] entries(KnnCollector visits) throws IOException {
    int[] groups = nearest(new int[] {0}, new int[] {ends.length}, OPENED, visits);
    int[] from = new int[groups.length];
    int[] to = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      from[i] = ends.length + (groups[i] == 0 ? 0 : ends[groups[i] - 1]);
      to[i] = ends.length + ends[groups[i]];
    }
    int[] members = nearest(from, to, ENTRIES, visits);
    int[] entries = new int[members.length + 1];
    for (int i = 0; i < entries.length; i++) {
      int member = i < members.length ? members[i] - ends.length : 0;
      entries[i] = nodes.readInt((long) member * Integer.BYTES);
      if (entries[i] < 0 || entries[i] >= size) {
        throw new CorruptIndexException(
            "a way into the graph leads to no node: [" + entries[i] + "]", nodes.toString());
      }
    }
    return entries;
  }

  /** The nearest few rows of some stretches. */
  private int[] nearest(int[] from, int[] to, int most, KnnCollector visits) throws IOException {
    int length = 0;
    for (int i = 0; i < from.length; i++) {
      length += to[i] - from[i];
    }
    length = Math.clamp(visits.visitLimit() - visits.visitedCount(), 0, length);
    int[] all = new int[length];
    float[] scores = new float[length];
    for (int i = 0, at = 0; i < from.length; i++) {
      for (int row = from[i]; row < to[i] && at < length; row++) {
        all[at++] = row;
      }
    }
    rows.bulkScore(all, scores, length);
    visits.incVisitedCount(length);
    int[] best = new int[most];
    float[] bestScores = new float[most];
    int count = 0;
    for (int i = 0; i < length; i++) {
      if (count < most || scores[i] > bestScores[most - 1]) {
        int place = count < most ? count++ : most - 1;
        for (; place > 0 && bestScores[place - 1] < scores[i]; place--) {
          best[place] = best[place - 1];
          bestScores[place] = bestScores[place - 1];
        }
        best[place] = all[i];
        bestScores[place] = scores[i];
      }
    }
    return Arrays.copyOf(best, count);
  }
}
