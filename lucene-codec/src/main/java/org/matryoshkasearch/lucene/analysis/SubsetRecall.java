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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * How many of the nearest neighbours among a sample of vectors are also the nearest by some of the
 * dimensions alone: the leading ones, and as many drawn by lot, for the same queries.
 */
final class SubsetRecall {
  /** How often dimensions are drawn by lot for each length. */
  static final int DRAWS = 24;

  private static final int QUERIES = 512;
  private static final int BLOCK = 64;
  private static final int MOST_NEIGHBORS = 10;
  private static final int ROWS_PER_NEIGHBOR = 5;

  private final float[][] vectors;
  private final VectorSimilarityFunction similarity;
  private final int[] lengths;
  private final long seed;
  private final int[] queries;
  private final int k;

  /** For each length and draw, the first of which is the prefix, the recall of each query. */
  private final double[][][] recalls;

  SubsetRecall(float[][] vectors, VectorSimilarityFunction similarity, int[] lengths, long seed) {
    this.vectors = vectors;
    this.similarity = similarity;
    this.lengths = lengths;
    this.seed = seed;
    this.queries = QuerySample.draw(vectors.length, QUERIES, seed);
    this.k = Math.clamp((vectors.length - 1) / ROWS_PER_NEIGHBOR, 1, MOST_NEIGHBORS);
    this.recalls = new double[lengths.length][1 + DRAWS][queries.length];
  }

  static int parts(int lengths) {
    return lengths * (1 + DRAWS);
  }

  static long ramBytes(int dims, int threads) {
    return (long) threads * Float.BYTES * (QUERIES + 3 * BLOCK) * dims;
  }

  void run(AnalysisWork work) throws IOException {
    int dims = vectors[0].length;
    int[][] truth = nearest(IntStream.range(0, dims).toArray(), true);
    work.run(
        parts(lengths.length),
        () ->
            part -> {
              int length = part / (1 + DRAWS);
              int draw = part % (1 + DRAWS);
              int[] chosen =
                  draw == 0
                      ? IntStream.range(0, lengths[length]).toArray()
                      : draw(dims, lengths[length], seed + part);
              int[][] found = nearest(chosen, false);
              for (int query = 0; query < queries.length; query++) {
                recalls[length][draw][query] = shared(truth[query], found[query]);
              }
            });
  }

  private static int[] draw(int dims, int count, long seed) {
    return QuerySample.draw(dims, count, new SplittableRandom(seed).nextLong());
  }

  /** The nearest of each query by some dimensions. */
  private int[][] nearest(int[] dims, boolean whole) throws IOException {
    VectorSet some = new SomeDims(vectors, dims);
    QueryPanels panels =
        new QueryPanels(
            QuerySample.read(some, queries),
            new int[] {dims.length},
            TrueNeighbors.origin(some, similarity),
            DotBlock.directions(similarity, whole));
    NearestScan scan = new NearestScan(some, panels, queries, similarity, k, BLOCK);
    for (int from = 0; from < vectors.length; from += BLOCK) {
      scan.scan(from, Math.min(BLOCK, vectors.length - from));
    }
    int[][] nearest = new int[queries.length][];
    for (int query = 0; query < queries.length; query++) {
      nearest[query] = scan.nearest(query);
    }
    return nearest;
  }

  private static double shared(int[] truth, int[] found) {
    Set<Integer> those = new HashSet<>();
    Arrays.stream(truth).forEach(those::add);
    long both = Arrays.stream(found).filter(those::contains).count();
    return (double) both / truth.length;
  }

  /** The mean recall of a prefix. */
  double ofPrefix(int length) {
    return mean(recalls[length][0]);
  }

  /** The mean recall of the dimensions that were drawn. */
  double ofDraws(int length) {
    return mean(ofEachDraw(length));
  }

  private double[] ofEachDraw(int length) {
    return Arrays.stream(recalls[length]).skip(1).mapToDouble(SubsetRecall::mean).toArray();
  }

  /** By how much the prefix finds more, query by query. */
  Estimate gain(int length) {
    double[] gains = recalls[length][0].clone();
    for (int draw = 1; draw <= DRAWS; draw++) {
      for (int query = 0; query < gains.length; query++) {
        gains[query] -= recalls[length][draw][query] / DRAWS;
      }
    }
    return Estimate.of(gains, 1.0 / k, -1, 1);
  }

  /** That gain in standard deviations of the draws; infinite where all draws are the same. */
  double gainInDraws(int length) {
    double mean = ofDraws(length);
    double squares =
        Arrays.stream(ofEachDraw(length)).map(recall -> (recall - mean) * (recall - mean)).sum();
    double gain = ofPrefix(length) - mean;
    return gain == 0 ? 0 : gain / Math.sqrt(squares / (DRAWS - 1));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** Vectors of which only some dimensions are there. */
  @SuppressWarnings("ArrayRecordComponent") // a view, never compared
  private record SomeDims(float[][] vectors, int[] chosen) implements VectorSet {
    @Override
    public int size() {
      return vectors.length;
    }

    @Override
    public int dims() {
      return chosen.length;
    }

    @Override
    public Reader reader() {
      return (ordinal, vector) -> {
        for (int i = 0; i < chosen.length; i++) {
          vector[i] = vectors[ordinal][chosen[i]];
        }
      };
    }
  }
}
