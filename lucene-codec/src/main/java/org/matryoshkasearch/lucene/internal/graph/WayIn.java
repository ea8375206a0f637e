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
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
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

  private static final float LARGEST = 1e15f;

  private final Nearness kind;
  private final float[] prefix;
  private final float[][] means;
  private final boolean[] isLong;
  private final int[] ends;
  private final RandomAccessInput nodes;
  private final CodeRows rows;
  private final RandomVectorScorer scorer;

  /**
   * @param kind what makes nodes near
   * @param prefix that is searched for, comparable
   * @param means of the groups
   * @param isLong which means are {@link #isLong}
   * @param ends where each group ends, among the members
   * @param nodes the numbers of the members, group by group
   * @param rows the codes of the members, with the query set; null where there are none, as the
   *     scorer compares finer ones
   * @param scorer of all nodes
   */
  WayIn(
      Nearness kind,
      float[] prefix,
      float[][] means,
      boolean[] isLong,
      int[] ends,
      RandomAccessInput nodes,
      CodeRows rows,
      RandomVectorScorer scorer) {
    this.kind = kind;
    this.prefix = prefix;
    this.means = means;
    this.isLong = isLong;
    this.ends = ends;
    this.nodes = nodes;
    this.rows = rows;
    this.scorer = scorer;
  }

  /**
   * Finds them, nearest first, and behind them one from which all nodes are reached. No more is
   * compared than may be visited.
   *
   * @param results of the search; told how many means and members were compared
   */
  public int[] entries(KnnCollector results) throws IOException {
    boolean byProduct = kind == Nearness.INNER_PRODUCT;
    int opened = Math.max(byProduct ? OPENED_BY_PRODUCT : OPENED, results.k() / RESULTS_A_GROUP);
    int entered =
        Math.max(byProduct ? ENTRIES_BY_PRODUCT : ENTRIES, results.k() / RESULTS_AN_ENTRY);
    int[] members = members(nearestGroups(opened, results));
    int count = visited(members.length, results);
    float[] scores = new float[count];
    if (rows != null) {
      rows.bulkScore(members, scores, count);
    } else {
      scorer.bulkScore(nodes(members, count), scores, count);
    }
    NeighborQueue best = new NeighborQueue(Math.max(1, Math.min(entered, count)), false);
    for (int i = 0; i < count; i++) {
      best.insertWithOverflow(members[i], scores[i]);
    }
    int[] entries = new int[best.size() + 1]; // the last: member 0
    for (int i = entries.length - 2; i >= 0; i--) {
      entries[i] = best.pop();
    }
    return nodes(entries, entries.length);
  }

  private float near(float[] mean) {
    return kind == Nearness.INNER_PRODUCT
        ? VectorUtil.dotProduct(prefix, mean)
        : -VectorUtil.squareDistance(prefix, mean);
  }

  /** Of components whose squares may be more than a float holds. */
  private float nearOfLong(float[] mean) {
    double near = 0;
    for (int i = 0; i < mean.length; i++) {
      double difference = (double) prefix[i] - mean[i];
      near +=
          kind == Nearness.INNER_PRODUCT ? (double) prefix[i] * mean[i] : -difference * difference;
    }
    return (float) Math.clamp(near, -Float.MAX_VALUE, Float.MAX_VALUE);
  }

  /** Whether components are so large that their squares may be more than a float holds. */
  static boolean isLong(float[] vector) {
    for (float component : vector) {
      if (Math.abs(component) > LARGEST) {
        return true;
      }
    }
    return false;
  }

  private int[] nearestGroups(int most, KnnCollector results) {
    boolean ordinary = !isLong(prefix);
    int count = visited(means.length, results);
    NeighborQueue best = new NeighborQueue(Math.max(1, Math.min(most, count)), false);
    for (int group = 0; group < count; group++) {
      float near = ordinary && !isLong[group] ? near(means[group]) : nearOfLong(means[group]);
      best.insertWithOverflow(group, near);
    }
    int[] groups = new int[best.size()];
    for (int i = groups.length - 1; i >= 0; i--) {
      groups[i] = best.pop();
    }
    return groups;
  }

  private int[] members(int[] groups) {
    int count = 0;
    for (int group : groups) {
      count += ends[group] - start(group);
    }
    int[] members = new int[count];
    int at = 0;
    for (int group : groups) {
      for (int member = start(group); member < ends[group]; member++) {
        members[at++] = member;
      }
    }
    return members;
  }

  private int start(int group) {
    return group == 0 ? 0 : ends[group - 1];
  }

  /** How many of so many may be visited; they are. */
  private static int visited(int wanted, KnnCollector results) {
    int count = Math.clamp(results.visitLimit() - results.visitedCount(), 0, wanted);
    results.incVisitedCount(count);
    return count;
  }

  private int[] nodes(int[] members, int count) throws IOException {
    int[] found = new int[count];
    for (int i = 0; i < count; i++) {
      found[i] = nodes.readInt((long) members[i] * Integer.BYTES);
      if (found[i] < 0 || found[i] >= scorer.maxOrd()) {
        throw new CorruptIndexException(
            "a way into the graph leads to no node: [" + found[i] + "]", nodes.toString());
      }
    }
    return found;
  }
}
