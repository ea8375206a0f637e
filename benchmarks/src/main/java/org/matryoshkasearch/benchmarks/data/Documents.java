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
 * What is indexed, and how it lies in the index.
 *
 * @param vectors the vectors; the row is the name of a document
 * @param similarity by what they are compared
 * @param deleted the rows that are deleted when all have been indexed, or null for none
 * @param segments how many segments the index has
 */
public record Documents(
    Vectors vectors, VectorSimilarityFunction similarity, FixedBitSet deleted, int segments) {

  /** How much smaller the next segment may be at most. */
  private static final double STEEPEST = 0.5;

  /** How much larger the first segment is than the last, where steps are not as steep as that. */
  private static final double SPREAD = 50;

  /** The first of these, in one segment, none deleted. */
  public Documents first(int rows) {
    return new Documents(vectors.first(rows), similarity, null, 1);
  }

  /**
   * How many rows each segment has, in their order: ever smaller, by the same factor, as merges in
   * tiers leave them. The same for whoever builds the index.
   */
  public int[] segmentSizes() {
    if (segments > vectors.size()) {
      throw new IllegalArgumentException(
          segments + " segments cannot be made of " + vectors.size() + " documents");
    }
    double factor = segments == 1 ? 1 : Math.max(STEEPEST, Math.pow(SPREAD, -1.0 / (segments - 1)));
    double left = segments == 1 ? 1 : (1 - Math.pow(factor, segments)) / (1 - factor);
    int[] sizes = new int[segments];
    int rows = vectors.size();
    double weight = 1;
    for (int i = 0; i < segments; i++) {
      int after = segments - 1 - i; // each of which needs a row
      sizes[i] = Math.clamp(Math.round(rows * weight / left), 1, rows - after);
      rows -= sizes[i];
      left -= weight;
      weight *= factor;
    }
    sizes[segments - 1] += rows;
    return sizes;
  }
}
