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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.VectorUtil;

/**
 * Scores as many leading dimensions of the stored vectors as the target has.
 *
 * <p>Cosine and dot product compare directions: with fewer dimensions than the vectors have, both
 * are the cosine of the leading dimensions, which is the similarity of two embeddings that were cut
 * and scaled to unit length again. Leading dimensions that are all zero are similar to nothing: 0.
 */
final class RowScorer implements VectorScorer {
  private final FloatVectorValues values;
  private final KnnVectorValues.DocIndexIterator docs;
  private final VectorSimilarityFunction similarity;
  private final float[] target;
  private final float[] leading;
  private final double squaredTarget;
  private final boolean directions;

  /**
   * Iterates over {@code values}, which must not be used elsewhere at the same time.
   *
   * @param target 1 to {@code values.dimension()} dimensions
   */
  RowScorer(FloatVectorValues values, VectorSimilarityFunction similarity, float[] target) {
    this.values = values;
    this.docs = values.iterator();
    this.similarity = similarity;
    boolean whole = target.length == values.dimension();
    this.leading = whole ? null : new float[target.length];
    this.directions =
        !whole
            && (similarity == VectorSimilarityFunction.COSINE
                || similarity == VectorSimilarityFunction.DOT_PRODUCT);
    this.target = target;
    this.squaredTarget = VectorUtil.dotProduct(target, target);
  }

  @Override
  public float score() throws IOException {
    float[] vector = values.vectorValue(docs.index());
    if (leading == null) {
      return similarity.compare(target, vector);
    }
    System.arraycopy(vector, 0, leading, 0, leading.length);
    if (!directions) {
      return similarity.compare(target, leading);
    }
    double squaredNorms = squaredTarget * VectorUtil.dotProduct(leading, leading);
    float cosine =
        squaredNorms == 0
            ? 0
            : (float) (VectorUtil.dotProduct(target, leading) / Math.sqrt(squaredNorms));
    return VectorUtil.normalizeToUnitInterval(cosine);
  }

  @Override
  public DocIdSetIterator iterator() {
    return docs;
  }
}
