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

import java.util.Arrays;
import org.apache.lucene.util.NumericUtils;

/**
 * For each node a row of other nodes with how near they are, nearest first, and of equally near
 * ones the lowest first: so that what a row keeps does not depend on the order in which it was
 * offered. A place is one number that sorts so: how far the node is above its number.
 */
final class NeighbourTable {
  private static final int LOCKS = 1 << 10;

  /** Places of a page: so few that a garbage collector does not round each up to a region. */
  private static final int PAGE = 1 << 15;

  private final int from;
  private final int capacity;
  private final int pageBits; // of the rows of a page
  private final long[][] places;
  private final short[] counts;
  private final Object[] locks = new Object[LOCKS];

  /**
   * Has rows of the nodes {@code from} on and below {@code to}.
   *
   * @param capacity of each row, at least 1
   */
  NeighbourTable(int from, int to, int capacity) {
    int size = to - from;
    this.from = from;
    this.capacity = capacity;
    this.pageBits = Math.max(0, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(PAGE / capacity));
    Arrays.setAll(locks, i -> new Object());
    this.counts = new short[size];
    int pages = (size + (1 << pageBits) - 1) >>> pageBits;
    this.places = new long[pages][];
    for (int page = 0; page < pages; page++) {
      int rows = Math.min(size - (page << pageBits), 1 << pageBits);
      places[page] = new long[rows * capacity];
    }
  }

  /** What a thread holds while it changes a row that others may change: one for many rows. */
  Object lock(int of) {
    return locks[of & (LOCKS - 1)];
  }

  /** Bytes of a row. */
  static long rowBytes(int capacity) {
    return (long) capacity * Long.BYTES + Short.BYTES;
  }

  int from() {
    return from;
  }

  int to() {
    return from + counts.length;
  }

  boolean hasRow(int of) {
    return from <= of && of < to();
  }

  int capacity() {
    return capacity;
  }

  int count(int of) {
    return counts[of - from];
  }

  int node(int of, int i) {
    return (int) places[page(of)][at(of) + i];
  }

  float nearness(int of, int i) {
    return near(places[page(of)][at(of) + i]);
  }

  private static long place(int node, float near) {
    long far = ~NumericUtils.floatToSortableInt(near + 0f); // no zero below another
    return (far << Integer.SIZE) | node;
  }

  private static float near(long place) {
    return NumericUtils.sortableIntToFloat(~(int) (place >> Integer.SIZE));
  }

  private int page(int of) {
    return (of - from) >>> pageBits;
  }

  private int at(int of) {
    return ((of - from) & ((1 << pageBits) - 1)) * capacity;
  }

  /** How near a node must be to be kept, or less. */
  float least(int of) {
    return count(of) < capacity ? Float.NEGATIVE_INFINITY : nearness(of, capacity - 1);
  }

  /** Keeps a node if it is among the nearest of those offered, and not there yet. */
  void offer(int of, int node, float near) {
    offer(of, 0, node, near);
  }

  /** Keeps a node in its place among those from the {@code first} on. */
  void offer(int of, int first, int node, float near) {
    long[] row = places[page(of)];
    long place = place(node, near);
    int start = at(of);
    int count = count(of);
    int low = start + first;
    int high = start + count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (row[middle] < place) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == start + capacity || (low < start + count && row[low] == place)) {
      return;
    }
    int kept = Math.min(count, capacity - 1);
    System.arraycopy(row, low, row, low + 1, start + kept - low);
    row[low] = place;
    counts[of - from] = (short) (kept + 1);
  }

  /** Keeps the nearest of a row's nodes and of those offered, each once. */
  void offer(int of, Offers offers) {
    offers.sort();
    long[] row = places[page(of)];
    int start = at(of);
    int end = start + count(of);
    int kept = 0;
    int own = start;
    int other = 0;
    while (kept < capacity && (own < end || other < offers.count)) {
      long place;
      if (other == offers.count || (own < end && row[own] <= offers.places[other])) {
        place = row[own++];
        other += other < offers.count && offers.places[other] == place ? 1 : 0;
      } else {
        place = offers.places[other++];
      }
      offers.kept[kept++] = place;
    }
    System.arraycopy(offers.kept, 0, row, start, kept);
    counts[of - from] = (short) kept;
  }

  /** Different nodes to be offered to a row at once. One thread's. */
  static final class Offers {
    private final long[] places;
    private final long[] kept;
    private int count;

    /**
     * @param most of them
     * @param capacity of the rows
     */
    Offers(int most, int capacity) {
      this.places = new long[most];
      this.kept = new long[capacity];
    }

    void clear() {
      count = 0;
    }

    void add(int node, float near) {
      places[count++] = place(node, near);
    }

    private void sort() {
      Arrays.sort(places, 0, count);
    }
  }

  /** Takes others in place of what a row has. */
  void replace(int of, int[] others, float[] near, int count) {
    long[] row = places[page(of)];
    int start = at(of);
    for (int i = 0; i < count; i++) {
      row[start + i] = place(others[i], near[i]);
    }
    counts[of - from] = (short) count;
  }

  /** Whether a node is among the first so many of a row. */
  boolean has(int of, int node, int among) {
    long[] row = places[page(of)];
    int start = at(of);
    for (int i = start; i < start + among; i++) {
      if ((int) row[i] == node) {
        return true;
      }
    }
    return false;
  }
}
