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
package org.matryoshkasearch.lucene.search;

import java.util.Arrays;

/**
 * Tells how many of the nearest are still expected among candidates that have not been rescored.
 *
 * <p>A full score is taken for normally distributed around a line over the score of the prefix. Its
 * slope and deviation were learnt, its height is that of the candidates of this query which have
 * been rescored.
 *
 * @param slope of the line
 * @param deviation from it, standard
 * @param allowed how many may be expected among candidates that are left out
 * @param allowedBeyond how many may be expected among what is no candidate
 */
record ExpectedMisses(double slope, double deviation, double allowed, double allowedBeyond) {
  /** The last candidates, by which those are judged that would come after them: one of so many. */
  private static final int WINDOW = 4;

  private static final int LEAST_WINDOW = 8;

  /**
   * So many times what is allowed is to be expected, for another search costs as much as the first,
   * and far from the line there is less than a normal distribution has.
   */
  private static final double CERTAIN = 4;

  /** From one such window to the next not less than a tenth less is expected. */
  private static final double SLOWEST = 0.9;

  /**
   * How many of the candidates that come next must be rescored, so that no more are expected among
   * those after them than is allowed.
   *
   * @param prefixScores of all candidates, falling
   * @param fullScores of the first of them; what has none is negative
   * @param k how many are nearest
   * @return 0 if none; and the number expected after those
   */
  Next next(float[] prefixScores, float[] fullScores, int k) {
    int scored = fullScores.length;
    if (scored < k) {
      return new Next(prefixScores.length - scored, 0);
    }
    double distance = distance(prefixScores, fullScores, k);
    double expected = 0;
    int end = prefixScores.length;
    while (end > scored) {
      double more = above(distance - slope * prefixScores[end - 1]);
      if (expected + more > allowed) {
        break;
      }
      expected += more;
      end--;
    }
    return new Next(end - scored, expected);
  }

  /**
   * Whether far more are expected than is allowed among what the graph would give after the last
   * candidate: as many less from window to window as in the last two of candidates.
   *
   * @param prefixScores of all candidates, falling
   * @param fullScores of the first of them
   */
  boolean wantsMore(float[] prefixScores, float[] fullScores, int k) {
    int window = Math.max(LEAST_WINDOW, prefixScores.length / WINDOW);
    if (fullScores.length < k || prefixScores.length < 2 * window || slope <= 0) {
      return false;
    }
    double distance = distance(prefixScores, fullScores, k);
    double before = 0;
    double last = 0;
    for (int i = 1; i <= window; i++) {
      last += above(distance - slope * prefixScores[prefixScores.length - i]);
      before += above(distance - slope * prefixScores[prefixScores.length - window - i]);
    }
    double rate = before == 0 ? 0 : Math.min(SLOWEST, last / before);
    return last * rate / (1 - rate) > CERTAIN * allowedBeyond;
  }

  /** How far above the height of the line the last of the nearest is. */
  private double distance(float[] prefixScores, float[] fullScores, int k) {
    float[] ranked = fullScores.clone();
    Arrays.sort(ranked);
    double heights = 0;
    for (int i = 0; i < fullScores.length; i++) {
      heights += fullScores[i] - slope * prefixScores[i];
    }
    return ranked[fullScores.length - k] - heights / fullScores.length;
  }

  /** The candidates to rescore next, and the hits that are expected among those after them. */
  record Next(int count, double expectedAfter) {}

  /** The probability that a full score is more than so far above the line. */
  private double above(double distance) {
    if (deviation == 0) {
      return distance < 0 ? 1 : 0;
    }
    return normalTail(distance / deviation);
  }

  /**
   * The upper tail of the normal distribution, to 1e-7 (Abramowitz and Stegun, Handbook of
   * Mathematical Functions, 26.2.17).
   */
  static double normalTail(double x) {
    double t = 1 / (1 + 0.2316419 * Math.abs(x));
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    double tail = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * polynomial;
    return x < 0 ? 1 - tail : tail;
  }
}
