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

/**
 * Divides nodes into samples, as if by chance. The nearest neighbours of a vector in a tight
 * cluster are all of that cluster; the nearest of its sample are of clusters around, and those of
 * the next vector in the same cluster, of another sample, are of others.
 *
 * <p>An HNSW graph that grows has such links from when it was small.
 */
final class Samples {
  private static final int BITS = 6;
  private static final int COUNT = 1 << BITS;

  private final int[] starts = new int[COUNT + 1]; // of the samples, among the places
  private final int[] ends = new int[COUNT];
  private final int[] places;

  /**
   * @param most how many nodes there are at a time
   */
  Samples(int most) {
    this.places = new int[most];
  }

  /** Of which sample a node is. */
  private static int sample(int node) {
    return (int) ((node * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - BITS));
  }

  /** Divides some nodes. */
  void divide(int[] nodes, int count) {
    Arrays.fill(starts, 0);
    for (int i = 0; i < count; i++) {
      starts[sample(nodes[i]) + 1]++;
    }
    for (int sample = 0; sample < COUNT; sample++) {
      starts[sample + 1] += starts[sample];
    }
    System.arraycopy(starts, 0, ends, 0, COUNT);
    for (int i = 0; i < count; i++) {
      places[ends[sample(nodes[i])]++] = i;
    }
  }

  /** Where the places of those of a node's sample begin. */
  int from(int node) {
    return starts[sample(node)];
  }

  /** Where they end. */
  int to(int node) {
    return starts[sample(node) + 1];
  }

  /** A place among the nodes that were divided. */
  int place(int i) {
    return places[i];
  }
}
