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
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Divides vectors into overlapping parts, the leaves, so small that {@link LeafComparison} compares
 * within each all with all: among them are about the nearest neighbours of each vector.
 *
 * <p>A part is what lies around a leader, one of a few vectors drawn by chance: every vector goes
 * to the parts of its nearest few leaders. Parts that are too large are divided again. The parts
 * overlap, so what is cut off in one is found in another; and all comparisons are products of
 * blocks of vectors that stay in the processor's cache, where a search for each vector would wait
 * for memory instead. The idea is that of HCNNG (<a
 * href="https://doi.org/10.1016/j.patcog.2019.106970">Muñoz et al. 2019</a>), with leaders drawn by
 * chance in place of clusters, as in PiPNN.
 */
final class Partitions {
  /** Vectors that are compared all with all: their products fit into a core's cache. */
  static final int LEAF = 512;

  /** Parts are about this large on the average, so that most are below {@link #LEAF}. */
  private static final int EXPECTED = LEAF / 2;

  private static final int MOST_LEADERS = 1000;

  /** How often parts of parts are divided: what is still too large lies around one leader. */
  private static final int MOST_DIVISIONS = 6;

  private static final int ROWS_A_TASK = 1024;

  private final GraphVectors divided; // what says to which parts a vector goes
  private final int size;
  private final int firstFanout; // to how many parts a vector goes at first
  private final int secondFanout; // to how many of the parts of such a part
  private final Lists leaves;
  private final Workers workers;

  /**
   * @param kind what makes a neighbour; where it is the inner product, parts are of vectors in
   *     about the same direction, as by inner product all would go to the longest leaders
   * @param fanout to about how many parts a vector goes, 2 or more
   * @param leaves takes the ordinals of each leaf, ascending
   */
  Partitions(GraphVectors vectors, Nearness kind, int fanout, Lists leaves, Workers workers)
      throws IOException {
    this.divided = Directions.of(vectors, kind);
    this.size = vectors.size();
    this.firstFanout = firstFanout(size, fanout);
    this.secondFanout = secondFanout(firstFanout, fanout);
    this.leaves = leaves;
    this.workers = workers;
  }

  /**
   * Where most parts are divided again, a vector goes to fewer of them, and to two parts of each:
   * to some more in all, as what lies near but in no common part is lost to the second division.
   */
  private static int firstFanout(int size, int fanout) {
    boolean twice = (long) size * fanout / 2 > (long) MOST_LEADERS * LEAF;
    return twice ? 2 * fanout / 3 : fanout;
  }

  private static int secondFanout(int firstFanout, int fanout) {
    return firstFanout < fanout ? 2 : 1;
  }

  /** Bytes of heap that dividing so many vectors takes for each of them, at most. */
  static int bytesAVector(int size, int fanout) {
    int first = firstFanout(size, fanout);
    int second = secondFanout(first, fanout);
    // of all ordinals, of some parts, and of the number of each part; and, where one part has
    // nearly
    // all vectors, of those that it is divided into
    return 2 * Integer.BYTES + first * Short.BYTES + second * (Short.BYTES + Integer.BYTES);
  }

  /**
   * Divides.
   *
   * @return all ordinals, those near each other in one stretch
   */
  int[] run() throws IOException {
    int[] all = all();
    if (size <= LEAF) {
      leaves.add(all, size);
      return all;
    }
    int[] drawn = leaders(divided.copy(), all, firstFanout);
    int[] leaders = sideBySide(drawn, new Block(divided.copy(), Nearness.DISTANCE, drawn.length));
    int fanout = Math.min(firstFanout, leaders.length);
    short[] assigned = assign(all, leaders, fanout);
    int[] sizes = sizes(assigned, leaders.length);
    int to;
    for (int from = 0; from < sizes.length; from = to) {
      to = from + 1;
      for (int held = sizes[from]; to < sizes.length && held + sizes[to] <= size; to++) {
        held += sizes[to];
      }
      divide(parts(all, assigned, fanout, sizes, from, to));
    }
    return inOrder(assigned, fanout, leaders.length);
  }

  /** Each before the nearest of those that are left: parts one after another share vectors. */
  private static int[] sideBySide(int[] leaders, Block block) throws IOException {
    block.setColumns(leaders, leaders.length);
    boolean[] taken = new boolean[leaders.length];
    int[] chain = new int[leaders.length];
    int[] next = {0};
    for (int i = 0; i < chain.length; i++) {
      int last = next[0];
      taken[last] = true;
      chain[i] = leaders[last];
      block.compare(
          leaders,
          last,
          last + 1,
          (row, nearness, at) -> {
            next[0] = -1;
            for (int other = 0; other < leaders.length; other++) {
              if (!taken[other] && (next[0] < 0 || nearness[at + other] > nearness[at + next[0]])) {
                next[0] = other;
              }
            }
          });
    }
    return chain;
  }

  private short[] assign(int[] all, int[] leaders, int fanout) throws IOException {
    short[] assigned = new short[Math.multiplyExact(size, fanout)];
    workers.run(
        (size + ROWS_A_TASK - 1) / ROWS_A_TASK,
        () -> {
          Divider divider = new Divider();
          divider.leading.setColumns(leaders, leaders.length);
          return task -> {
            int from = task * ROWS_A_TASK;
            int to = Math.min(size, from + ROWS_A_TASK);
            divider.assign(all, from, to, leaders.length, fanout, assigned);
          };
        });
    return assigned;
  }

  /** Divides the parts, and forgets each. */
  private void divide(int[][] parts) throws IOException {
    workers.run(
        parts.length,
        () -> {
          Divider divider = new Divider();
          return part -> {
            divider.divide(parts[part], 1);
            parts[part] = null;
          };
        });
  }

  private int[] all() {
    int[] all = new int[size];
    Arrays.setAll(all, ord -> ord);
    return all;
  }

  /**
   * Draws leaders, always the same ones of the same vectors. Of equal ones one is enough: a vector
   * that goes to the parts of several of them would be compared with the same others each time.
   */
  private static int[] leaders(GraphVectors vectors, int[] ords, int fanout) throws IOException {
    int wanted = (int) Math.min(MOST_LEADERS, (long) ords.length * fanout / EXPECTED);
    int[] leaders = new int[Math.clamp(wanted, 2, ords.length)];
    int count = 0;
    Random random = new Random(ords.length);
    int[] drawn = ords.clone();
    float[] vector = new float[vectors.dims()];
    Set<Integer> hashes = new HashSet<>();
    for (int i = 0; i < leaders.length; i++) {
      int other = i + random.nextInt(drawn.length - i);
      vectors.read(drawn[other], vector, 0);
      if (hashes.add(Arrays.hashCode(vector))) {
        leaders[count++] = drawn[other];
      }
      drawn[other] = drawn[i];
    }
    return Arrays.copyOf(leaders, count);
  }

  private static int[] sizes(short[] assigned, int count) {
    int[] sizes = new int[count];
    for (short part : assigned) {
      sizes[part]++;
    }
    return sizes;
  }

  /** Some of the parts: all of them would take many times what the vectors' numbers do. */
  private static int[][] parts(
      int[] ords, short[] assigned, int fanout, int[] sizes, int from, int to) {
    int[][] parts = new int[to - from][];
    int[] counts = new int[parts.length];
    Arrays.setAll(parts, part -> new int[sizes[from + part]]);
    for (int i = 0; i < assigned.length; i++) {
      int part = assigned[i] - from;
      if (part >= 0 && part < parts.length) {
        parts[part][counts[part]++] = ords[i / fanout];
      }
    }
    return parts;
  }

  /** All ordinals by their nearest leaders. */
  private int[] inOrder(short[] assigned, int fanout, int count) {
    int[] order = new int[size];
    int[] ends = new int[count + 1];
    for (int ord = 0; ord < size; ord++) {
      ends[assigned[ord * fanout] + 1]++;
    }
    Arrays.parallelPrefix(ends, Integer::sum);
    for (int ord = 0; ord < size; ord++) {
      order[ends[assigned[ord * fanout]]++] = ord;
    }
    return order;
  }

  /** One thread's. */
  private final class Divider {
    private final GraphVectors read = divided.copy();
    private final Block leading = new Block(read, Nearness.DISTANCE, Math.min(size, MOST_LEADERS));

    Divider() throws IOException {}

    /** Writes for each of the ordinals the numbers of its nearest leaders, nearest first. */
    void assign(int[] ords, int from, int to, int leaders, int fanout, short[] assigned)
        throws IOException {
      float[] best = new float[fanout];
      leading.compare(
          ords,
          from,
          to,
          (row, nearness, at) -> {
            Arrays.fill(best, Float.NEGATIVE_INFINITY);
            int places = row * fanout;
            for (int leader = 0; leader < leaders; leader++) {
              float near = nearness[at + leader];
              if (near > best[fanout - 1]) {
                int place = fanout - 1;
                for (; place > 0 && best[place - 1] < near; place--) {
                  best[place] = best[place - 1];
                  assigned[places + place] = assigned[places + place - 1];
                }
                best[place] = near;
                assigned[places + place] = (short) leader;
              }
            }
          });
    }

    void divide(int[] ords, int depth) throws IOException {
      if (ords.length <= LEAF) {
        leaves.add(ords, ords.length);
        return;
      }
      int[] leaders = sideBySide(leaders(read, ords, depth == 1 ? secondFanout : 1), leading);
      int fanout = depth == 1 ? Math.min(secondFanout, leaders.length) : 1;
      short[] assigned = new short[Math.multiplyExact(ords.length, fanout)];
      leading.setColumns(leaders, leaders.length);
      assign(ords, 0, ords.length, leaders.length, fanout, assigned);
      int[] sizes = sizes(assigned, leaders.length);
      for (int[] part : parts(ords, assigned, fanout, sizes, 0, leaders.length)) {
        if (part.length < ords.length && depth < MOST_DIVISIONS) {
          divide(part, depth + 1);
        } else {
          cut(part); // many equal vectors, or what is nearer to those than to each other
        }
      }
    }

    private void cut(int[] ords) throws IOException {
      for (int from = 0; from < ords.length; from += LEAF) {
        int[] leaf = Arrays.copyOfRange(ords, from, Math.min(ords.length, from + LEAF));
        leaves.add(leaf, leaf.length);
      }
    }
  }
}
