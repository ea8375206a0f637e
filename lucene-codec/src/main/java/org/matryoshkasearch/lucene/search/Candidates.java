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
import org.apache.lucene.util.NumericUtils;

/**
 * Rows that may become hits, in document order, with room for a score each.
 *
 * <p>What is counted are groups: the children of one parent, or each row by itself where there are
 * no parents. A group ranks by its best row, ties by the lower document number.
 */
final class Candidates {
  /** No score of Lucene is negative. */
  private static final float NOT_SCORED = -1;

  /** Top-level document numbers, ascending. */
  final int[] docs;

  /** The group of each row: rows of a group follow each other. */
  private final int[] groups;

  private final float[] scores;

  /** Of the prefixes, as the first phase gave them, or null. */
  private final float[] prefixScores;

  private Candidates(int[] docs, int[] groups) {
    this(docs, groups, null);
  }

  private Candidates(int[] docs, int[] groups, float[] prefixScores) {
    this.docs = docs;
    this.groups = groups;
    this.prefixScores = prefixScores;
    this.scores = new float[docs.length];
    Arrays.fill(scores, NOT_SCORED);
  }

  /** Rows that are counted one by one. */
  static Candidates of(int[] docs) {
    return new Candidates(docs, docs);
  }

  /** Rows that are counted one by one, with the scores of their prefixes. */
  static Candidates of(int[] docs, float[] prefixScores) {
    return new Candidates(docs, docs, prefixScores);
  }

  /** Rows that are counted by their parents. */
  static Candidates ofChildren(int[] docs, int[] parents) {
    assert docs.length == parents.length;
    return new Candidates(docs, parents);
  }

  int size() {
    return docs.length;
  }

  /** Gives a row its score; a row without one is not ranked. */
  void setScore(int row, float score) {
    scores[row] = finite(score);
  }

  float score(int row) {
    return scores[row];
  }

  boolean isScored(int row) {
    return scores[row] != NOT_SCORED;
  }

  /** Takes over the scores that rows have elsewhere. */
  void takeScores(Candidates others) {
    for (int i = 0; i < others.docs.length; i++) {
      int row = Arrays.binarySearch(docs, others.docs[i]);
      if (row >= 0) {
        scores[row] = others.scores[i];
      }
    }
  }

  float prefixScore(int row) {
    return prefixScores[row];
  }

  /** All rows, the best by prefix first. */
  int[] rowsByPrefix() {
    return rows(ranked(prefixScores));
  }

  /** Some of the rows, ascending, without their scores. */
  Candidates part(int[] rows) {
    return of(Arrays.stream(rows).map(row -> docs[row]).toArray());
  }

  private static long[] ranked(float[] scores) {
    long[] ranked = new long[scores.length];
    for (int i = 0; i < ranked.length; i++) {
      ranked[i] = rank(scores[i], i);
    }
    Arrays.sort(ranked);
    return ranked;
  }

  private static int[] rows(long[] ranked) {
    return Arrays.stream(ranked).mapToInt(rank -> (int) rank).toArray();
  }

  /** A row in the low half of a number that sorts what scores more first. */
  private static long rank(float score, int row) {
    long worse = ~NumericUtils.floatToSortableInt(score);
    return (worse << Integer.SIZE) | row;
  }

  /**
   * A score as a hit may have it. What is no number, as the cosine of a vector of zeros, is the
   * lowest.
   */
  static float finite(float score) {
    return score >= 0 ? Math.min(score, Float.MAX_VALUE) : 0;
  }

  /** All rows of the best {@code count} groups, without their scores. */
  Candidates keep(int count) {
    int[] best = bestRows(count, NOT_SCORED);
    int[] keptDocs = new int[docs.length];
    int[] keptGroups = new int[docs.length];
    int kept = 0;
    for (int row : best) {
      int first = row;
      while (first > 0 && groups[first - 1] == groups[row]) {
        first--;
      }
      for (int i = first; i < docs.length && groups[i] == groups[row]; i++) {
        keptDocs[kept] = docs[i];
        keptGroups[kept++] = groups[i];
      }
    }
    return new Candidates(Arrays.copyOf(keptDocs, kept), Arrays.copyOf(keptGroups, kept));
  }

  /**
   * The rows, ascending, that are the best of their group, of the best {@code count} groups,
   * leaving out what scores less than {@code minScore}.
   */
  int[] bestRows(int count, float minScore) {
    long[] ranked = rankedGroups();
    int[] best = new int[Math.min(count, ranked.length)];
    int size = 0;
    while (size < best.length && scores[(int) ranked[size]] >= minScore) {
      best[size] = (int) ranked[size];
      size++;
    }
    best = Arrays.copyOf(best, size);
    Arrays.sort(best);
    return best;
  }

  /** The best row of each group in the low half of a number that sorts better groups first. */
  private long[] rankedGroups() {
    long[] ranked = new long[docs.length];
    int size = 0;
    for (int start = 0, end; start < docs.length; start = end) {
      int best = start;
      for (end = start + 1; end < docs.length && groups[end] == groups[start]; end++) {
        if (scores[end] > scores[best]) {
          best = end;
        }
      }
      if (scores[best] != NOT_SCORED) {
        ranked[size++] = rank(scores[best], best);
      }
    }
    ranked = Arrays.copyOf(ranked, size);
    Arrays.sort(ranked);
    return ranked;
  }
}
