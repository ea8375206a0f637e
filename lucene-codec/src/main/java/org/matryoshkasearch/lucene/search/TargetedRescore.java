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

import java.io.IOException;
import java.util.Arrays;

/**
 * Rescores candidates, the best by prefix first, until no more hits than may be missed are expected
 * among those that are left.
 */
final class TargetedRescore {
  /**
   * Of the first candidates, which tell the height of the query's line: so many besides the hits.
   */
  private static final int BESIDES = 8;

  private final Candidates rows;
  private final int k;
  private final ExpectedMisses misses;
  private final int[] ranked; // rows, the best by prefix first
  private final float[] prefixScores; // as they are ranked
  private final float[] fullScores;
  private int known; // so many of the first have scores from before, about
  private int scored;
  private double expectedMisses;

  /**
   * @param rows candidates with the scores of their prefixes
   * @param before of fewer candidates, which need no second score; null for none
   */
  TargetedRescore(Candidates rows, int k, ExpectedMisses misses, TargetedRescore before) {
    this.rows = rows;
    this.k = k;
    this.misses = misses;
    this.ranked = rows.rowsByPrefix();
    this.prefixScores = new float[ranked.length];
    this.fullScores = new float[ranked.length];
    for (int i = 0; i < ranked.length; i++) {
      prefixScores[i] = rows.prefixScore(ranked[i]);
    }
    if (before != null) {
      rows.takeScores(before.rows);
      known = before.scored;
    }
  }

  /**
   * Gives rows their full scores.
   *
   * @param limit when it is over, no more are begun
   * @return the bytes of rows that were compared
   */
  long run(Rescorer rescorer, float[] target, TimeLimit limit) throws IOException {
    int next = Math.min(ranked.length, Math.max(known, k + Math.max(BESIDES, k / 2)));
    long bytes = 0;
    while (next > 0) {
      bytes += score(rescorer, target, next);
      if (limit.leftOut()) {
        return bytes; // some of these have no score
      }
      ExpectedMisses.Next after = misses.next(prefixScores, Arrays.copyOf(fullScores, scored), k);
      expectedMisses = after.expectedAfter();
      next = after.count() > 0 && limit.leavesOutRest() ? 0 : after.count();
    }
    return bytes;
  }

  private long score(Rescorer rescorer, float[] target, int count) throws IOException {
    int[] batch =
        Arrays.stream(ranked, scored, scored + count)
            .filter(row -> !rows.isScored(row))
            .sorted()
            .toArray();
    Candidates part = rows.part(batch);
    long bytes = rescorer.score(part, target);
    for (int i = 0; i < batch.length; i++) {
      if (part.isScored(i)) { // the time may have been over
        rows.setScore(batch[i], part.score(i));
      }
    }
    for (int i = scored; i < scored + count; i++) {
      fullScores[i] = rows.score(ranked[i]);
    }
    scored += count;
    return bytes;
  }

  /**
   * How many candidates there should be, as many as there are where those are enough.
   *
   * @param vectors of which they are taken, about
   */
  int candidatesWanted(int vectors) {
    return misses.candidatesWanted(prefixScores, Arrays.copyOf(fullScores, scored), k, vectors);
  }

  /** The documents that were rescored, ascending. */
  int[] scoredDocs() {
    return Arrays.stream(ranked, 0, scored)
        .filter(rows::isScored)
        .map(row -> rows.docs[row])
        .sorted()
        .toArray();
  }

  /** How many hits are expected among the rest. */
  double expectedMisses() {
    return expectedMisses;
  }
}
