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

import java.util.Comparator;
import java.util.List;

/**
 * The setting that reaches a recall with the least memory, among those that rescore no more than 10
 * rows a hit; if there are none, among those that rescore no more than 100, the one that rescores
 * the fewest; if there are none either, the one that finds most with 100. Where so many rows are
 * more than a search can rescore, as many as it can.
 *
 * @param setting the prefix and its code
 * @param oversample rescored rows for each of the k hits, 1 to 100
 * @param recall with that many
 * @param reached whether the mean recall is at least the target
 */
public record Recommendation(
    PrefixRecall setting, int oversample, Estimate recall, boolean reached) {
  private static final int CHEAP = 10;

  /** The most rows a hit that a mapping can ask for. */
  private static final int MOST = 100;

  /** Chooses, where a search can rescore any number of rows. */
  public static Recommendation of(List<PrefixRecall> settings, int k, double target) {
    return of(settings, k, target, Integer.MAX_VALUE);
  }

  /** How many rows a hit searches can rescore that rescore no more than so many in all. */
  public static int mostOversample(int k, int mostRows) {
    return Math.clamp(mostRows / k, 1, MOST);
  }

  /**
   * Chooses.
   *
   * @param settings at least one
   * @param k how many neighbours are to be found
   * @param target the recall to reach
   * @param mostRows that a search can rescore, k or more
   */
  public static Recommendation of(List<PrefixRecall> settings, int k, double target, int mostRows) {
    int most = mostOversample(k, mostRows);
    int cheap = Math.min(CHEAP, most);
    Comparator<PrefixRecall> memory = Comparator.comparingInt(PrefixRecall::hotBytes);
    Comparator<PrefixRecall> rows = Comparator.comparingInt(s -> s.oversampleFor(target));
    Comparator<PrefixRecall> found = Comparator.comparingDouble(s -> s.at(k * most).mean());
    PrefixRecall best =
        settings.stream()
            .filter(s -> s.oversampleFor(target) <= cheap)
            .min(memory.thenComparing(rows))
            .or(
                () ->
                    settings.stream()
                        .filter(s -> s.oversampleFor(target) <= most)
                        .min(rows.thenComparing(memory)))
            .orElseGet(() -> settings.stream().max(found).orElseThrow());
    int oversample = Math.min(most, best.oversampleFor(target));
    Estimate recall = best.at(k * oversample);
    return new Recommendation(best, oversample, recall, recall.mean() >= target);
  }
}
