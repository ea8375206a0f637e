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
 * Finds nearest neighbours: compares the vectors of each leaf of {@link Partitions}, all with all.
 */
final class LeafComparison {
  private final GraphVectors vectors;
  private final Nearness kind;
  private final Lists leaves;
  private final Workers workers;

  /**
   * @param leaves ordinals, ascending
   */
  LeafComparison(GraphVectors vectors, Nearness kind, Lists leaves, Workers workers) {
    this.vectors = vectors;
    this.kind = kind;
    this.leaves = leaves;
    this.workers = workers;
  }

  /**
   * Offers each row that there is the others of its leaves.
   *
   * @param ofSample rows of the same nodes, that take only others of the {@link Samples sample}, or
   *     null
   */
  void run(NeighbourTable nearest, NeighbourTable ofSample) throws IOException {
    workers.run(
        leaves.size(),
        () -> {
          Comparer comparer = new Comparer(nearest, ofSample);
          return comparer::compare;
        });
  }

  /** One thread's. */
  private final class Comparer {
    private final NeighbourTable nearest;
    private final NeighbourTable ofSample;
    private final Lists.Reader reader = leaves.reader();
    private final int[] ords = new int[Math.min(vectors.size(), Partitions.LEAF)];
    private final int[] columns = new int[ords.length];
    private final NeighbourTable.Offers offers;
    private final Samples samples = new Samples(ords.length);
    private final Block block = new Block(vectors.copy(), kind, ords.length);

    Comparer(NeighbourTable nearest, NeighbourTable ofSample) throws IOException {
      this.nearest = nearest;
      this.offers = new NeighbourTable.Offers(ords.length, nearest.capacity());
      this.ofSample = ofSample;
    }

    void compare(int leaf) throws IOException {
      int count = reader.read(leaf, ords);
      int from = 0;
      while (from < count && ords[from] < nearest.from()) {
        from++;
      }
      int to = from;
      while (to < count && ords[to] < nearest.to()) {
        to++;
      }
      if (from < to) {
        block.setAll(ords, count);
        samples.divide(ords, count);
        block.compareAll(from, to, (row, nearness, at) -> offer(row, count, nearness, at));
      }
    }

    private void offer(int row, int count, float[] nearness, int at) {
      int of = ords[row];
      synchronized (nearest.lock(of)) {
        float least = nearest.least(of);
        int found = Products.INSTANCE.atLeast(least, nearness, at, count, columns);
        offers.clear();
        for (int i = 0; i < found; i++) {
          int column = columns[i];
          if (column != row) {
            offers.add(ords[column], nearness[at + column]);
          }
        }
        nearest.offer(of, offers);
        for (int i = samples.from(of); ofSample != null && i < samples.to(of); i++) {
          int column = samples.place(i);
          float near = nearness[at + column];
          if (near >= ofSample.least(of) && column != row) {
            ofSample.offer(of, ords[column], near);
          }
        }
      }
    }
  }
}
