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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.matryoshkasearch.lucene.internal.scoring.FloatComparison;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;
import org.matryoshkasearch.lucene.internal.scoring.ScoredRows;

/**
 * Scores full vectors, or prefixes at the start of their rows.
 *
 * <p>Where directions are compared, the length of a row is found in the same pass as its dot
 * product: what costs time is to load it.
 */
public abstract class FloatRows extends ScoredRows {
  /**
   * The fastest reader that there is for the prefixes of vectors.
   *
   * @param prefix to compare them with, as many dimensions of each; comparable
   */
  public static FloatRows ofPrefixes(
      FullVectors vectors, VectorSimilarityFunction similarity, float[] prefix) throws IOException {
    boolean whole =
        prefix.length == vectors.dims() && PrefixSimilarity.needsLength(similarity); // not scaled
    return of(
        vectors,
        prefix,
        whole
            ? FloatComparison.ofVectors(similarity, prefix)
            : FloatComparison.ofPrefixes(similarity));
  }

  /**
   * The fastest reader that there is for whole vectors.
   *
   * @param target to compare them with
   */
  public static FloatRows ofVectors(
      FullVectors vectors, VectorSimilarityFunction similarity, float[] target) throws IOException {
    return of(vectors, target, FloatComparison.ofVectors(similarity, target));
  }

  private static FloatRows of(FullVectors vectors, float[] query, FloatComparison comparison)
      throws IOException {
    FloatRows mapped =
        MappedVectors.INSTANCE == null
            ? null
            : MappedVectors.INSTANCE.open(vectors, query, comparison);
    return mapped != null ? mapped : new InputFloatRows(vectors, query, comparison);
  }

  final int rowBytes;

  /** Of each row, from its start. */
  private final int usedBytes;

  /** What rows are scored against: as many of their dimensions. */
  final float[] query;

  final FloatComparison comparison;
  private final IndexInput rows;
  private final RandomAccessInput lengths; // null where they do not count

  FloatRows(FullVectors vectors, float[] query, FloatComparison comparison) throws IOException {
    this.rows = vectors.rows();
    this.rowBytes = vectors.rowBytes();
    this.usedBytes = query.length * vectors.components().bytes();
    this.query = query;
    this.comparison = comparison;
    this.lengths = comparison.needsLength() ? vectors.lengths() : null;
  }

  /** The length of a vector, where it counts. */
  final float length(int ord) throws IOException {
    return lengths == null ? 0 : Float.intBitsToFloat(lengths.readInt((long) ord * Float.BYTES));
  }

  /** Asks the operating system for what it may have to read from the disk. */
  @Override
  protected void load(int[] ords, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      rows.prefetch((long) ords[i] * rowBytes, usedBytes);
    }
  }
}
