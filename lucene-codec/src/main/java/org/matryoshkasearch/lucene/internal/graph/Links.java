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
 */
final class Links {
  private static final int NODES_A_TASK = 256;

  private final GraphVectors vectors;
  private final Nearness kind;
  private final int[] order;
  private final float slack;
  private final Workers workers;

  /**
   * @param kind by which rows are ordered
   * @param order in which nodes are gone through: those near each other share a cache
   * @param slack how many times nearer, by squared distance, the nearer neighbour must be: 1 or
   *     more; the more, the more links; not used with inner products
   */
  Links(GraphVectors vectors, Nearness kind, int[] order, float slack, Workers workers) {
    this.vectors = vectors;
    this.kind = kind;
    this.order = order;
    this.slack = kind == Nearness.DISTANCE ? slack : 1;
    this.workers = workers;
  }

  /** Bytes of heap that a worker takes, at most, where rows have so many places. */
  static long workerBytes(int capacity, int dims) {
    return Block.bytes(capacity, dims);
  }

  /** Leaves each row at most so many of its neighbours, chosen among them. */
  void choose(Neighbours rows, int most) throws IOException {
    chooseIfMore(rows, 0, most);
  }

  /** Chooses where there are too many. */
  void prune(Neighbours rows, int most) throws IOException {
    chooseIfMore(rows, most, most);
  }

  private void chooseIfMore(Neighbours rows, int ifMore, int most) throws IOException {
    forEachNode(
        () -> {
          Chooser chooser = new Chooser(rows);
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
   * Fills rows with what their nodes chose, and behind it with nodes that chose them, the nearest
   * of those for which there is room.
   *
   * @param chosen by each node: see {@link #write}
   */
  void linkBothWays(Lists chosen, Neighbours rows) throws IOException {
    int[] list = new int[longest(chosen)];
    Lists.Reader reader = chosen.reader();
    for (int node = rows.from(); node < rows.to(); node++) {
      int count = reader.read(node, list) / 2;
      for (int i = 0; i < count; i++) {
        rows.offer(node, list[i], Float.intBitsToFloat(list[count + i]));
      }
    }
    forEachNode(
        () -> {
          int[] workersList = new int[list.length];
          Lists.Reader workersReader = chosen.reader();
          return node -> {
            int count = workersReader.read(node, workersList) / 2;
            linkBack(node, workersList, count, chosen, rows);
          };
        });
  }

  private static void linkBack(int node, int[] list, int count, Lists chosen, Neighbours rows) {
    for (int i = 0; i < count; i++) {
      int other = list[i];
      if (rows.hasRow(other)) {
        int ownChoice = chosen.count(other) / 2;
        synchronized (rows.lock(other)) {
          if (!rows.has(other, node, ownChoice)) {
            rows.offer(other, ownChoice, node, Float.intBitsToFloat(list[count + i]));
          }
        }
      }
    }
  }

  private static int longest(Lists lists) {
    int longest = 0;
    for (int i = 0; i < lists.size(); i++) {
      longest = Math.max(longest, lists.count(i));
    }
    return longest;
  }

  /** Adds for each row a list: the nodes, and if so wanted behind them how near each of them is. */
  static void write(Neighbours rows, boolean nearness, Lists lists) throws IOException {
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
    private final Neighbours rows;
    private final Block block;
    private final int[] nodes;
    private final int[] places;
    private final int[] kept;

    Chooser(Neighbours rows) throws IOException {
      int capacity = rows.capacity();
      this.rows = rows;
      this.block = new Block(vectors.copy(), kind, capacity);
      this.nodes = new int[capacity];
      this.places = new int[capacity];
      this.kept = new int[capacity];
    }

    /** Leaves a node at most so many of its neighbours. */
    void choose(int of, int most) throws IOException {
      int count = rows.count(of);
      for (int i = 0; i < count; i++) {
        int place = i; // nearest first: what chose this node stands behind what it chose itself
        for (; place > 0 && rows.nearness(of, places[place - 1]) < rows.nearness(of, i); place--) {
          places[place] = places[place - 1];
        }
        places[place] = i;
      }
      for (int i = 0; i < count; i++) {
        nodes[i] = rows.node(of, places[i]);
      }
      block.setRows(nodes, count);
      int keptCount = 0;
      for (int i = 0; i < count && keptCount < most; i++) {
        if (isApart(i, rows.nearness(of, places[i]), keptCount)) {
          kept[keptCount++] = i;
        }
      }
      for (int i = 0; i < keptCount; i++) {
        kept[i] = places[kept[i]];
      }
      rows.retain(of, kept, keptCount);
    }

    private boolean isApart(int candidate, float near, int keptCount) {
      for (int i = 0; i < keptCount; i++) {
        if (slack * block.near(candidate, kept[i]) > near) {
          return false;
        }
      }
      return true;
    }
  }
}
