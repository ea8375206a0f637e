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
import org.matryoshkasearch.lucene.internal.scoring.FloatComparison;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * Scores as many leading dimensions of the stored vectors as the target has.
 *
 * <p>Cosine and dot product compare directions: with fewer dimensions than the vectors have, both
 * are the cosine of the leading dimensions, which is the similarity of two embeddings that were cut
 * and scaled to unit length again. Maximum inner product is that cosine times the lengths of the
 * target and of the whole vector. Leading dimensions that are all zero are similar to nothing: 0.
 */
final class RowScorer implements VectorScorer {
  private final FloatVectorValues values;
  private final KnnVectorValues.DocIndexIterator docs;
  private final VectorSimilarityFunction similarity;
  private final float[] target; // or its comparable prefix
  private final FloatComparison comparison; // of prefixes; null: whole vectors are compared
  private final float[] leading;

  /**
   * Iterates over {@code values}, which must not be used elsewhere at the same time.
   *
   * @param target 1 to {@code values.dimension()} dimensions
   */
  RowScorer(FloatVectorValues values, VectorSimilarityFunction similarity, float[] target) {
    boolean whole = target.length == values.dimension();
    this.values = values;
    this.docs = values.iterator();
    this.similarity = similarity;
    this.target = whole ? target : PrefixSimilarity.prefixOf(target, target.length, similarity);
    this.comparison = whole ? null : FloatComparison.ofPrefixes(similarity);
    this.leading = whole ? null : new float[target.length];
  }

  @Override
  public float score() throws IOException {
    float[] vector = values.vectorValue(docs.index());
    if (comparison == null) {
      return similarity.compare(target, vector);
    }
    System.arraycopy(vector, 0, leading, 0, leading.length);
    float length = comparison.needsLength() ? PrefixSimilarity.floatLength(vector) : 0;
    return comparison.score(target, leading, length);
  }

  @Override
  public DocIdSetIterator iterator() {
    return docs;
  }
}
