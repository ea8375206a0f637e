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
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
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

  /** A filter leaves out what is near where it accepts less than this part of its share there. */
  private static final double FEW = 0.5;

  /** Then groups are opened until it accepts this part of its share in all of them. */
  private static final double ENOUGH = 0.8;

  /** Of so many members it is looked whether they are accepted. */
  private static final int SAMPLE = 256;

  private static final float LARGEST = 1e15f;

  private final Nearness kind;
  private final float[] prefix;
  private final float[][] means;
  private final boolean[] isLong;
  private final int[] ends;
  private final RandomAccessInput nodes;
  private final CodeRows rows;
  private final RandomVectorScorer scorer;
  private int[] members = {}; // of groups that were opened
  private int count;
  private int acceptedMembers;

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
   * <p>Where a filter leaves out what is near, what it accepts of the rest may lie in clusters that
   * no links lead to from there: more groups are opened, and all of their members are entries.
   *
   * @param results of the search; told how many means and members were compared
   * @param accepted nodes that may be results, or null for all
   */
  public int[] entries(KnnCollector results, Bits accepted) throws IOException {
    boolean byProduct = kind == Nearness.INNER_PRODUCT;
    int opened = Math.max(byProduct ? OPENED_BY_PRODUCT : OPENED, results.k() / RESULTS_A_GROUP);
    int entered =
        Math.max(byProduct ? ENTRIES_BY_PRODUCT : ENTRIES, results.k() / RESULTS_AN_ENTRY);
    NeighborQueue groups = groups(results);
    double share = accepted == null ? 0 : share(accepted);
    boolean nearLeftOut = false;
    for (int i = 1;
        groups.size() > 0 && (i <= opened || fewAccepted(nearLeftOut ? ENOUGH : FEW, share));
        i++) {
      open(groups.pop(), accepted);
      nearLeftOut |= i >= OPENED && fewAccepted(FEW, share);
    }
    count = visited(count, results);
    float[] scores = new float[count];
    if (rows != null) {
      rows.bulkScore(members, scores, count);
    } else {
      scorer.bulkScore(nodes(members, count), scores, count);
    }
    int[] entries = nearest(nearLeftOut ? count : entered, scores);
    entries = Arrays.copyOf(entries, entries.length + 1); // the last: member 0
    return nodes(entries, entries.length);
  }

  /** Which part of all members is accepted, about. */
  private double share(Bits accepted) throws IOException {
    int all = ends[ends.length - 1];
    int sample = Math.min(all, SAMPLE);
    int found = 0;
    for (int i = 0; i < sample; i++) {
      found += accepted.get(node((int) ((i + 0.5) * all / sample))) ? 1 : 0;
    }
    return (double) found / sample;
  }

  /** Whether less than a part of the share is accepted in the groups that were opened. */
  private boolean fewAccepted(double part, double share) {
    return acceptedMembers + 1 < part * share * count;
  }

  /** Takes the members of a group. */
  private void open(int group, Bits accepted) throws IOException {
    int first = group == 0 ? 0 : ends[group - 1];
    members = ArrayUtil.grow(members, count + ends[group] - first);
    for (int member = first; member < ends[group]; member++) {
      members[count++] = member;
      acceptedMembers += accepted != null && accepted.get(node(member)) ? 1 : 0;
    }
  }

  /** The nearest members of the groups that were opened, the best first. */
  private int[] nearest(int most, float[] scores) {
    NeighborQueue best = new NeighborQueue(Math.max(1, Math.min(most, count)), false);
    for (int i = 0; i < count; i++) {
      best.insertWithOverflow(members[i], scores[i]);
    }
    int[] nearest = new int[best.size()];
    for (int i = nearest.length - 1; i >= 0; i--) {
      nearest[i] = best.pop();
    }
    return nearest;
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

  /** Of as many as may be visited, the nearest on top. */
  private NeighborQueue groups(KnnCollector results) {
    boolean ordinary = !isLong(prefix);
    int count = visited(means.length, results);
    NeighborQueue groups = new NeighborQueue(Math.max(1, count), true);
    for (int group = 0; group < count; group++) {
      groups.add(group, ordinary && !isLong[group] ? near(means[group]) : nearOfLong(means[group]));
    }
    return groups;
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
      found[i] = node(members[i]);
    }
    return found;
  }

  private int node(int member) throws IOException {
    int node = nodes.readInt((long) member * Integer.BYTES);
    if (node < 0 || node >= scorer.maxOrd()) {
      throw new CorruptIndexException(
          "a way into the graph leads to no node: [" + node + "]", nodes.toString());
    }
    return node;
  }
}
