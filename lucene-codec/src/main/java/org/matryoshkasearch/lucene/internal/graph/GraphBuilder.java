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

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/**
 * Builds a graph of vectors that are all there: {@link LeafComparison} finds each node's nearest
 * neighbours in the leaves of {@link Partitions}, {@link LinkChoice} chooses among them, {@link
 * Reachability} joins what is apart. {@link Copies} of a vector hang on the first of them. {@link
 * Pivots} are the way in.
 *
 * <p>What is built depends on the vectors and the parameters alone, not on the number of threads,
 * nor on how much memory there is, as long as it suffices: neighbours are held of so many nodes at
 * a time as fit.
 */
public final class GraphBuilder {
  private static final int MOST_NEIGHBOURS = 128;
  private static final long USUAL_BYTES_A_VECTOR = 200;
  private static final long LEAST_BYTES_OF_ROWS = 16; // for each vector: few rows are held at once

  /**
   * To about how many parts a vector goes. Many small ones find more than few large ones for the
   * same comparisons: what lies between clusters, above all.
   */
  private static final int FANOUT = 12;

  /** Of a node's {@link Samples sample}: few of them become links. */
  private static final int OF_SAMPLE = 8;

  /**
   * What joins clusters, and gives ways to queries from elsewhere: 1.2 gives fewer to tight ones.
   */
  private static final float SLACK = 1.1f;

  private final int maxConn;
  private final int neighbours;
  private final Workers workers;
  private final BuildMemory memory;
  private final Scratch files;

  /**
   * @param maxConn links that go both ways that a node chooses, 1 to 512; with those of nodes that
   *     chose it, or more of its own where most nodes have that many that lie apart, it has up to
   *     twice as many
   * @param beamWidth how widely links are looked for, 1 to 3200: two fifths of it, at least {@code
   *     maxConn} and at most 128, are the nearest neighbours that a node's links are chosen from
   * @param memory of which the build takes a share
   * @param files where a large build keeps what it need not have on the heap
   */
  public GraphBuilder(
      int maxConn, int beamWidth, Workers workers, BuildMemory memory, Scratch files) {
    this.maxConn = maxConn;
    this.neighbours = Math.max(maxConn, Math.min(2 * beamWidth / 5, MOST_NEIGHBOURS));
    this.workers = workers;
    this.memory = memory;
    this.files = files;
  }

  /** Bytes of heap, or a little less, that every build takes for each vector. */
  public static long bytesAVector(int size) {
    return HeapPlan.bytesAVector(size, FANOUT);
  }

  /** Whether there is about enough memory for so many vectors when no other graph is built. */
  public static boolean fits(int size, BuildMemory memory) {
    return size * (bytesAVector(size) + LEAST_BYTES_OF_ROWS) <= memory.bytes();
  }

  /**
   * About how many bytes of heap the graph of a segment takes while it is built with default
   * parameters, in this JVM: no more than all graphs together may take.
   */
  public static long bytes(int size) {
    return Math.min(BuildMemory.OF_HEAP.bytes(), size * USUAL_BYTES_A_VECTOR);
  }

  /**
   * Builds the graph.
   *
   * @param source of at least one vector
   * @param kind what makes two of them near; where they are all about of one length, distances do
   * @return null if there is not enough memory for it
   */
  public BuiltGraph build(GraphVectors.Source source, Nearness kind) throws IOException {
    HeapPlan plan = plan(source.seenFor(kind));
    BuildMemory.Share share = memory.take(plan.least(), plan.wanted());
    return share == null ? null : new Build(plan, share).run(source, kind);
  }

  HeapPlan plan(GraphVectors vectors) {
    return new HeapPlan(vectors, FANOUT, room(vectors.size()), 2 * maxConn, workers);
  }

  /** How many nearest neighbours are found for each of so many nodes. */
  private int kept(int size) {
    return Math.clamp(size - 1, 1, neighbours);
  }

  /** How many of the nearest of its sample are found for each. */
  private static int ofSample(int size) {
    return Math.clamp(size - 1, 1, OF_SAMPLE);
  }

  /**
   * For how many there is room: those that a node chooses, and as many that choose it as it may
   * have links. One from far away is not crowded out by nearer ones.
   */
  private int room(int size) {
    return Math.max(kept(size) + ofSample(size), Math.clamp(size - 1, 1, 3 * maxConn));
  }

  /** With memory that is taken. */
  private final class Build {
    private final HeapPlan plan;
    private final BuildMemory.Share share;
    private final Workers workers;
    private final Scratch scratch;

    Build(HeapPlan plan, BuildMemory.Share share) {
      this.plan = plan;
      this.share = share;
      this.workers = plan.workers(share.bytes());
      this.scratch = plan.scratch(files);
    }

    BuiltGraph run(GraphVectors.Source source, Nearness wanted) throws IOException {
      List<Closeable> open = new ArrayList<>();
      open.add(share);
      try {
        float length = wanted == Nearness.INNER_PRODUCT ? commonLength(source) : 0;
        Nearness kind = length > 0 ? Nearness.DISTANCE : wanted;
        GraphVectors all = new WatchedVectors(source.seenFor(kind), workers);
        Copies copies = Copies.of(all, 2 * maxConn);
        GraphVectors vectors = copies == null ? all : new Subset(all, copies.distinct());
        // with copies, a node may have a link to the first of its own
        int most = copies == null ? 2 * maxConn : 2 * maxConn - 1;
        LevelLinks links = link(vectors, kind, most);
        open.add(links);
        Pivots pivots = new Pivots(vectors, kind, links, workers);
        new Reachability(Directions.of(vectors, kind), links, most).ensure(pivots.first());
        return new BuiltGraph(all, kind, length, links, pivots, copies, share);
      } catch (Throwable t) {
        IOUtils.closeWhileSuppressingExceptions(t, open);
        throw t;
      }
    }

    private float commonLength(GraphVectors.Source source) throws IOException {
      GraphVectors vectors = new WatchedVectors(source.seenFor(Nearness.INNER_PRODUCT), workers);
      VectorLengths known = source.lengths();
      return (known == null ? VectorLengths.of(vectors) : known).common(vectors);
    }

    private LevelLinks link(GraphVectors vectors, Nearness kind, int most) throws IOException {
      int size = vectors.size();
      int linksOfNode = most - 1; // one less than there may be, to join what is apart
      Lists linked = new Lists(scratch, size, workers);
      try (Lists leaves = new Lists(scratch, size / Partitions.LEAF + 1, workers);
          Lists chosen = new Lists(scratch, size, workers)) {
        int[] order = new Partitions(vectors, kind, FANOUT, leaves, workers).run();
        leaves.finish();
        LeafComparison comparison = new LeafComparison(vectors, kind, leaves, workers);
        LinkChoice links = new LinkChoice(vectors, kind, order, SLACK, workers);
        int found = kept(size);
        inRounds(
            size,
            found,
            found + ofSample(size),
            rows -> {
              NeighbourTable ofSample = new NeighbourTable(rows.from(), rows.to(), ofSample(size));
              comparison.run(rows, ofSample);
              links.choose(rows, ofSample, Math.min(found, linksOfNode));
              LinkChoice.write(rows, true, chosen);
            });
        chosen.finish();
        inRounds(
            size,
            room(size),
            room(size),
            rows -> {
              links.linkBothWays(chosen, maxConn, rows);
              links.prune(rows, linksOfNode);
              links.fill(chosen, maxConn, rows);
              LinkChoice.write(rows, false, linked);
            });
        linked.finish();
        return new LevelLinks(linked, most);
      } catch (Throwable t) {
        IOUtils.closeWhileSuppressingExceptions(t, linked);
        throw t;
      }
    }

    /**
     * @param places that each node takes while there is its row, which may be more than that has
     */
    private void inRounds(int size, int capacity, int places, Round round) throws IOException {
      int rows = plan.rows(share.bytes(), places);
      int rounds = (size + rows - 1) / rows;
      int each = (size + rounds - 1) / rounds;
      for (int from = 0; from < size; from += each) {
        round.run(new NeighbourTable(from, Math.min(size, from + each), capacity));
      }
    }
  }

  /** What is done with the rows of some of the nodes. */
  private interface Round {
    void run(NeighbourTable rows) throws IOException;
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
