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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.NumericUtils;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * The nodes by which searches come into a graph: some that {@link Cover} it, in groups of such as
 * lie side by side, and the mean of each group.
 *
 * <p>They stand in place of the upper levels of an HNSW graph: to compare a query with all means,
 * and then with the members of the nearest few groups, row by row in one stretch of memory, costs
 * less than to follow links to half as many nodes all over it. (Groups by k-means, searched a few
 * at a time: the inverted file of Jégou et al., <a
 * href="https://doi.org/10.1109/TPAMI.2010.57">Product quantization for nearest neighbor
 * search</a>, 2011.)
 */
final class Pivots {
  /** No more than one of so many nodes is a pivot. */
  private static final int ONE_OF = 12;

  /** By inner product: one of so many by chance, and as many of the longest. */
  private static final int ONE_OF_BY_PRODUCT = 48;

  /** So many groups for the root of the number of pivots: as many means as members to look at. */
  private static final double GROUPS = 1.5;

  private static final int MOST_GROUPS = 1000;

  /** Of k-means: more of them find hardly nearer pivots. */
  private static final int ROUNDS = 8;

  /** From so many pivots a group, on the average, means are found. */
  private static final int SAMPLE = 64;

  /** No group is more than so many times as large as the average: it is looked at as a whole. */
  private static final int LARGEST = 2;

  private static final int ROWS_A_TASK = 1024;

  private final GraphVectors vectors;
  private final Workers workers;
  private final int largest;
  private final List<int[]> groups = new ArrayList<>();
  private final List<float[]> means = new ArrayList<>();

  /**
   * Chooses and groups; always the same ones of the same vectors.
   *
   * @param vectors at least one
   * @param links between them
   */
  Pivots(GraphVectors vectors, Nearness kind, LevelLinks links, Workers workers)
      throws IOException {
    this.vectors = vectors;
    this.workers = workers;
    Random random = new Random(vectors.size());
    int[] all =
        kind == Nearness.INNER_PRODUCT
            ? byLength(random)
            : Cover.of(links, Math.max(1, vectors.size() / ONE_OF), random);
    int count = groups(all.length);
    this.largest = Math.max(1, LARGEST * Math.ceilDiv(all.length, count));
    float[][] found = means(all, count, random);
    for (int[] part : parts(all, nearest(all, found), count)) {
      add(part);
    }
  }

  private static int groups(int pivots) {
    return Math.clamp(Math.round(GROUPS * Math.sqrt(pivots)), 1, Math.min(pivots, MOST_GROUPS));
  }

  /** Bytes of heap that it takes, at most, beside what a worker takes. */
  static long bytes(int size, int dims) {
    int pivots = size / ONE_OF + 64;
    // sums and means, of groups that may be divided, and of each pivot its group
    return (long) pivots * 4 * Integer.BYTES
        + (long) groups(pivots) * dims * (Double.BYTES + 3 * Float.BYTES);
  }

  /** Half of them by chance, and the longest: they are near to most queries. */
  private int[] byLength(Random random) throws IOException {
    long[] keys = new long[vectors.size()];
    float[] vector = new float[vectors.dims()];
    for (int node = 0; node < keys.length; node++) {
      vectors.read(node, vector, 0);
      float length = (float) PrefixSimilarity.length(vector, 0, vector.length);
      keys[node] = ((long) ~NumericUtils.floatToSortableInt(length) << Integer.SIZE) | node;
    }
    Arrays.sort(keys);
    FixedBitSet chosen = new FixedBitSet(vectors.size());
    for (int i = 0; i < Math.ceilDiv(keys.length, ONE_OF_BY_PRODUCT); i++) {
      chosen.set((int) keys[i]);
      chosen.set(random.nextInt(keys.length));
    }
    return IntStream.range(0, keys.length).filter(chosen::get).toArray();
  }

  /** The means of about so many groups, from a sample. */
  private float[][] means(int[] all, int count, Random random) throws IOException {
    int[] sample = all.clone();
    int size = Math.min(sample.length, SAMPLE * count);
    for (int i = 0; i < size; i++) {
      int other = i + random.nextInt(sample.length - i);
      int drawn = sample[other];
      sample[other] = sample[i];
      sample[i] = drawn;
    }
    sample = Arrays.copyOf(sample, size);
    float[][] found = new float[count][vectors.dims()];
    for (int group = 0; group < count; group++) {
      vectors.read(sample[group], found[group], 0);
    }
    float[] vector = new float[vectors.dims()];
    for (int round = 0; round < ROUNDS; round++) {
      int[] nearest = nearest(sample, found);
      double[][] sums = new double[count][vector.length];
      int[] counts = new int[count];
      for (int i = 0; i < size; i++) {
        vectors.read(sample[i], vector, 0);
        add(vector, sums[nearest[i]]);
        counts[nearest[i]]++;
      }
      for (int group = 0; group < count; group++) {
        if (counts[group] > 0) {
          found[group] = mean(sums[group], counts[group]);
        }
      }
    }
    return found;
  }

  /** Which of the means is the nearest to each of some nodes. */
  private int[] nearest(int[] nodes, float[][] to) throws IOException {
    int[] nearest = new int[nodes.length];
    int[] columns = IntStream.range(vectors.size(), vectors.size() + to.length).toArray();
    workers.run(
        Math.ceilDiv(nodes.length, ROWS_A_TASK),
        () -> {
          Block block =
              new Block(new Beside(vectors.copy(), List.of(to)), Nearness.DISTANCE, to.length);
          block.setColumns(columns, columns.length);
          return task -> {
            int from = task * ROWS_A_TASK;
            block.compare(
                nodes,
                from,
                Math.min(nodes.length, from + ROWS_A_TASK),
                (row, nearness, at) -> {
                  int best = 0;
                  for (int i = 1; i < to.length; i++) {
                    if (nearness[at + i] > nearness[at + best]) {
                      best = i;
                    }
                  }
                  nearest[row] = best;
                });
          };
        });
    return nearest;
  }

  private static int[][] parts(int[] nodes, int[] of, int count) {
    int[] sizes = new int[count];
    for (int part : of) {
      sizes[part]++;
    }
    int[][] parts = new int[count][];
    Arrays.setAll(parts, part -> new int[sizes[part]]);
    for (int i = nodes.length - 1; i >= 0; i--) {
      parts[of[i]][--sizes[of[i]]] = nodes[i];
    }
    return parts;
  }

  /** Adds a group, or several: halves of it along the line from its mean to what is farthest. */
  private void add(int[] group) throws IOException {
    if (group.length == 0) {
      return;
    }
    float[] vector = new float[vectors.dims()];
    double[] sum = new double[vector.length];
    for (int node : group) {
      vectors.read(node, vector, 0);
      add(vector, sum);
    }
    float[] mean = mean(sum, group.length);
    if (group.length <= largest) {
      groups.add(group);
      means.add(mean);
      return;
    }
    double[] line = new double[vector.length];
    double most = -1;
    for (int node : group) {
      vectors.read(node, vector, 0);
      double square = 0;
      for (int i = 0; i < vector.length; i++) {
        square += ((double) vector[i] - mean[i]) * ((double) vector[i] - mean[i]);
      }
      if (square > most) {
        most = square;
        Arrays.setAll(line, i -> (double) vector[i] - mean[i]);
      }
    }
    double[] along = new double[group.length];
    for (int i = 0; i < group.length; i++) {
      vectors.read(group[i], vector, 0);
      for (int j = 0; j < vector.length; j++) {
        along[i] += line[j] * vector[j];
      }
    }
    int[] sorted =
        IntStream.range(0, group.length)
            .boxed()
            .sorted((a, b) -> Double.compare(along[a], along[b]))
            .mapToInt(i -> group[i])
            .toArray();
    int half = sorted.length / 2;
    add(Arrays.copyOf(sorted, half));
    add(Arrays.copyOfRange(sorted, half, sorted.length));
  }

  private static void add(float[] vector, double[] sum) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += vector[i];
    }
  }

  private static float[] mean(double[] sum, int count) {
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / count);
    }
    return mean;
  }

  /** A node that there always is. */
  int first() {
    return groups.get(0)[0];
  }

  /** The nodes of each group. */
  List<int[]> groups() {
    return groups;
  }

  /** The mean of each group. */
  List<float[]> means() {
    return means;
  }

  /** Vectors, and others with the numbers behind theirs. */
  private record Beside(GraphVectors vectors, List<float[]> others) implements GraphVectors {
    @Override
    public int size() {
      return vectors.size() + others.size();
    }

    @Override
    public int dims() {
      return vectors.dims();
    }

    @Override
    public void read(int ord, float[] into, int at) throws IOException {
      if (ord < vectors.size()) {
        vectors.read(ord, into, at);
      } else {
        System.arraycopy(others.get(ord - vectors.size()), 0, into, at, dims());
      }
    }

    @Override
    public GraphVectors copy() throws IOException {
      return new Beside(vectors.copy(), others);
    }
  }
}
