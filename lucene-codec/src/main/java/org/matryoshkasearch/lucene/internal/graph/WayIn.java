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
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;

/** Finds the nodes where one search enters a graph: the nearest of its {@link Pivots}. */
public final class WayIn {
  /** Groups whose members are looked at, at least: what is near lies there. */
  private static final int OPENED = 3;

  /** By inner product: the mean of a group says less of the longest of its members. */
  private static final int OPENED_BY_PRODUCT = 16;

  /**
   * Where the graph is entered, at least: embeddings come in clusters, and the links of a cluster
   * lead hardly ever out of it.
   */
  private static final int ENTRIES = 8;

  private static final int ENTRIES_BY_PRODUCT = 16;

  /**
   * Results for each group and each entry more. What is nearest to a query unlike the vectors, or
   * among vectors without structure, lies in many places, and no walk leads from one to all: who
   * asks for more candidates wants more of those.
   */
  private static final int RESULTS_A_GROUP = 20;

  private static final int RESULTS_AN_ENTRY = 10;

  private final CodeRows rows;
  private final RandomAccessInput nodes;
  private final int[] ends;
  private final int size;
  private final Nearness kind;

  /**
   * @param rows the codes of the means of the groups, and behind them those of the members, group
   *     by group, with the query set
   * @param nodes the numbers of the members
   * @param ends where each group ends, among the members
   * @param size how many nodes the graph has
   * @param kind what makes them near
   */
  WayIn(CodeRows rows, RandomAccessInput nodes, int[] ends, int size, Nearness kind) {
    this.rows = rows;
    this.nodes = nodes;
    this.ends = ends;
    this.size = size;
    this.kind = kind;
  }

  /**
   * Finds them, nearest first, and behind them one from which all nodes are reached. No more rows
   * are compared than may be visited.
   *
   * @param results of the search; told how many rows were compared
   */
  public int[] entries(KnnCollector results) throws IOException {
    boolean byProduct = kind == Nearness.INNER_PRODUCT;
    int opened = Math.max(byProduct ? OPENED_BY_PRODUCT : OPENED, results.k() / RESULTS_A_GROUP);
    int entered =
        Math.max(byProduct ? ENTRIES_BY_PRODUCT : ENTRIES, results.k() / RESULTS_AN_ENTRY);
    int[] groups = nearest(new int[] {0}, new int[] {ends.length}, opened, results);
    int[] from = new int[groups.length];
    int[] to = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      from[i] = ends.length + (groups[i] == 0 ? 0 : ends[groups[i] - 1]);
      to[i] = ends.length + ends[groups[i]];
    }
    int[] members = nearest(from, to, entered, results);
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
    NeighborQueue best = new NeighborQueue(Math.min(most, Math.max(1, length)), false);
    for (int i = 0; i < length; i++) {
      best.insertWithOverflow(all[i], scores[i]);
    }
    int[] rowsFound = new int[best.size()];
    for (int i = rowsFound.length - 1; i >= 0; i--) {
      rowsFound[i] = best.pop();
    }
    return rowsFound;
  }
}
