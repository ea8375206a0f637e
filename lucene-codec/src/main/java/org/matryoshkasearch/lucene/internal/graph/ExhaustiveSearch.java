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
package org.matryoshkasearch.lucene.internal.graph;

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;

import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** A search of all vectors that may be results, where they are few. */
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
   * @param accepted documents that may be results
   * @param vectors documents that have a vector
   */
  public void run(DocIdSetIterator accepted, KnnVectorValues.DocIndexIterator vectors)
      throws IOException {
    int doc = accepted.nextDoc();
    int withVector = vectors.nextDoc();
    while (doc != NO_MORE_DOCS && withVector != NO_MORE_DOCS && !results.earlyTerminated()) {
      if (doc < withVector) {
        doc = accepted.advance(withVector);
      } else if (withVector < doc) {
        withVector = vectors.advance(doc);
      } else {
        add(vectors.index());
        doc = accepted.nextDoc();
      }
    }
    collect();
  }

  private void add(int ord) throws IOException {
    ords[count++] = ord;
    if (count == CHUNK) {
      collect();
    }
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
