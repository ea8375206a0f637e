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
package org.matryoshkasearch.benchmarks.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.FloatHeap;

/** The scores of the true nearest documents, by comparing each query with each document. */
final class ExactScores {

  /** How many scores are kept for a query: the largest k of a recall. */
  static final int KEPT = 100;

  private static final int BLOCK = 512; // rows that stay in a core's cache meanwhile

  private ExactScores() {}

  /** How near two vectors are: the larger, the nearer. */
  static float score(VectorSimilarityFunction similarity, float[] query, float[] document) {
    return similarity == VectorSimilarityFunction.EUCLIDEAN
        ? -VectorUtil.squareDistance(query, document)
        : VectorUtil.dotProduct(query, document);
  }

  /**
   * Computes them on all cores.
   *
   * @param accepted the rows that are compared, or null for all
   * @param progress told how many documents have been compared
   * @return for each query its {@link #KEPT} best scores, best first
   */
  static float[][] compute(
      Vectors documents,
      VectorSimilarityFunction similarity,
      float[][] queries,
      Bits accepted,
      LongConsumer progress) {
    FloatHeap[] best = new FloatHeap[queries.length];
    Arrays.setAll(best, i -> new FloatHeap(KEPT));
    for (int start = 0; start < documents.size(); start += BLOCK) {
      int end = Math.min(start + BLOCK, documents.size());
      List<float[]> block = new ArrayList<>();
      for (int row = start; row < end; row++) {
        if (accepted == null || accepted.get(row)) {
          block.add(documents.row(row));
        }
      }
      IntStream.range(0, queries.length)
          .parallel()
          .forEach(
              query -> {
                for (float[] document : block) {
                  best[query].offer(score(similarity, queries[query], document));
                }
              });
      progress.accept(end);
    }
    return Arrays.stream(best).map(ExactScores::bestFirst).toArray(float[][]::new);
  }

  private static float[] bestFirst(FloatHeap heap) {
    float[] scores = new float[heap.size()];
    for (int i = scores.length - 1; i >= 0; i--) {
      scores[i] = heap.poll();
    }
    return scores;
  }
}
