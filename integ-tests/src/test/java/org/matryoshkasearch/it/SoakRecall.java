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
package org.matryoshkasearch.it;

import static org.junit.Assert.assertTrue;

import java.util.Collection;
import java.util.Map;

/**
 * How much of what is nearest was found by us and by a {@code dense_vector}, over many searches.
 */
final class SoakRecall {

  /** Recall that may be lacking where nothing is left to chance. */
  private static final double MARGIN = 0.05;

  private long wanted;
  private long ours;
  private long twins;

  /**
   * Adds a search.
   *
   * @param scores of all that may be found
   * @param k how many were to be found
   */
  void add(
      Map<Integer, Double> scores,
      int k,
      Collection<Integer> found,
      Collection<Integer> twinFound) {
    int count = Math.min(k, scores.size());
    double threshold =
        scores.values().stream()
                .sorted((a, b) -> Double.compare(b, a))
                .skip(count - 1)
                .findFirst()
                .orElseThrow()
            * (1 - 1e-6);
    wanted += count;
    ours += found.stream().filter(id -> scores.get(id) >= threshold).count();
    twins += twinFound.stream().filter(id -> scores.get(id) >= threshold).count();
  }

  /** Fails if we found less; chance is left in a few searches. */
  void check() {
    if (wanted > 0) {
      double lacking = (double) (twins - ours) / wanted;
      assertTrue(toString(), lacking <= MARGIN + 1 / Math.sqrt((double) wanted));
    }
  }

  @Override
  public String toString() {
    return "of " + wanted + " we found " + ours + ", dense_vector " + twins;
  }
}
