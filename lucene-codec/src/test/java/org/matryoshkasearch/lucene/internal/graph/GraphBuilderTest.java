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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.VectorUtil;

/** Graphs of vectors of all kinds: what holds for each of them, whatever lies where. */
public class GraphBuilderTest extends LuceneTestCase {
  private static final Workers ONE = new Workers(null, 1, () -> {});

  private static final class Vectors implements GraphVectors {
    private final float[][] vectors;
    private final AtomicLong reads = new AtomicLong();

    Vectors(float[][] vectors) {
      this.vectors = vectors;
    }

    @Override
    public int size() {
      return vectors.length;
    }

    @Override
    public int dims() {
      return vectors[0].length;
    }

    @Override
    public void read(int ord, float[] into, int at) {
      reads.incrementAndGet();
      System.arraycopy(vectors[ord], 0, into, at, dims());
    }

    @Override
    public GraphVectors copy() {
      return this;
    }
  }

  /** Clusters of clusters. */
  private static Vectors nested(Random random, int size, int dims) {
    float[][] vectors = new float[size][dims];
    float[][] topics = new float[1 + size / 200][dims];
    for (float[] topic : topics) {
      for (int i = 0; i < dims; i++) {
        topic[i] = (float) random.nextGaussian();
      }
    }
    for (float[] vector : vectors) {
      float[] topic = topics[random.nextInt(topics.length)];
      for (int i = 0; i < dims; i++) {
        vector[i] = topic[i] + 0.4f * (float) random.nextGaussian();
      }
    }
    return new Vectors(vectors);
  }

  /** Most of them are the neighbours of few others. */
  private static Vectors withoutStructure(Random random, int size, int dims) {
    float[][] vectors = new float[size][dims];
    for (float[] vector : vectors) {
      for (int i = 0; i < dims; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      VectorUtil.l2normalize(vector);
    }
    return new Vectors(vectors);
  }

  private static Vectors equal(int size) {
    float[][] vectors = new float[size][];
    Arrays.fill(vectors, new float[] {1, 2, 3});
    return new Vectors(vectors);
  }

  /** Groups of equal vectors, each larger than the links of a node reach. */
  private static Vectors groups(int size) {
    float[][] vectors = new float[size][];
    for (int i = 0; i < size; i++) {
      vectors[i] = new float[] {i % 7, 0, 1};
    }
    return new Vectors(vectors);
  }

  /** Half of them equal, and the others nearer to those than to each other. */
  private static Vectors aroundOne(Random random, int size) {
    float[][] vectors = new float[size][64];
    for (int i = 0; i < size; i += 2) {
      for (int j = 0; j < 64; j++) {
        vectors[i][j] = (float) random.nextGaussian();
      }
    }
    return new Vectors(vectors);
  }

  /** The squares of some are more than a float holds. */
  private static Vectors huge(Random random, int size) {
    float[][] vectors = new float[size][5];
    for (float[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(38)));
      }
    }
    return new Vectors(vectors);
  }

  private static BuiltGraph build(
      GraphVectors vectors, Nearness kind, int maxConn, int beamWidth, Workers workers)
      throws IOException {
    return new GraphBuilder(
            maxConn, beamWidth, workers, new BuildMemory(256 << 20), Scratch.onHeap())
        .build(seen -> vectors, kind);
  }

  private static GraphBuilder builder(
      int maxConn, BuildMemory memory, Directory files, Workers workers) {
    Scratch scratch = new Scratch(files, "_0", IOContext.DEFAULT, IOContext.DEFAULT);
    return new GraphBuilder(maxConn, 100, workers, memory, scratch);
  }

  private static void check(Vectors vectors, int maxConn, BuiltGraph graph) throws IOException {
    assertEquals(vectors.size(), graph.size());
    int[] list = new int[2 * maxConn];
    FixedBitSet reached = new FixedBitSet(vectors.size());
    ArrayDeque<Integer> waiting = new ArrayDeque<>();
    int entry = graph.pivots(0)[0];
    reached.set(entry);
    waiting.add(entry);
    while (!waiting.isEmpty()) {
      int node = waiting.remove();
      int count = graph.links(node, list);
      for (int i = 0; i < count; i++) {
        assertTrue("ascending, each once", i == 0 || list[i - 1] < list[i]);
        assertTrue("to another", list[i] != node);
        if (!reached.getAndSet(list[i])) {
          waiting.add(list[i]);
        }
      }
    }
    assertEquals("reached", vectors.size(), reached.cardinality());
  }

  public void testEveryNodeIsReached() throws IOException {
    Random random = random();
    for (int size : new int[] {1, 2, 3, 40, 1024, 1025, 1026 + random.nextInt(3000)}) {
      int maxConn = 1 + random.nextInt(20);
      int beamWidth = 1 + random.nextInt(200);
      int dims = 1 + random.nextInt(40);
      for (Vectors vectors :
          new Vectors[] {
            nested(random, size, dims),
            equal(size),
            groups(size),
            aroundOne(random, size),
            huge(random, size)
          }) {
        for (Nearness kind : Nearness.values()) {
          check(vectors, maxConn, build(vectors, kind, maxConn, beamWidth, ONE));
        }
      }
    }
  }

  /** A search that reaches one of some copies reaches all, by way of no more than a few of them. */
  public void testCopiesAreLinkedBothWays() throws IOException {
    int maxConn = 2 + random().nextInt(20);
    int size = 3000;
    int kinds = 1 + random().nextInt(200);
    float[][] vectors = new float[size][];
    for (int i = 0; i < size; i++) {
      vectors[i] = i < kinds ? new float[] {i, i * i % 31, -i, 1} : vectors[i % kinds];
    }
    Nearness kind = RandomPicks.randomFrom(random(), Nearness.values());
    BuiltGraph graph = build(new Vectors(vectors), kind, maxConn, 60, ONE);
    check(new Vectors(vectors), maxConn, graph);
    int[] list = new int[2 * maxConn];
    int[] back = new int[2 * maxConn];
    for (int node = 0; node < size; node++) {
      int count = graph.links(node, list);
      for (int i = 0; i < count; i++) {
        if (list[i] % kinds == node % kinds) {
          int others = graph.links(list[i], back);
          assertTrue(Arrays.binarySearch(back, 0, others, node) >= 0);
        } else {
          assertTrue("the first of its kind", node < kinds && list[i] < kinds);
        }
      }
    }
    for (int group = 0; group < graph.means().size(); group++) {
      for (int pivot : graph.pivots(group)) {
        assertTrue("no copies", pivot < kinds);
      }
    }
  }

  /** However the vectors lie, each is read so many times, and not once for each of the others. */
  public void testWorkGrowsWithTheVectors() throws IOException {
    int size = 20_000;
    for (Vectors vectors :
        new Vectors[] {nested(random(), size, 8), equal(size), aroundOne(random(), size)}) {
      for (Nearness kind : Nearness.values()) {
        long before = vectors.reads.get();
        build(vectors, kind, 16, 100, ONE);
        long reads = (vectors.reads.get() - before) / size;
        assertTrue(String.valueOf(reads), reads < 300);
      }
    }
  }

  public void testLinksLeadToTheNearest() throws IOException {
    Vectors vectors = nested(new Random(3), 6000, 24);
    assertLinkedToTheNearest(vectors, vectors.size());
  }

  /** Many equal ones in the midst, as zeros are, hide no neighbours. */
  public void testLinksLeadToTheNearestPastEqualOnes() throws IOException {
    Random random = new Random(4);
    int distinct = 3000;
    float[][] vectors = new float[9000][12];
    for (int i = 0; i < distinct; i++) {
      for (int j = 0; j < 12; j++) {
        vectors[i][j] = (float) random.nextGaussian();
      }
    }
    assertLinkedToTheNearest(new Vectors(vectors), distinct);
  }

  /** The nodes of a tight cluster have links to others than the same nearest few clusters. */
  public void testLinksLeadFromATightClusterToMany() throws IOException {
    Random random = new Random(5);
    int clusterSize = 10;
    int clusters = 600;
    int dims = 32;
    float[][] vectors = new float[clusters * clusterSize][dims];
    for (int cluster = 0; cluster < clusters; cluster++) {
      float[] centre = new float[dims];
      for (int i = 0; i < dims; i++) {
        centre[i] = (float) random.nextGaussian();
      }
      for (int member = 0; member < clusterSize; member++) {
        float[] vector = vectors[cluster + member * clusters];
        for (int i = 0; i < dims; i++) {
          vector[i] = centre[i] + 0.01f * (float) random.nextGaussian();
        }
      }
    }
    for (Nearness kind : Nearness.values()) {
      try (BuiltGraph graph = build(new Vectors(vectors), kind, 16, 100, ONE)) {
        int[] list = new int[32];
        long linked = 0;
        for (int cluster = 0; cluster < clusters; cluster++) {
          FixedBitSet others = new FixedBitSet(clusters);
          for (int node = cluster; node < vectors.length; node += clusters) {
            int count = graph.links(node, list);
            for (int i = 0; i < count; i++) {
              others.set(list[i] % clusters);
            }
          }
          linked += others.cardinality() - 1;
        }
        assertTrue(kind + ": " + linked / clusters, linked / clusters >= 10);
      }
    }
  }

  public void testWithoutStructureNodesHaveMoreLinks() throws IOException {
    int maxConn = 16;
    Random random = new Random(7);
    Vectors vectors = withoutStructure(random, 3000, 64);
    for (Nearness kind : Nearness.values()) {
      try (BuiltGraph graph = build(vectors, kind, maxConn, 100, ONE)) {
        check(vectors, maxConn, graph);
        long links = links(graph, maxConn);
        assertTrue(kind + ": " + links, links > vectors.size() * 3 * maxConn / 2);
      }
    }
    Vectors nested = nested(random, 3000, 64);
    try (BuiltGraph graph = build(nested, Nearness.DISTANCE, maxConn, 100, ONE)) {
      long links = links(graph, maxConn);
      assertTrue(String.valueOf(links), links < nested.size() * 5 * maxConn / 4);
    }
  }

  /** A vector that is longer than all others, and so the nearest of all, leaves them links. */
  public void testOneLongVectorLeavesLinks() throws IOException {
    int maxConn = 16;
    Vectors vectors = nested(new Random(6), 3000, 24);
    Random lengths = new Random(8);
    for (float[] vector : vectors.vectors) {
      VectorUtil.l2normalize(vector);
      float length = 1 + lengths.nextFloat() / 20; // of one length, distances would link them
      for (int i = 0; i < vector.length; i++) {
        vector[i] *= length;
      }
    }
    try (BuiltGraph without = build(vectors, Nearness.INNER_PRODUCT, maxConn, 100, ONE)) {
      for (int i = 0; i < vectors.dims(); i++) {
        vectors.vectors[7][i] *= 1e4f;
      }
      try (BuiltGraph with = build(vectors, Nearness.INNER_PRODUCT, maxConn, 100, ONE)) {
        long least = links(without, maxConn) * 95 / 100;
        assertTrue(String.valueOf(least), links(with, maxConn) >= least);
      }
    }
  }

  private static long links(BuiltGraph graph, int maxConn) throws IOException {
    long links = 0;
    int[] list = new int[2 * maxConn];
    for (int node = 0; node < graph.size(); node++) {
      links += graph.links(node, list);
    }
    return links;
  }

  /** Looks at 500 nodes, and among the first so many for the nearest of each. */
  private static void assertLinkedToTheNearest(Vectors vectors, int among) throws IOException {
    BuiltGraph graph = build(vectors, Nearness.DISTANCE, 16, 100, ONE);
    int[] list = new int[32];
    int linked = 0;
    for (int node = 0; node < 500; node++) {
      int nearest = -1;
      float least = Float.POSITIVE_INFINITY;
      for (int other = 0; other < among; other++) {
        float distance = VectorUtil.squareDistance(vectors.vectors[node], vectors.vectors[other]);
        if (other != node && distance < least) {
          least = distance;
          nearest = other;
        }
      }
      int count = graph.links(node, list);
      linked += Arrays.binarySearch(list, 0, count, nearest) >= 0 ? 1 : 0;
    }
    assertTrue(String.valueOf(linked), linked > 490);
  }

  private static void assertSameGraph(BuiltGraph one, BuiltGraph other, int maxConn)
      throws IOException {
    assertEquals(one.size(), other.size());
    int[] a = new int[2 * maxConn];
    int[] b = new int[2 * maxConn];
    for (int ord = 0; ord < one.size(); ord++) {
      int count = one.links(ord, a);
      assertEquals(count, other.links(ord, b));
      assertArrayEquals(Arrays.copyOf(a, count), Arrays.copyOf(b, count));
    }
    assertEquals(one.means().size(), other.means().size());
    for (int group = 0; group < one.means().size(); group++) {
      assertArrayEquals(one.means().get(group), other.means().get(group), 0);
      assertArrayEquals(one.pivots(group), other.pivots(group));
    }
  }

  /** With the least memory with which there is a graph. */
  public void testRoundsBuildTheSame() throws IOException {
    int maxConn = 2 + random().nextInt(20);
    Nearness kind = RandomPicks.randomFrom(random(), Nearness.values());
    int size = 3000 + random().nextInt(3000);
    Vectors vectors =
        random().nextBoolean()
            ? nested(random(), size, 1 + random().nextInt(24))
            : withoutStructure(random(), size, 2 + random().nextInt(23));
    try (Directory files = newDirectory();
        BuiltGraph one = build(vectors, kind, maxConn, 100, ONE)) {
      HeapPlan plan = builder(maxConn, new BuildMemory(0), files, ONE).plan(vectors);
      int kept = 40; // nearest neighbours, of a beam of 100
      assertTrue(plan.rows(plan.least(), kept) < vectors.size());
      BuildMemory memory = new BuildMemory(plan.least());
      try (BuiltGraph other = builder(maxConn, memory, files, ONE).build(seen -> vectors, kind)) {
        assertEquals(0, memory.free());
        assertSameGraph(one, other, maxConn);
        check(vectors, maxConn, other);
      }
      assertEquals(plan.least(), memory.free());
      assertEquals(0, temporaryFiles(files));
    }
  }

  /** A directory of tests may have other files in it. */
  private static long temporaryFiles(Directory directory) throws IOException {
    return Arrays.stream(directory.listAll()).filter(file -> file.endsWith(".tmp")).count();
  }

  public void testNoGraphWithoutMemory() throws IOException {
    Vectors vectors = nested(random(), 2000, 8);
    try (Directory files = newDirectory()) {
      long least = builder(16, new BuildMemory(0), files, ONE).plan(vectors).least();
      BuildMemory memory = new BuildMemory(least - 1);
      assertNull(builder(16, memory, files, ONE).build(seen -> vectors, Nearness.DISTANCE));
      assertEquals(least - 1, memory.free());
      assertEquals(0, temporaryFiles(files));
    }
  }

  /** Makes the work fail at one of its steps. */
  private static final class Failure implements IORunnable {
    private long steps;
    private long failing = Long.MAX_VALUE;

    @Override
    public void run() throws IOException {
      if (++steps >= failing) {
        throw new IOException("aborted");
      }
    }
  }

  /** A failure at any time. */
  public void testGivesBackWhenItFails() throws IOException {
    Failure failure = new Failure();
    Workers workers = new Workers(null, 1, failure);
    Nearness kind = RandomPicks.randomFrom(random(), Nearness.values());
    Vectors vectors = nested(random(), 25_000, 4); // so many that their lists are in files
    if (random().nextBoolean()) {
      vectors.vectors[2000] = vectors.vectors[1]; // copies
    }
    try (Directory files = newDirectory()) {
      BuildMemory memory = new BuildMemory(100 << 20);
      GraphBuilder builder = builder(16, memory, files, workers);
      builder.build(seen -> vectors, kind).close();
      failure.failing = 1 + random().nextLong(failure.steps);
      failure.steps = 0;
      expectThrows(IOException.class, () -> builder.build(seen -> vectors, kind));
      assertEquals(failure.failing, failure.steps);
      assertEquals(100 << 20, memory.free());
      assertEquals(0, temporaryFiles(files));
    }
  }

  /** From one question to the next no more than a vector, or a list of links, is read. */
  public void testAsksAtEveryStep() throws IOException {
    Vectors vectors = nested(random(), 3000, 8);
    Nearness kind = RandomPicks.randomFrom(random(), Nearness.values());
    long[] readBefore = {0};
    boolean[] aborted = {false};
    IORunnable check =
        () -> {
          assertTrue(vectors.reads.get() - readBefore[0] <= 1);
          readBefore[0] = vectors.reads.get();
          if (aborted[0]) {
            throw new IOException("aborted");
          }
        };
    try (BuiltGraph graph = build(vectors, kind, 16, 100, new Workers(null, 1, check))) {
      aborted[0] = true;
      expectThrows(IOException.class, () -> graph.links(7, new int[32]));
      expectThrows(IOException.class, () -> graph.vectors().read(7, new float[8], 0));
    }
  }

  /** The most links of few vectors: no more room than there are others. */
  public void testManyLinksOfFewVectors() throws IOException {
    Vectors vectors = nested(random(), 1100, 4);
    GraphBuilder builder =
        new GraphBuilder(512, 3200, ONE, new BuildMemory(64 << 20), Scratch.onHeap());
    try (BuiltGraph graph = builder.build(seen -> vectors, Nearness.DISTANCE)) {
      check(vectors, 512, graph);
    }
  }

  /** Vectors that are only counted. */
  private record Counted(int size, int dims) implements GraphVectors {
    @Override
    public void read(int ord, float[] into, int at) {
      throw new AssertionError();
    }

    @Override
    public GraphVectors copy() {
      return this;
    }
  }

  public void testMemoryThatIsWanted() throws IOException {
    try (Directory files = newDirectory()) {
      GraphBuilder builder = builder(16, new BuildMemory(0), files, ONE);
      for (int size : new int[] {85_000, 86_000, 100_000, 340_000, 345_000, 10_000_000}) {
        HeapPlan plan = builder.plan(new Counted(size, 256));
        long worker = Block.bytesOfAll(Partitions.LEAF, 256);
        assertTrue(String.valueOf(size), (plan.wanted() - worker) / size < 200);
        assertTrue(String.valueOf(size), (plan.least() - worker) / size < 80);
      }
      // the largest vectors with the most links
      GraphBuilder most = new GraphBuilder(512, 3200, ONE, new BuildMemory(0), Scratch.onHeap());
      assertTrue(most.plan(new Counted(100_000, 4096)).least() < 64 << 20);
    }
  }

  public void testThreadsBuildTheSame() throws Exception {
    Vectors vectors =
        RandomPicks.randomFrom(
            random(),
            List.of(
                nested(random(), 5000, 16), withoutStructure(random(), 5000, 16), groups(5000)));
    Nearness kind = RandomPicks.randomFrom(random(), Nearness.values());
    BuiltGraph one = build(vectors, kind, 8, 60, ONE);
    ExecutorService threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("graph"));
    try {
      Workers several = new Workers(new TaskExecutor(threads), 4, () -> {});
      assertSameGraph(one, build(vectors, kind, 8, 60, several), 8);
    } finally {
      threads.shutdown();
      assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  public void testCanBeAborted() {
    int[] checks = {0};
    Workers workers =
        new Workers(
            null,
            1,
            () -> {
              if (++checks[0] == 4) {
                throw new IOException("aborted");
              }
            });
    GraphVectors vectors = nested(random(), 3000, 8);
    expectThrows(IOException.class, () -> build(vectors, Nearness.DISTANCE, 16, 100, workers));
    assertEquals(4, checks[0]);
  }
}
