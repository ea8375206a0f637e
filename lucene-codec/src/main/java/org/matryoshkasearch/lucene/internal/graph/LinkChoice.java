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

/**
 * Makes links of nearest neighbours: a neighbour stays unless a nearer one that stays is nearer to
 * it than the node is, by some factor (<a href="https://arxiv.org/abs/1603.09320">arXiv
 * 1603.09320</a>, algorithm 4; the factor is the alpha of DiskANN, Subramanya et al., NeurIPS
 * 2019); and each link goes both ways.
 *
 * <p>Where inner products count, it is the direction that must be nearer: a vector that is longer
 * than others has the largest products with all of them, and nothing would stay beside it.
 */
final class LinkChoice {
  private static final int NODES_A_TASK = 256;

  /**
   * How many times farther than the nearest neighbour, by squared distance, others of the sample
   * must be: the node is in a tight cluster then. Elsewhere its neighbours lead on, and more links
   * would only be more to visit.
   */
  private static final float FARTHER = 2;

  private final GraphVectors vectors; // what lies side by side
  private final Nearness kind;
  private final int[] order;
  private final float slack;
  private final Workers workers;

  /**
   * @param kind by which rows are ordered
   * @param order in which nodes are gone through: those near each other share a cache
   * @param slack how many times nearer, by squared distance, the nearer neighbour must be: 1 or
   *     more; the more, the more links
   */
  LinkChoice(GraphVectors vectors, Nearness kind, int[] order, float slack, Workers workers)
      throws IOException {
    this.vectors = Directions.of(vectors, kind);
    this.kind = kind;
    this.order = order;
    this.slack = slack;
    this.workers = workers;
  }

  /** Bytes of heap that a worker takes, at most, where rows have so many places. */
  static long workerBytes(int capacity, int dims) {
    return Block.bytesOfRows(capacity + 1, dims);
  }

  /**
   * Leaves each row at most so many neighbours, chosen among those it has and, in a tight cluster,
   * others of the sample.
   *
   * @param ofSample rows of the same nodes, or null
   */
  void choose(NeighbourTable rows, NeighbourTable ofSample, int most) throws IOException {
    chooseIfMore(rows, ofSample, 0, most);
  }

  /** Chooses where there are too many. */
  void prune(NeighbourTable rows, int most) throws IOException {
    chooseIfMore(rows, null, most, most);
  }

  private void chooseIfMore(NeighbourTable rows, NeighbourTable ofSample, int ifMore, int most)
      throws IOException {
    forEachNode(
        () -> {
          Chooser chooser = new Chooser(rows, ofSample);
          return i -> {
            if (rows.hasRow(order[i]) && rows.count(order[i]) > ifMore) {
              chooser.choose(order[i], most);
            }
          };
        });
  }

  private void forEachNode(Workers.Hiring hiring) throws IOException {
    workers.run(
        (order.length + NODES_A_TASK - 1) / NODES_A_TASK,
        () -> {
          Workers.Worker worker = hiring.hire();
          return task -> {
            int to = Math.min(order.length, (task + 1) * NODES_A_TASK);
            for (int i = task * NODES_A_TASK; i < to; i++) {
              worker.run(i);
            }
          };
        });
  }

  /**
   * Fills rows with the nearest that their nodes chose, and behind them with nodes that chose them,
   * the nearest of those for which there is room. Where inner products count, rows have half as
   * many more of what their nodes chose: that leads to longer vectors, what chose them to shorter
   * ones, and many of those choose the same few.
   *
   * @param chosen by each node: see {@link #write}
   * @param most of those that a node chose: so many of them are linked both ways
   */
  void linkBothWays(Lists chosen, int most, NeighbourTable rows) throws IOException {
    int[] list = new int[longest(chosen)];
    Lists.Reader reader = chosen.reader();
    for (int node = rows.from(); node < rows.to(); node++) {
      int count = reader.read(node, list) / 2;
      for (int i = 0; i < ownChoice(most, count); i++) {
        rows.offer(node, list[i], Float.intBitsToFloat(list[count + i]));
      }
    }
    forEachNode(
        () -> {
          int[] workersList = new int[list.length];
          Lists.Reader workersReader = chosen.reader();
          return node -> {
            int count = workersReader.read(node, workersList) / 2;
            for (int i = 0; i < Math.min(most, count); i++) {
              int other = workersList[i];
              if (rows.hasRow(other)) {
                float near = Float.intBitsToFloat(workersList[count + i]);
                linkBack(other, ownChoice(most, chosen.count(other) / 2), node, near, rows);
              }
            }
          };
        });
  }

  private int ownChoice(int most, int chosen) {
    return Math.min(kind == Nearness.INNER_PRODUCT ? most + most / 2 : most, chosen);
  }

  private static void linkBack(int of, int ownChoice, int node, float near, NeighbourTable rows) {
    synchronized (rows.lock(of)) {
      if (!rows.has(of, node, ownChoice)) {
        rows.offer(of, ownChoice, node, near);
      }
    }
  }

  /**
   * Adds more of what its node chose to a row that has less than those nodes chose on the average.
   * Without much structure all neighbours lie apart, and few nodes are the neighbours of most
   * others (hubs, <a href="https://www.jmlr.org/papers/v11/radovanovic10a.html">Radovanović et al.
   * 2010</a>): the many others would have few links beside their own.
   *
   * @param most of those that a node chose: its row has had them
   */
  void fill(Lists chosen, int most, NeighbourTable rows) throws IOException {
    int[] list = new int[longest(chosen)];
    Lists.Reader reader = chosen.reader();
    for (int node = rows.from(); node < rows.to(); node++) {
      int count = chosen.count(node) / 2;
      if (count <= most) {
        continue;
      }
      reader.read(node, list);
      int least = average(chosen, list, count);
      for (int i = most; i < count && rows.count(node) < least; i++) {
        if (!rows.has(node, list[i], rows.count(node))) {
          rows.offer(node, rows.count(node), list[i], Float.intBitsToFloat(list[count + i]));
        }
      }
    }
  }

  /** How many each of some nodes chose. */
  private static int average(Lists chosen, int[] nodes, int count) {
    int all = 0;
    for (int i = 0; i < count; i++) {
      all += chosen.count(nodes[i]) / 2;
    }
    return Math.round((float) all / count);
  }

  private static int longest(Lists lists) {
    int longest = 0;
    for (int i = 0; i < lists.size(); i++) {
      longest = Math.max(longest, lists.count(i));
    }
    return longest;
  }

  /** Adds for each row a list: the nodes, and if so wanted behind them how near each of them is. */
  static void write(NeighbourTable rows, boolean nearness, Lists lists) throws IOException {
    int[] list = new int[2 * rows.capacity()];
    for (int of = rows.from(); of < rows.to(); of++) {
      int count = rows.count(of);
      for (int i = 0; i < count; i++) {
        list[i] = rows.node(of, i);
        list[count + i] = Float.floatToRawIntBits(rows.nearness(of, i));
      }
      lists.add(list, nearness ? 2 * count : count);
    }
  }

  /** One thread's. */
  private final class Chooser {
    private final NeighbourTable rows;
    private final NeighbourTable ofSample;
    private final Block block;
    private final int[] nodes; // to choose among, nearest first
    private final float[] nears;
    private final float[] distances; // how near they are by distance, or that of directions
    private final boolean[] far; // those of the sample alone
    private final int[] kept;
    private int count;

    Chooser(NeighbourTable rows, NeighbourTable ofSample) throws IOException {
      int capacity = rows.capacity() + (ofSample == null ? 0 : ofSample.capacity());
      this.rows = rows;
      this.ofSample = ofSample;
      this.block = new Block(vectors.copy(), Nearness.DISTANCE, capacity + 1);
      this.nodes = new int[capacity + 1];
      this.nears = new float[capacity];
      this.distances = new float[capacity];
      this.far = new boolean[capacity];
      this.kept = new int[capacity];
    }

    /** Leaves a node at most so many neighbours. */
    void choose(int of, int most) throws IOException {
      count = 0;
      for (int i = 0; i < rows.count(of); i++) {
        add(rows.node(of, i), rows.nearness(of, i), false);
      }
      for (int i = 0; ofSample != null && i < ofSample.count(of); i++) {
        if (!rows.has(of, ofSample.node(of, i), rows.count(of))) {
          add(ofSample.node(of, i), ofSample.nearness(of, i), true);
        }
      }
      float least = compare(of);
      int keptCount = 0;
      for (int i = 0; i < count && keptCount < most; i++) {
        if ((!far[i] || distances[i] <= least) && isApart(i, keptCount)) {
          kept[keptCount++] = i;
        }
      }
      for (int i = 0; i < keptCount; i++) {
        nodes[i] = nodes[kept[i]];
        nears[i] = nears[kept[i]];
      }
      rows.replace(of, nodes, nears, keptCount);
    }

    /** In its place: what chose a node stands behind what it chose itself. */
    private void add(int node, float near, boolean isFar) {
      int place = count++;
      for (; place > 0 && nears[place - 1] < near; place--) {
        nodes[place] = nodes[place - 1];
        nears[place] = nears[place - 1];
        far[place] = far[place - 1];
      }
      nodes[place] = node;
      nears[place] = near;
      far[place] = isFar;
    }

    /** Gives how far one of the sample must be. */
    private float compare(int of) throws IOException {
      nodes[count] = of;
      block.setRows(nodes, count + 1);
      float nearest = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < count; i++) {
        distances[i] = kind == Nearness.DISTANCE ? nears[i] : block.near(i, count);
        nearest = Math.max(nearest, distances[i]);
      }
      return FARTHER * nearest;
    }

    private boolean isApart(int candidate, int keptCount) {
      for (int i = 0; i < keptCount; i++) {
        if (slack * block.near(candidate, kept[i]) > distances[candidate]) {
          return false;
        }
      }
      return true;
    }
  }
}
