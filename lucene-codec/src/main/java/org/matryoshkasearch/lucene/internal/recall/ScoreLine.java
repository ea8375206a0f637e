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
package org.matryoshkasearch.lucene.internal.recall;

/**
 * How scores of prefixes tell those of full vectors: a line for each query, all of one slope, that
 * of least squares.
 */
public final class ScoreLine {
  private int queries;
  private int points;
  private double prefixSquares;
  private double fullSquares;
  private double products;

  /** Adds the first {@code count} scores of a query. */
  public void add(double[] prefixScores, float[] fullScores, int count) {
    double prefixSum = 0;
    double fullSum = 0;
    for (int i = 0; i < count; i++) {
      prefixSum += prefixScores[i];
      fullSum += fullScores[i];
    }
    for (int i = 0; i < count; i++) {
      double prefix = prefixScores[i] - prefixSum / count;
      double full = fullScores[i] - fullSum / count;
      prefixSquares += prefix * prefix;
      fullSquares += full * full;
      products += prefix * full;
    }
    queries++;
    points += count;
  }

  /** How much more a full vector scores whose prefix scores 1 more; 0 if all prefixes are alike. */
  public double slope() {
    return prefixSquares == 0 ? 0 : products / prefixSquares;
  }

  /** The standard deviation of full scores from the lines. */
  public double deviation() {
    double left = Math.max(0, fullSquares - slope() * products);
    return Math.sqrt(left / Math.max(1, points - queries - 1));
  }
}
