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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/** Prefixes without codes: the leading dimensions of the full vectors' rows. */
record RawPrefixes(int dims) implements PrefixVectors {
  @Override
  public RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException {
    FloatRows rows = FloatRows.of(vectors, dims);
    rows.setQuery(prefixOf(vectors, target));
    return rows.scorer(vectors);
  }

  @Override
  public CloseableRandomVectorScorerSupplier graphScorers(
      FullVectorValues vectors, SegmentWriteState state) {
    RandomVectorScorerSupplier scorers =
        new RandomVectorScorerSupplier() {
          @Override
          public UpdateableRandomVectorScorer scorer() throws IOException {
            return new GraphScorer(vectors.copy(), dims);
          }

          @Override
          public RandomVectorScorerSupplier copy() {
            return this; // scorers share nothing that changes
          }
        };
    return CloseableRandomVectorScorerSupplier.create(scorers, vectors.size(), () -> {});
  }

  /** Scores the prefixes against one of them. */
  private static final class GraphScorer
      extends UpdateableRandomVectorScorer.AbstractUpdateableRandomVectorScorer {
    private final FullVectorValues vectors;
    private final FloatRows rows;
    private final float[] query;

    GraphScorer(FullVectorValues vectors, int dims) throws IOException {
      super(vectors);
      this.vectors = vectors;
      this.rows = FloatRows.of(vectors, dims);
      this.query = new float[dims];
      rows.setQuery(query);
    }

    @Override
    public void setScoringOrdinal(int node) throws IOException {
      vectors.readPrefix(node, query);
    }

    @Override
    public float score(int node) throws IOException {
      return rows.score(node);
    }

    @Override
    public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
      return rows.bulkScore(nodes, scores, numNodes);
    }
  }
}
