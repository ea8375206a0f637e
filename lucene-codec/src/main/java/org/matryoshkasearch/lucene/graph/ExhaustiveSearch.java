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
package org.matryoshkasearch.lucene.graph;

import java.io.IOException;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * A search of all vectors, where those that may be results are no more than a graph search visits.
 */
public final class ExhaustiveSearch {
  private static final int CHUNK = 64;

  private final RandomVectorScorer scorer;
  private final KnnCollector results;
  private final int[] ords = new int[CHUNK];
  private final float[] scores = new float[CHUNK];
  private int count; // of both

  /**
   * @param results takes ordinals
   */
  public ExhaustiveSearch(RandomVectorScorer scorer, KnnCollector results) {
    this.scorer = scorer;
    this.results = results;
  }

  /**
   * Gives the results all that is accepted, until they have enough of it.
   *
   * @param accepted ordinals that may be results, or null for all
   */
  public void run(Bits accepted) throws IOException {
    int size = scorer.maxOrd();
    for (int ord = 0; ord < size && !results.earlyTerminated(); ord++) {
      if (accepted == null || accepted.get(ord)) {
        ords[count++] = ord;
        if (count == CHUNK) {
          collect();
        }
      }
    }
    collect();
  }

  private void collect() throws IOException {
    if (count > 0) {
      results.incVisitedCount(count);
      if (scorer.bulkScore(ords, scores, count) > results.minCompetitiveSimilarity()) {
        for (int i = 0; i < count; i++) {
          results.collect(ords[i], scores[i]);
        }
      }
      count = 0;
    }
  }
}
