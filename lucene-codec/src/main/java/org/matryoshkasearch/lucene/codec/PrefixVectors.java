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
import java.util.Locale;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** The prefixes of a field's vectors in one segment, as its graph compares them. */
interface PrefixVectors {
  /** How many leading dimensions a prefix has. */
  int dims();

  /**
   * Scores the prefixes of {@code vectors} against the prefix of {@code target}.
   *
   * @throws IllegalArgumentException if the target has fewer dimensions than a prefix, or more than
   *     the vectors
   */
  RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException;

  /** The prefix of a query, made comparable. */
  default float[] prefixOf(FullVectorValues vectors, float[] target) {
    if (target.length < dims()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "query vector has [%d] dimensions, fewer than the [%d] of the indexed prefix",
              target.length,
              dims()));
    }
    vectors.checkNotLonger(target);
    return PrefixSimilarity.prefixOf(target, dims(), vectors.similarity());
  }
}
