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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.NeighborQueue;

/** Keeps the nearest of the documents that it is shown, for each query. One thread's. */
final class NearestScan {
  private final DotBlock block;
  private final QueryPanels queries;
  private final int[] own;
  private final VectorSimilarityFunction similarity;
  private final int kept;
  private final NeighborQueue[] nearest;
  private final float[] nearness;

  /**
   * @param queries whose dimensions are one part
   * @param own for each query the document that is not to be found, or -1
   * @param kept how many to keep
   * @param most documents in a block
   */
  NearestScan(
      VectorSet documents,
      QueryPanels queries,
      int[] own,
      VectorSimilarityFunction similarity,
      int kept,
      int most)
      throws IOException {
    this.block = new DotBlock(queries, documents, most);
    this.queries = queries;
    this.own = own;
    this.similarity = similarity;
    this.kept = kept;
    this.nearest = new NeighborQueue[queries.count];
    for (int query = 0; query < nearest.length; query++) {
      nearest[query] = new NeighborQueue(kept, false);
    }
    this.nearness = new float[most];
  }

  /** Looks at some documents. */
  void scan(int from, int count) throws IOException {
    for (int row = 0; row < count; row++) {
      block.read(row, from + row);
    }
    block.begin(count);
    block.extend();
    for (int query = 0; query < queries.count; query++) {
      block.nearness(query, similarity, nearness);
      NeighborQueue best = nearest[query];
      float least = best.size() < kept ? Float.NEGATIVE_INFINITY : best.topScore();
      for (int row = 0; row < count; row++) {
        if (nearness[row] >= least && from + row != own[query]) {
          best.insertWithOverflow(from + row, nearness[row]);
          least = best.size() < kept ? Float.NEGATIVE_INFINITY : best.topScore();
        }
      }
    }
  }

  /** The documents kept for a query, in no order. */
  int[] nearest(int query) {
    return nearest[query].nodes();
  }
}
