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
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;

/**
 * Lucene's scorer over values that are comparable prefixes already: those that wait in memory. Byte
 * vectors are scored as they are.
 */
enum PrefixFlatScorer implements FlatVectorsScorer {
  INSTANCE;

  private static final FlatVectorsScorer DELEGATE =
      FlatVectorScorerUtil.getLucene99FlatVectorsScorer();

  @Override
  public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
      VectorSimilarityFunction similarity, KnnVectorValues vectors) throws IOException {
    return DELEGATE.getRandomVectorScorerSupplier(of(similarity, vectors), vectors);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues vectors, float[] target)
      throws IOException {
    return DELEGATE.getRandomVectorScorer(of(similarity, vectors), vectors, target);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues vectors, byte[] target)
      throws IOException {
    return DELEGATE.getRandomVectorScorer(similarity, vectors, target);
  }

  private static VectorSimilarityFunction of(
      VectorSimilarityFunction similarity, KnnVectorValues vectors) {
    return vectors.getEncoding() == VectorEncoding.FLOAT32
        ? PrefixSimilarity.of(similarity)
        : similarity;
  }
}
