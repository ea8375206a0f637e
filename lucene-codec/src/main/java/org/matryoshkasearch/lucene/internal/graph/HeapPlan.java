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

/**
 * What a build needs of the heap, and how it makes do with what it gets. It has rows of neighbours
 * of so many nodes at a time as there is room for: what it finds does not depend on that.
 */
final class HeapPlan {
  /** Rows of so many bytes are held at once, or those of a third of the nodes if that is more. */
  private static final long ROWS_BYTES = 8 << 20;

  private static final int ROUNDS = 3;

  /** More would take too long: each of them goes through all leaves. */
  private static final int MOST_ROUNDS = 64;

  private static final int LEAST_ROWS = 1024;

  /** What is kept on the heap in place of temporary files, at most. */
  private static final long SCRATCH_BYTES = 8 << 20;

  private final int size;
  private final long rowBytes;
  private final long workerBytes;
  private final long fixedBytes;
  private final boolean scratchOnHeap;
  private final Workers workers;

  /**
   * @param fanout of the {@link Partitions}
   * @param capacity of rows
   * @param links of a node, at most
   */
  HeapPlan(GraphVectors vectors, int fanout, int capacity, int links, Workers workers) {
    this.size = vectors.size();
    this.rowBytes = NeighbourTable.rowBytes(capacity);
    this.workerBytes =
        Math.max(
            Block.bytesOfAll(Math.min(size, Partitions.LEAF), vectors.dims()),
            LinkChoice.workerBytes(capacity, vectors.dims()));
    // of leaves, of what each node chose with how near it is, of its links
    long scratchBytes = (long) size * Integer.BYTES * (fanout + 3 * Math.min(links, size));
    this.scratchOnHeap = scratchBytes <= SCRATCH_BYTES;
    this.fixedBytes =
        (long) size * bytesAVector(size, fanout)
            + Pivots.bytes(size, vectors.dims())
            + (scratchOnHeap ? scratchBytes : 0);
    this.workers = workers;
  }

  /** Bytes of heap that a build takes for each vector, but for rows. */
  static int bytesAVector(int size, int fanout) {
    // of leaves, or when those are found to see what can be reached; of lists
    int ofLinks = Math.max(Partitions.bytesAVector(size, fanout), 32) + 5;
    return Copies.BYTES_A_VECTOR + ofLinks;
  }

  /** Bytes without which there is no graph. */
  long least() {
    return fixedBytes + workerBytes + leastRows() * rowBytes;
  }

  /** Bytes with which more would not help. */
  long wanted() {
    long allRows = size * rowBytes;
    long rows = Math.min(allRows, Math.max(ROWS_BYTES, allRows / ROUNDS));
    return fixedBytes + workers.count() * workerBytes + Math.max(rows, leastRows() * rowBytes);
  }

  private long leastRows() {
    return Math.min(size, Math.max(LEAST_ROWS, size / MOST_ROUNDS + 1));
  }

  /** Where to keep lists. */
  Scratch scratch(Scratch files) {
    return scratchOnHeap ? Scratch.onHeap() : files;
  }

  /** Those workers for whom so many bytes suffice, beside the rows. */
  Workers workers(long bytes) {
    long forWorkers = (bytes - fixedBytes - leastRows() * rowBytes) / 2;
    return workers.atMost(Math.clamp(forWorkers / workerBytes, 1, workers.count()));
  }

  /** How many rows there can be at a time, of so many places each. */
  int rows(long bytes, int capacity) {
    long forRows = bytes - fixedBytes - workers(bytes).count() * workerBytes;
    return Math.clamp(forRows / NeighbourTable.rowBytes(capacity), 1, Integer.MAX_VALUE);
  }
}
