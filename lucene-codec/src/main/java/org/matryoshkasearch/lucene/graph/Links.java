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

import java.io.IOException;

/**
 * Makes links of nearest neighbours, in place: a neighbour stays unless a nearer one that stays is
 * nearer to it than the node is, by some factor (<a href="https://arxiv.org/abs/1603.09320">arXiv
 * 1603.09320</a>, algorithm 4; the factor is the alpha of DiskANN, Subramanya et al., NeurIPS
 * 2019); and each link goes both ways.
 */
final class Links {
  private static final int NODES_A_TASK = 256;

  private final GraphVectors vectors;
  private final Nearness kind;
  private final Neighbours rows;
  private final int[] order;
  private final float slack;
  private final Workers workers;
  private final short[] chosen;

  /**
   * @param kind by which the rows are ordered
   * @param order in which nodes are gone through: those near each other share a cache
   * @param slack how many times nearer, by squared distance, the nearer neighbour must be: 1 or
   *     more; the more, the more links; not used with inner products
   */
  Links(
      GraphVectors vectors,
      Nearness kind,
      Neighbours rows,
      int[] order,
      float slack,
      Workers workers) {
    this.vectors = vectors;
    this.kind = kind;
    this.rows = rows;
    this.order = order;
    this.slack = kind == Nearness.DISTANCE ? slack : 1;
    this.workers = workers;
    this.chosen = new short[rows.size()];
  }

  /**
   * @param out links that a node chooses
   * @param most links that it has at last, with those of the nodes that chose it
   */
  void run(int out, int most) throws IOException {
    forEachNode(
        () -> {
          Chooser chooser = new Chooser();
          return node -> {
            chooser.choose(node, out);
            chosen[node] = (short) rows.count(node);
          };
        });
    forEachNode(() -> this::linkBack);
    forEachNode(
        () -> {
          Chooser chooser = new Chooser();
          return node -> {
            if (rows.count(node) > most) {
              chooser.choose(node, most);
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
              worker.run(order[i]);
            }
          };
        });
  }

  /**
   * Those that a node chose stand first in its row; behind them is room for those that chose it.
   */
  private void linkBack(int node) {
    for (int i = 0; i < chosen[node]; i++) {
      int other = rows.node(node, i);
      synchronized (rows.lock(other)) {
        if (!rows.has(other, node, chosen[other])) {
          rows.offer(other, chosen[other], node, rows.nearness(node, i));
        }
      }
    }
  }

  /** One thread's. */
  private final class Chooser {
    private final Block block = new Block(vectors.copy(), kind);
    private final int[] nodes = new int[rows.capacity()];
    private final int[] places = new int[rows.capacity()];
    private final int[] kept = new int[rows.capacity()];

    Chooser() throws IOException {}

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
