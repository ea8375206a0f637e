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
package org.matryoshkasearch.lucene.internal.scoring;

import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Rows of a file, scored where they lie against one query. Not thread-safe.
 *
 * <p>There are two readers of each kind of rows, which give the same scores but for the rounding of
 * floats: one over memory segments with SIMD, found through {@link Simd}, and one over any input.
 */
public abstract class ScoredRows {
  /** How many rows a kernel scores at a time, if more than one. */
  protected static final int GROUP = 4;

  /** The score of a row, which may be no number where components are as large as floats can be. */
  public abstract float score(int ord) throws IOException;

  /**
   * Scores rows, each with a finite number.
   *
   * @return the highest score
   */
  public final float bulkScore(int[] ords, float[] scores, int count) throws IOException {
    load(ords, count);
    scores(ords, scores, count);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      scores[i] = finite(scores[i]);
      max = Math.max(max, scores[i]);
    }
    return max;
  }

  /** What is no number is the lowest of all scores: a search compares it with others. */
  private static float finite(float score) {
    return score >= 0 ? Math.min(score, Float.MAX_VALUE) : 0;
  }

  /** Scores rows that are loaded. */
  protected void scores(int[] ords, float[] scores, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      scores[i] = score(ords[i]);
    }
  }

  /** A scorer of the vectors whose rows these are. */
  public final RandomVectorScorer scorer(KnnVectorValues vectors) {
    return new RandomVectorScorer.AbstractRandomVectorScorer(vectors) {
      @Override
      public float score(int node) throws IOException {
        return finite(ScoredRows.this.score(node));
      }

      @Override
      public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
        return ScoredRows.this.bulkScore(nodes, scores, numNodes);
      }
    };
  }

  /** Sets off the loads of all rows, before the first of them is waited for. */
  protected void load(int[] ords, int count) throws IOException {}
}
