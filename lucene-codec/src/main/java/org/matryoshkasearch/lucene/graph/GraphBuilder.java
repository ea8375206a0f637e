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
import java.util.Arrays;

/**
 * Builds an HNSW graph of vectors that are all there, {@link Levels level} by level: {@link
 * Partitions} find each node's nearest neighbours, {@link Links} chooses among them, {@link
 * Reachability} joins what is apart. {@link Copies} of a vector hang on the first of them.
 *
 * <p>What is built depends on the vectors and the parameters alone, not on the number of threads.
 */
public final class GraphBuilder {
  private static final int MOST_NEIGHBOURS = 128;

  /**
   * To about how many parts a vector goes: on the lowest level, which has most of them, to fewer.
   */
  private static final int LOWEST_FANOUT = 6;

  private static final int UPPER_FANOUT = 8;

  /** How many times more neighbours the links of the upper levels are chosen from: they are few. */
  private static final int UPPER_NEIGHBOURS = 2;

  /** What joins clusters on the lowest level; the upper ones have more links without it. */
  private static final float LOWEST_SLACK = 1.03f;

  private final int maxConn;
  private final int neighbours;
  private final Workers workers;

  /**
   * @param maxConn links that a node chooses on the lowest level, 1 to 512; with those of nodes
   *     that chose it, and on the other levels, it has up to twice as many
   * @param beamWidth how widely links are looked for, 1 to 3200: two fifths of it, at least {@code
   *     maxConn} and at most 128, are the nearest neighbours that a node's links are chosen from
   *     (on the upper levels twice as many)
   */
  public GraphBuilder(int maxConn, int beamWidth, Workers workers) {
    this.maxConn = maxConn;
    this.neighbours = Math.max(maxConn, Math.min(2 * beamWidth / 5, MOST_NEIGHBOURS));
    this.workers = workers;
  }

  /**
   * Builds the graph.
   *
   * @param vectors at least one
   * @param kind what makes two of them near
   */
  public BuiltGraph build(GraphVectors vectors, Nearness kind) throws IOException {
    Copies copies = Copies.of(vectors, 2 * maxConn);
    return copies == null
        ? build(vectors, kind, null)
        : build(new Subset(vectors, copies.distinct()), kind, copies);
  }

  /**
   * @param copies of the vectors; null if there are none
   */
  private BuiltGraph build(GraphVectors vectors, Nearness kind, Copies copies) throws IOException {
    int[][] nodes = new Levels(vectors, kind, maxConn).nodes();
    Neighbours[] links = new Neighbours[nodes.length];
    for (int level = nodes.length - 1; level >= 0; level--) {
      GraphVectors ofLevel = level == 0 ? vectors : new Subset(vectors, nodes[level]);
      int entry = Arrays.binarySearch(nodes[level], nodes[nodes.length - 1][0]);
      // a link to the first copy
      int most = level == 0 && copies != null ? 2 * maxConn - 1 : 2 * maxConn;
      links[level] = buildLevel(ofLevel, kind, level == 0, entry, most);
    }
    return new BuiltGraph(nodes, links, copies);
  }

  private Neighbours buildLevel(
      GraphVectors vectors, Nearness kind, boolean lowest, int entry, int most) throws IOException {
    int fanout = lowest ? LOWEST_FANOUT : UPPER_FANOUT;
    float slack = lowest ? LOWEST_SLACK : 1;
    int kept = lowest ? neighbours : UPPER_NEIGHBOURS * neighbours;
    // room for those that a node chooses, and for as many that choose it as it may have links: one
    // from far away is not crowded out by nearer ones
    Neighbours rows = new Neighbours(vectors.size(), Math.max(kept, maxConn + most));
    rows.limit(kept);
    int[] order = new Partitions(vectors, kind, fanout, rows, workers).run();
    rows.limit(rows.capacity());
    // one less than there may be, so that there is room to join what is apart
    new Links(vectors, kind, rows, order, slack, workers)
        .run(lowest ? maxConn : most - 1, most - 1);
    rows.dropNearness();
    new Reachability(Directions.of(vectors, kind), rows, most).ensure(entry);
    return rows;
  }

  /** Some of the vectors. */
  private static final class Subset implements GraphVectors {
    private final GraphVectors vectors;
    private final int[] ords;

    Subset(GraphVectors vectors, int[] ords) {
      this.vectors = vectors;
      this.ords = ords;
    }

    @Override
    public int size() {
      return ords.length;
    }

    @Override
    public int dims() {
      return vectors.dims();
    }

    @Override
    public void read(int ord, float[] into, int at) throws IOException {
      vectors.read(ords[ord], into, at);
    }

    @Override
    public GraphVectors copy() throws IOException {
      return new Subset(vectors.copy(), ords);
    }
  }
}
