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
import java.util.Random;
import org.apache.lucene.util.FixedBitSet;

/**
 * Chooses nodes of a graph so that from each other one it is at most two short links to one that is
 * chosen: every cluster has one, however small it is and however far from the others. Of nodes
 * drawn by chance, one in 24, hardly more than every second cluster of twenty has any.
 *
 * <p>They are an independent set of the square of the graph, as a greedy choice by chance finds it.
 */
final class Cover {
  /** Links of a node that count, the nearest: those that lead out of a cluster do not. */
  private static final int SHORT = 10;

  private final LevelLinks links;
  private final FixedBitSet chosen;
  private final FixedBitSet covered;
  private final int[] linked;
  private final int[] linkedFromThere;

  private Cover(LevelLinks links) {
    this.links = links;
    this.chosen = new FixedBitSet(links.size());
    this.covered = new FixedBitSet(links.size());
    this.linked = new int[links.most()];
    this.linkedFromThere = new int[links.most()];
  }

  /**
   * Chooses; always the same ones of the same graph.
   *
   * @param most how many, at least 1: if they do not suffice, some nodes stay alone
   * @return ascending
   */
  static int[] of(LevelLinks links, int most, Random random) throws IOException {
    return new Cover(links).choose(most, random);
  }

  private int[] choose(int most, Random random) throws IOException {
    int count = 0;
    int[] nodes = shuffled(links.size(), random);
    for (int i = 0; i < nodes.length && count < most; i++) {
      if (!covered.get(nodes[i]) && choose(nodes[i])) {
        nodes[count++] = nodes[i];
      }
    }
    int[] all = Arrays.copyOf(nodes, count);
    Arrays.sort(all);
    return all;
  }

  private static int[] shuffled(int size, Random random) {
    int[] nodes = new int[size];
    for (int node = 0; node < size; node++) {
      int other = random.nextInt(node + 1);
      nodes[node] = nodes[other];
      nodes[other] = node;
    }
    return nodes;
  }

  /** Unless it has a short link to one that is. */
  private boolean choose(int node) throws IOException {
    int count = readShort(node, linked);
    for (int i = 0; i < count; i++) {
      if (chosen.get(linked[i])) {
        return false;
      }
    }
    chosen.set(node);
    for (int i = 0; i < count; i++) {
      covered.set(linked[i]);
      int further = readShort(linked[i], linkedFromThere);
      for (int j = 0; j < further; j++) {
        covered.set(linkedFromThere[j]);
      }
    }
    return true;
  }

  private int readShort(int node, int[] into) throws IOException {
    return Math.min(SHORT, links.read(node, into));
  }
}
