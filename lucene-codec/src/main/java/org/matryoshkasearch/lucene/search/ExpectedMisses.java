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
 * been rescored. These also correct the deviation, for among far neighbours, as a filter leaves
 * them, and those of queries unlike the documents, prefixes tell less. They never make it smaller:
 * of so few, chance would too often.
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
  private static final double CERTAIN = 2;

  /** What was learnt of the deviation counts as much as so many rescored candidates. */
  private static final int LEARNT = 8;

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
    Line line = line(prefixScores, fullScores, k);
    double expected = 0;
    int end = prefixScores.length;
    while (end > scored) {
      double more = line.above(prefixScores[end - 1]);
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
    Line line = line(prefixScores, fullScores, k);
    double before = 0;
    double last = 0;
    for (int i = 1; i <= window; i++) {
      last += line.above(prefixScores[prefixScores.length - i]);
      before += line.above(prefixScores[prefixScores.length - window - i]);
    }
    double rate = before == 0 ? 0 : Math.min(SLOWEST, last / before);
    return last * rate / (1 - rate) > CERTAIN * allowedBeyond;
  }

  /** The line of this query. */
  private Line line(float[] prefixScores, float[] fullScores, int k) {
    int scored = fullScores.length;
    double sum = 0;
    for (int i = 0; i < scored; i++) {
      sum += height(prefixScores[i], fullScores[i]);
    }
    double mean = sum / scored;
    double squares = LEARNT * deviation * deviation;
    for (int i = 0; i < scored; i++) {
      double away = height(prefixScores[i], fullScores[i]) - mean;
      squares += away * away;
    }
    float[] ranked = fullScores.clone();
    Arrays.sort(ranked);
    double distance = ranked[scored - k] - mean;
    double own = Math.sqrt(squares / (LEARNT + scored - 1));
    return new Line(slope, distance, Math.max(deviation, own));
  }

  private double height(float prefixScore, float fullScore) {
    return fullScore - slope * prefixScore;
  }

  /**
   * The line of a query.
   *
   * @param slope of it
   * @param distance how far above its height the last of the nearest is
   * @param deviation from it
   */
  private record Line(double slope, double distance, double deviation) {
    /** The probability that a candidate is nearer than the last of the nearest. */
    double above(float prefixScore) {
      double above = distance - slope * prefixScore;
      if (deviation == 0) {
        return above < 0 ? 1 : 0;
      }
      return normalTail(above / deviation);
    }
  }

  /** The candidates to rescore next, and the hits that are expected among those after them. */
  record Next(int count, double expectedAfter) {}

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
