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
 * Tells how many of the nearest are still expected among candidates that have not been rescored,
 * and among what is no candidate, by the {@link QueryLine}.
 *
 * @param slope of the lines, learnt
 * @param deviation from them, standard, learnt
 * @param allowed how many may be expected among candidates that are left out
 * @param allowedBeyond how many may be expected among what is no candidate
 */
record ExpectedMisses(double slope, double deviation, double allowed, double allowedBeyond) {
  /** Of fewer candidates it is not told how scores of prefixes fall beyond them. */
  private static final int LEAST_TOLD = 16;

  /** So many times what is allowed is to be expected, for it is less certain than the rest. */
  private static final double CERTAIN = 1.5;

  /** Of what is allowed, what another search leaves: it costs as much as the first. */
  private static final double LEFT = 0.5;

  /** So many times as many candidates are looked for at once, at most. */
  private static final int FARTHEST = 4;

  /** The ranks beyond the candidates are taken together: so many times the first of them. */
  private static final double BLOCK = 1.5;

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
    QueryLine line = line(prefixScores, fullScores, k);
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
   * How many candidates there should be, where more hits than are allowed are expected among what
   * is no candidate. Scores of prefixes are taken to fall there as they do in the second half of
   * the candidates: as the logarithm of the rank.
   *
   * @param prefixScores of all candidates, falling
   * @param fullScores of the first of them
   * @param lastFullScores of the last of them, which tell most of what comes after; may be none
   * @param k how many are nearest
   * @param vectors of which candidates are taken, about
   * @return as many as there are candidates, if those are enough
   */
  int candidatesWanted(
      float[] prefixScores, float[] fullScores, float[] lastFullScores, int k, int vectors) {
    int count = prefixScores.length;
    if (fullScores.length < k || count < LEAST_TOLD || slope <= 0) {
      return count;
    }
    QueryLine line = line(prefixScores, fullScores, k);
    if (lastFullScores.length > 0) {
      int from = count - lastFullScores.length;
      line = line.through(Arrays.copyOfRange(prefixScores, from, count), lastFullScores);
    }
    int half = count / 2;
    float last = prefixScores[count - 1];
    double fall = (prefixScores[half - 1] - last) / Math.log((double) count / half);
    double step = Math.log(BLOCK);
    double expected = 0;
    int wanted = 0; // blocks
    for (int block = (int) Math.ceil(Math.log((double) vectors / count) / step);
        block > 0;
        block--) {
      double first = count * Math.pow(BLOCK, block - 1);
      double ranks = Math.min(vectors, first * BLOCK) - first;
      expected += ranks * line.above(last - fall * (block - 0.5) * step);
      if (wanted == 0 && expected > LEFT * allowedBeyond) {
        wanted = block;
      }
    }
    if (expected <= CERTAIN * allowedBeyond) {
      return count;
    }
    double end = Math.min(count * Math.pow(BLOCK, wanted), (double) FARTHEST * count);
    return (int) Math.min(Math.ceil(end), vectors);
  }

  private QueryLine line(float[] prefixScores, float[] fullScores, int k) {
    return QueryLine.of(slope, deviation, prefixScores, fullScores, k);
  }

  /** The candidates to rescore next, and the hits that are expected among those after them. */
  record Next(int count, double expectedAfter) {}
}
