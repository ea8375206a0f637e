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
package org.matryoshkasearch.lucene.graph;

import java.util.Arrays;

/**
 * For each node a row of other nodes with how near they are, nearest first, and of equally near
 * ones the lowest first: so that what a row keeps does not depend on the order in which it was
 * offered.
 */
final class Neighbours {
  private static final int LOCKS = 1 << 10;

  /** Rows of a page: small enough that a garbage collector does not round each up to a region. */
  private static final int PAGE_BITS = 9;

  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final int capacity;
  private int limit; // of each row, at most the capacity
  private final int[][] nodes;
  private final short[] counts;
  private float[][] nearness;
  private final Object[] locks = new Object[LOCKS];

  Neighbours(int size, int capacity) {
    this.capacity = capacity;
    this.limit = capacity;
    Arrays.setAll(locks, i -> new Object());
    this.counts = new short[size];
    int pages = (size + PAGE_MASK) >>> PAGE_BITS;
    this.nodes = new int[pages][];
    this.nearness = new float[pages][];
    for (int page = 0; page < pages; page++) {
      int rows = Math.min(size - (page << PAGE_BITS), 1 << PAGE_BITS);
      nodes[page] = new int[rows * capacity];
      nearness[page] = new float[rows * capacity];
    }
  }

  /** What a thread holds while it changes a row that others may change: one for many rows. */
  Object lock(int of) {
    return locks[of & (LOCKS - 1)];
  }

  int size() {
    return counts.length;
  }

  int capacity() {
    return capacity;
  }

  /** From now on rows keep so many, at most their capacity. */
  void limit(int most) {
    limit = most;
  }

  int count(int of) {
    return counts[of];
  }

  int node(int of, int i) {
    return nodes[of >>> PAGE_BITS][at(of) + i];
  }

  float nearness(int of, int i) {
    return nearness[of >>> PAGE_BITS][at(of) + i];
  }

  private int at(int of) {
    return (of & PAGE_MASK) * capacity;
  }

  /** How near a node must be to be kept, or less. */
  float least(int of) {
    return counts[of] < limit ? Float.NEGATIVE_INFINITY : nearness(of, limit - 1);
  }

  /** Keeps a node if it is among the nearest of those offered, and not there yet. */
  void offer(int of, int node, float near) {
    offer(of, 0, node, near);
  }

  /** Keeps a node in its place among those from {@code from} on. */
  void offer(int of, int from, int node, float near) {
    int[] row = nodes[of >>> PAGE_BITS];
    float[] nears = nearness[of >>> PAGE_BITS];
    int start = at(of);
    int low = start + from;
    int high = start + counts[of];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nears[middle] > near || (nears[middle] == near && row[middle] < node)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == start + limit || (low < start + counts[of] && row[low] == node)) {
      return;
    }
    int kept = Math.min(counts[of], limit - 1);
    System.arraycopy(row, low, row, low + 1, start + kept - low);
    System.arraycopy(nears, low, nears, low + 1, start + kept - low);
    row[low] = node;
    nears[low] = near;
    counts[of] = (short) (kept + 1);
  }

  /** Leaves only those at the given places of the row, in this order. */
  void retain(int of, int[] places, int count) {
    int[] row = nodes[of >>> PAGE_BITS];
    float[] nears = nearness[of >>> PAGE_BITS];
    int start = at(of);
    int[] keptNodes = new int[count];
    float[] keptNears = new float[count];
    for (int i = 0; i < count; i++) {
      keptNodes[i] = row[start + places[i]];
      keptNears[i] = nears[start + places[i]];
    }
    System.arraycopy(keptNodes, 0, row, start, count);
    System.arraycopy(keptNears, 0, nears, start, count);
    counts[of] = (short) count;
  }

  /** Whether a node is among the first so many of a row. */
  boolean has(int of, int node, int among) {
    int[] row = nodes[of >>> PAGE_BITS];
    int start = at(of);
    for (int i = start; i < start + among; i++) {
      if (row[i] == node) {
        return true;
      }
    }
    return false;
  }

  /** Adds a node behind the others of a row that has room, however near it is. */
  void append(int of, int node) {
    nodes[of >>> PAGE_BITS][at(of) + counts[of]++] = node;
  }

  /** Forgets how near the nodes are; nothing can be offered any more. */
  void dropNearness() {
    nearness = null;
  }
}
