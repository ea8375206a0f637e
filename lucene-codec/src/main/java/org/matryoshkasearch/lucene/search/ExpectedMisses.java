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
 * @param allowed how many may be expected among what is left out
 */
record ExpectedMisses(double slope, double deviation, double allowed) {
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
    float[] ranked = fullScores.clone();
    Arrays.sort(ranked);
    if (scored < k) {
      return new Next(prefixScores.length - scored, 0);
    }
    double last = ranked[scored - k];
    double heights = 0;
    for (int i = 0; i < scored; i++) {
      heights += fullScores[i] - slope * prefixScores[i];
    }
    double height = heights / scored;
    double expected = 0;
    int end = prefixScores.length;
    while (end > scored) {
      double more = above(last - height - slope * prefixScores[end - 1]);
      if (expected + more > allowed) {
        break;
      }
      expected += more;
      end--;
    }
    return new Next(end - scored, expected);
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
