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
package org.matryoshkasearch.lucene.soak;

import static org.junit.Assert.assertTrue;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much of what is nearest was found, by us and by the twin, summed up over many searches: a
 * single one may go either way.
 */
final class Recalls {
  /** Recall that may be lacking where nothing is left to chance. */
  private static final double MARGIN = 0.02;

  /** Hits in whose number chance is left; what may be lacking falls with the root of it. */
  private static final double CHANCE = 1.0;

  /** The kind of searches for hardly more than one. */
  static final String FEW_CANDIDATES = "FEW_CANDIDATES";

  /** Graphs whose parts have few ways between them find less of these: not compared yet. */
  private static final Set<String> FINDS_LESS =
      Set.of(Shape.SMALL_CLUSTERS.name(), Shape.GAUSSIAN.name(), Shape.GAP.name());

  private final Map<String, Sum> sums = new TreeMap<>();

  /**
   * Adds a search.
   *
   * @param kind of data and search, which are compared apart
   * @param wanted how many hits it was to find
   * @param ours how many of them we did
   * @param twins how many the twin did
   */
  void add(String kind, int wanted, int ours, int twins) {
    Sum sum = sums.computeIfAbsent(kind, key -> new Sum());
    sum.searches++;
    sum.wanted += wanted;
    sum.ours += ours;
    sum.twins += twins;
  }

  /** Fails if we found less than the twin in searches of one kind. */
  void check() {
    sums.forEach(
        (kind, sum) -> {
          double lacking = (double) (sum.twins - sum.ours) / sum.wanted;
          double allowed = MARGIN + CHANCE / Math.sqrt((double) sum.wanted);
          assertTrue(
              kind + ": found less than the twin:\n" + this,
              FINDS_LESS.contains(kind) || lacking <= allowed);
        });
  }

  /** A line for each kind. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    sums.forEach((kind, sum) -> text.append(kind).append(": ").append(sum).append('\n'));
    return text.toString();
  }

  private static final class Sum {
    private long searches;
    private long wanted;
    private long ours;
    private long twins;

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.3f against %.3f in %d searches",
          (double) ours / wanted,
          (double) twins / wanted,
          searches);
    }
  }
}
