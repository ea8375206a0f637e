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
import java.util.SplittableRandom;

/**
 * Tells whether the dimensions stand in an order, by what each of them carries: a permutation test.
 * If the model gave them none, the prefixes of the vectors carry no more than those of the same
 * dimensions in any other order. The chance holds whatever the dimensions carry, a few that carry
 * most of all included, as it compares with nothing else than these dimensions.
 *
 * @param excess for each length by how many standard deviations of a random order the prefix
 *     carries more than its share
 * @param deviation of the share that a prefix has in a random order, divided by the share expected
 * @param most the lift of each length if the dimensions that carry most stood first: the share that
 *     the prefix had, divided by the share expected
 * @param chance how often a random order has as large an excess at any of the lengths
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record DimOrder(double[] excess, double[] deviation, double[] most, double chance) {
  private static final int ORDERS = 4999;

  /**
   * @param carried by each dimension, not all the same
   * @param lengths of prefixes, ascending, each shorter than the whole
   */
  static DimOrder of(double[] carried, int[] lengths, long seed) {
    int dims = carried.length;
    double mean = Arrays.stream(carried).sum() / dims;
    double variance =
        Arrays.stream(carried).map(c -> (c - mean) * (c - mean)).sum() / Math.max(1, dims - 1);
    double[] deviation = new double[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      double share = (double) lengths[i] / dims;
      deviation[i] = Math.sqrt(variance * (1 - share) / lengths[i]) / mean;
    }
    double[] excess = excess(carried, lengths, mean, deviation);
    double largest = Arrays.stream(excess).max().orElseThrow();
    double[] sorted = Arrays.stream(carried).sorted().toArray();
    double[] most = new double[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      most[i] = Arrays.stream(sorted, dims - lengths[i], dims).sum() / lengths[i] / mean;
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] order = carried.clone();
    int longest = lengths[lengths.length - 1];
    int asLarge = 0;
    for (int i = 0; i < ORDERS; i++) {
      for (int at = 0; at < longest; at++) {
        int other = at + random.nextInt(dims - at);
        double swapped = order[at];
        order[at] = order[other];
        order[other] = swapped;
      }
      double[] ofOrder = excess(order, lengths, mean, deviation);
      // the same sums in another order differ by rounding
      if (Arrays.stream(ofOrder).max().orElseThrow() >= largest - 1e-9) {
        asLarge++;
      }
    }
    return new DimOrder(excess, deviation, most, (asLarge + 1.0) / (ORDERS + 1.0));
  }

  private static double[] excess(double[] carried, int[] lengths, double mean, double[] deviation) {
    double[] excess = new double[lengths.length];
    double sum = 0;
    int dim = 0;
    for (int i = 0; i < lengths.length; i++) {
      for (; dim < lengths[i]; dim++) {
        sum += carried[dim];
      }
      double lift = sum / lengths[i] / mean;
      excess[i] = deviation[i] > 0 ? (lift - 1) / deviation[i] : 0;
    }
    return excess;
  }
}
