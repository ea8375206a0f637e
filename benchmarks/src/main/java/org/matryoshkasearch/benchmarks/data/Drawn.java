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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.FixedBitSet;

/**
 * Vectors that were made up, in memory.
 *
 * @param documents what to index, in the order of insertion
 * @param queries what to search for
 * @param similarity by what they are compared; of unit length for dot product
 * @param accepted the rows that a search may find, or null for all
 * @param deleted the rows that are deleted after they were indexed, or null for none
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two methods, never compared
public record Drawn(
    float[][] documents,
    float[][] queries,
    VectorSimilarityFunction similarity,
    FixedBitSet accepted,
    FixedBitSet deleted) {

  /** Of unit length, all to be found. */
  public static Drawn of(float[][] documents, float[][] queries) {
    return new Drawn(documents, queries, VectorSimilarityFunction.DOT_PRODUCT, null, null);
  }

  /** The same with a filter. */
  public Drawn accepting(FixedBitSet rows) {
    return new Drawn(documents, queries, similarity, rows, deleted);
  }

  /** The same with some of the documents deleted. */
  public Drawn without(FixedBitSet rows) {
    return new Drawn(documents, queries, similarity, accepted, rows);
  }
}
