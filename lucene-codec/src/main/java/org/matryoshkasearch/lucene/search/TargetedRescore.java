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

  /** Of the last candidates, which tell what comes after them. */
  private static final int LAST = 16;

  private final Candidates rows;
  private final int k;
  private final ExpectedMisses misses;
  private final int[] ranked; // rows, the best by prefix first
  private final float[] prefixScores; // as they are ranked
  private final float[] fullScores;
  private int known; // so many of the first have scores from before, about
  private int scored; // of the first
  private long bytes;
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
   */
  void run(Rescorer rescorer, float[] target, TimeLimit limit) throws IOException {
    int next = Math.min(ranked.length, Math.max(known, k + Math.max(BESIDES, k / 2)));
    while (next > 0) {
      score(rescorer, target, Arrays.copyOfRange(ranked, scored, scored + next));
      for (int end = scored + next; scored < end; scored++) {
        fullScores[scored] = rows.score(ranked[scored]);
      }
      if (limit.leftOut()) {
        return; // some of these have no score
      }
      ExpectedMisses.Next after = misses.next(prefixScores, Arrays.copyOf(fullScores, scored), k);
      expectedMisses = after.expectedAfter();
      next = after.count() > 0 && limit.leavesOutRest() ? 0 : after.count();
    }
  }

  private void score(Rescorer rescorer, float[] target, int[] these) throws IOException {
    int[] batch = Arrays.stream(these).filter(row -> !rows.isScored(row)).sorted().toArray();
    Candidates part = rows.part(batch);
    bytes += rescorer.score(part, target);
    for (int i = 0; i < batch.length; i++) {
      if (part.isScored(i)) { // the time may have been over
        rows.setScore(batch[i], part.score(i));
      }
    }
  }

  /**
   * How many candidates there should be, as many as there are where those are enough. Before more
   * are looked for, the last there are get full scores: they tell whether it is worth it.
   *
   * @param vectors of which candidates are taken, about
   */
  int candidatesWanted(Rescorer rescorer, float[] target, int vectors) throws IOException {
    int wanted = candidatesWanted(new float[0], vectors);
    if (wanted > ranked.length) {
      int[] last = Arrays.copyOfRange(ranked, Math.max(0, ranked.length - LAST), ranked.length);
      score(rescorer, target, last);
      float[] lastScores = new float[last.length];
      for (int i = 0; i < last.length; i++) {
        if (!rows.isScored(last[i])) {
          return ranked.length; // the time is over
        }
        lastScores[i] = rows.score(last[i]);
      }
      wanted = candidatesWanted(lastScores, vectors);
    }
    return wanted;
  }

  private int candidatesWanted(float[] lastScores, int vectors) {
    float[] first = Arrays.copyOf(fullScores, scored);
    return misses.candidatesWanted(prefixScores, first, lastScores, k, vectors);
  }

  /** The documents that were rescored, ascending. */
  int[] scoredDocs() {
    return Arrays.stream(ranked)
        .filter(rows::isScored)
        .map(row -> rows.docs[row])
        .sorted()
        .toArray();
  }

  /** The bytes of the rows that were compared. */
  long bytes() {
    return bytes;
  }

  /** How many hits are expected among the rest. */
  double expectedMisses() {
    return expectedMisses;
  }
}
