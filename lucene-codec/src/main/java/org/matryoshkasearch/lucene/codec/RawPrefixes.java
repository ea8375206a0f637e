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
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;

/** Prefixes without codes: the leading dimensions of the full vectors' rows. */
record RawPrefixes(int dims) implements PrefixVectors {
  private static final FlatVectorsScorer SCORER =
      FlatVectorScorerUtil.getLucene99FlatVectorsScorer();

  @Override
  public RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException {
    return SCORER.getRandomVectorScorer(
        PrefixSimilarity.of(vectors.similarity()),
        new PrefixView(vectors, dims),
        prefixOf(vectors, target));
  }

  @Override
  public CloseableRandomVectorScorerSupplier graphScorers(
      FullVectorValues vectors, SegmentWriteState state) throws IOException {
    RandomVectorScorerSupplier scorers =
        SCORER.getRandomVectorScorerSupplier(
            PrefixSimilarity.of(vectors.similarity()), new PrefixView(vectors, dims));
    return CloseableRandomVectorScorerSupplier.create(scorers, vectors.size(), () -> {});
  }

  /** The comparable prefixes of full vectors, read from the start of their rows. */
  static final class PrefixView extends FloatVectorValues {
    private final FullVectorValues vectors;
    private final float[] prefix;
    private int prefixOrd = -1;

    PrefixView(FullVectorValues vectors, int dims) {
      this.vectors = vectors;
      this.prefix = new float[dims];
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
      if (ord != prefixOrd) {
        vectors.read(ord, prefix);
        PrefixSimilarity.prepare(prefix, vectors.similarity());
        prefixOrd = ord;
      }
      return prefix;
    }

    @Override
    public int dimension() {
      return prefix.length;
    }

    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public int ordToDoc(int ord) {
      return vectors.ordToDoc(ord);
    }

    @Override
    public Bits getAcceptOrds(Bits acceptDocs) {
      return vectors.getAcceptOrds(acceptDocs);
    }

    @Override
    public PrefixView copy() throws IOException {
      return new PrefixView(vectors.copy(), prefix.length);
    }
  }
}
