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
package org.matryoshkasearch.benchmarks.measure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How long the queries of one round took.
 *
 * @param queriesPerSecond how many were answered in a second
 * @param p50Micros half of them took no longer, in microseconds
 * @param p99Micros 99 in 100 of them took no longer, in microseconds
 */
public record Times(double queriesPerSecond, double p50Micros, double p99Micros) {

  /** Of the time of each query, in nanoseconds, one after another. */
  static Times of(long[] nanos) {
    return of(nanos, Arrays.stream(nanos).sum());
  }

  /**
   * Of queries of which several ran at the same time.
   *
   * @param nanos the time of each
   * @param wholeNanos the time from the start of the first to the end of the last
   */
  public static Times of(long[] nanos, long wholeNanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Times(
        1e9 * nanos.length / wholeNanos,
        percentile(sorted, 0.50) / 1e3,
        percentile(sorted, 0.99) / 1e3);
  }

  private static long percentile(long[] sorted, double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  /** The fastest round: what else the machine does can only make a round slower. */
  public static Times best(List<Times> rounds) {
    return rounds.stream().max(Comparator.comparingDouble(Times::queriesPerSecond)).orElseThrow();
  }

  /** The mean time of a query that ran alone, in microseconds. */
  public double meanMicros() {
    return 1e6 / queriesPerSecond;
  }

  /** The round in the middle, by queries a second; of an even number the slower of the two. */
  public static Times median(List<Times> rounds) {
    return rounds.stream()
        .sorted(Comparator.comparingDouble(Times::queriesPerSecond))
        .toList()
        .get((rounds.size() - 1) / 2);
  }
}
