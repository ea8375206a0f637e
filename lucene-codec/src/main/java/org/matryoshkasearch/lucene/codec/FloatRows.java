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
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;

/**
 * Scores full vectors, or prefixes at the start of their rows.
 *
 * <p>Where directions are compared, the length of a row is found in the same pass as its dot
 * product: what costs time is to load it.
 */
abstract class FloatRows extends PrefixRows {
  /** The fastest reader that there is for the leading {@code dims} dimensions of the vectors. */
  static FloatRows of(FullVectorValues vectors, int dims, FloatComparison comparison)
      throws IOException {
    FloatRows mapped =
        SimdRows.INSTANCE == null
            ? null
            : SimdRows.INSTANCE.openFloats(
                vectors, dims, comparison, FilterIndexInput.unwrap(vectors.rows()));
    return mapped != null ? mapped : new InputFloatRows(vectors, dims, comparison);
  }

  final int rowBytes;

  /** Of each row, from its start. */
  private final int usedBytes;

  /** Whether distances count, and not dot products. */
  final boolean distances;

  final FloatComparison comparison;
  private final IndexInput rows;

  /** What rows are scored against; null before {@link #setQuery}. */
  float[] query;

  FloatRows(FullVectorValues vectors, int dims, FloatComparison comparison) {
    this.rows = vectors.rows();
    this.rowBytes = vectors.rowBytes();
    this.usedBytes = dims * vectors.encoding().bytes();
    this.comparison = comparison;
    this.distances = vectors.similarity() == VectorSimilarityFunction.EUCLIDEAN;
  }

  /** Sets what rows are scored against. */
  final void setQuery(float[] newQuery) {
    query = newQuery;
  }

  /** Asks the operating system for what it may have to read from the disk. */
  @Override
  void load(int[] ords, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      rows.prefetch((long) ords[i] * rowBytes, usedBytes);
    }
  }
}
