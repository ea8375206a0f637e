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
 * The line that tells full scores of one query from those of prefixes: they are taken for normally
 * distributed around it.
 *
 * <p>Its slope and deviation were learnt from documents, its height is that of the candidates which
 * have been rescored. Where their line is steeper, they correct the slope: what was learnt is that
 * of near neighbours, and among these prefixes tell less than from one cluster to the next. Where
 * they lie farther from the line, they correct the deviation: prefixes tell less of queries unlike
 * the documents, and of far neighbours, as a filter leaves them. They never make the line less
 * steep, nor the deviation smaller: of so few, chance would too often.
 */
final class QueryLine {
  /** What was learnt of the deviation counts as much as so many rescored candidates. */
  private static final int LEARNT = 8;

  /** What was learnt of the slope. */
  private static final int LEARNT_SLOPE = 24;

  private final double slope;
  private final double last; // full score of the last of the nearest
  private final double height;
  private final double deviation;

  private QueryLine(
      double slope, double leastDeviation, double last, float[] prefixScores, float[] fullScores) {
    this.slope = slope;
    this.last = last;
    int scored = fullScores.length;
    height = mean(fullScores, scored) - slope * mean(prefixScores, scored);
    double squares = LEARNT * leastDeviation * leastDeviation;
    for (int i = 0; i < scored; i++) {
      double away = fullScores[i] - slope * prefixScores[i] - height;
      squares += away * away;
    }
    deviation = Math.max(leastDeviation, Math.sqrt(squares / (LEARNT + scored - 1)));
  }

  /**
   * The line of a query.
   *
   * @param learntSlope how much more a full vector scores whose prefix scores 1 more
   * @param learntDeviation standard
   * @param prefixScores of its candidates
   * @param fullScores of the first of them, {@code k} at least
   * @param k how many are nearest
   */
  static QueryLine of(
      double learntSlope, double learntDeviation, float[] prefixScores, float[] fullScores, int k) {
    double slope = Math.max(learntSlope, slope(learntSlope, prefixScores, fullScores));
    float[] ranked = fullScores.clone();
    Arrays.sort(ranked);
    double last = ranked[ranked.length - k];
    return new QueryLine(slope, learntDeviation, last, prefixScores, fullScores);
  }

  /** That of least squares and what was learnt. */
  private static double slope(double learnt, float[] prefixScores, float[] fullScores) {
    int scored = fullScores.length;
    double prefixMean = mean(prefixScores, scored);
    double fullMean = mean(fullScores, scored);
    double squares = 0;
    double products = 0;
    for (int i = 0; i < scored; i++) {
      double away = prefixScores[i] - prefixMean;
      squares += away * away;
      products += away * (fullScores[i] - fullMean);
    }
    return squares == 0
        ? learnt
        : (scored * products / squares + LEARNT_SLOPE * learnt) / (scored + LEARNT_SLOPE);
  }

  private static double mean(float[] scores, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += scores[i];
    }
    return sum / count;
  }

  /**
   * The line of the same query as high as these candidates, one at least: far from the nearest full
   * scores may be others than theirs tell.
   */
  QueryLine through(float[] prefixScores, float[] fullScores) {
    return new QueryLine(slope, deviation, last, prefixScores, fullScores);
  }

  /** The probability that a candidate is nearer than the last of the nearest. */
  double above(double prefixScore) {
    double above = last - height - slope * prefixScore;
    if (deviation == 0) {
      return above < 0 ? 1 : 0;
    }
    return normalTail(above / deviation);
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
