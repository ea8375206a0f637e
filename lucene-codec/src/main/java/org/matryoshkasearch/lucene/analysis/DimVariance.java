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

import java.util.Arrays;

/**
 * What is left of each dimension without its mean, in a sample of vectors. A vector much farther
 * from the mean than others counts no more than one that is somewhat farther, and a dimension no
 * more than 19 of 20 have: no single one may decide.
 */
final class DimVariance {
  private static final double FARTHEST = 4; // times the median distance
  private static final double COUNTED = 0.95; // of the dimensions count as what they have
  private static final int GROUPS = 16;

  /** For groups of vectors, what each dimension has in them. */
  private final double[][] groups;

  private final double cap;

  DimVariance(float[][] vectors) {
    int dims = vectors[0].length;
    double[] ones = new double[vectors.length];
    Arrays.fill(ones, 1);
    double[] mean = mean(vectors, ones);
    double[] distances = new double[vectors.length];
    for (int row = 0; row < vectors.length; row++) {
      for (int i = 0; i < dims; i++) {
        double component = vectors[row][i] - mean[i];
        distances[row] += component * component;
      }
    }
    double far = FARTHEST * FARTHEST * quantile(distances, 0.5);
    double[] weights = new double[vectors.length];
    for (int row = 0; row < vectors.length; row++) {
      weights[row] = far > 0 && distances[row] > far ? far / distances[row] : 1;
    }
    mean = mean(vectors, weights);
    groups = new double[Math.min(GROUPS, vectors.length)][dims];
    for (int row = 0; row < vectors.length; row++) {
      double[] group = groups[row % groups.length];
      for (int i = 0; i < dims; i++) {
        double component = vectors[row][i] - mean[i];
        group[i] += weights[row] * component * component;
      }
    }
    double[] positive = Arrays.stream(sums(-1)).filter(sum -> sum > 0).toArray();
    cap = positive.length == 0 ? 0 : quantile(positive, COUNTED);
  }

  private static double[] mean(float[][] vectors, double[] weights) {
    double[] mean = new double[vectors[0].length];
    double total = 0;
    for (int row = 0; row < vectors.length; row++) {
      total += weights[row];
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weights[row] * vectors[row][i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= total;
    }
    return mean;
  }

  private static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }

  private double[] sums(int without) {
    double[] sums = new double[groups[0].length];
    for (int group = 0; group < groups.length; group++) {
      for (int i = 0; group != without && i < sums.length; i++) {
        sums[i] += groups[group][i];
      }
    }
    return sums;
  }

  /** Whether no dimension has any. */
  boolean isNone() {
    return cap == 0;
  }

  /** Of each dimension, up to a factor that is the same for all. */
  double[] carried() {
    return Arrays.stream(sums(-1)).map(sum -> Math.min(sum, cap)).toArray();
  }

  /** The share of a prefix in all, divided by the share of its dimensions. */
  double lift(int prefixDims) {
    return lift(carried(), prefixDims);
  }

  private static double lift(double[] carried, int prefixDims) {
    double prefix = Arrays.stream(carried, 0, prefixDims).sum();
    double all = Arrays.stream(carried).sum();
    return all == 0 ? 1 : prefix / all * carried.length / prefixDims;
  }

  /** How much {@link #lift} would differ for another sample: the jackknife's standard error. */
  double error(int prefixDims) {
    double[] lifts = new double[groups.length];
    for (int group = 0; group < lifts.length; group++) {
      double whole = (double) groups.length / Math.max(1, groups.length - 1);
      double[] rest = Arrays.stream(sums(group)).map(s -> Math.min(s * whole, cap)).toArray();
      lifts[group] = lift(rest, prefixDims);
    }
    double mean = Arrays.stream(lifts).average().orElseThrow();
    double squares = Arrays.stream(lifts).map(l -> (l - mean) * (l - mean)).sum();
    return Math.sqrt(squares * (lifts.length - 1) / lifts.length);
  }
}
