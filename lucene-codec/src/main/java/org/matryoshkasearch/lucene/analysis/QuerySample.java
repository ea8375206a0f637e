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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * The queries that are searched for.
 *
 * @param vectors kept in memory
 * @param own for each the document that it is, which is none of its neighbours; or -1
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record QuerySample(float[][] vectors, int[] own) {
  static QuerySample of(PrefixAnalysis analysis) throws IOException {
    int[] chosen = analysis.queryDocuments;
    if (chosen != null) {
      return new QuerySample(read(analysis.documents, chosen), chosen);
    }
    return analysis.queries == null
        ? ofDocuments(analysis.documents, analysis.maxQueries, analysis.seed)
        : of(analysis.queries, analysis.maxQueries, analysis.seed);
  }

  static QuerySample ofDocuments(VectorSet documents, int most, long seed) throws IOException {
    int[] ordinals = draw(documents.size(), most, seed);
    return new QuerySample(read(documents, ordinals), ordinals);
  }

  static QuerySample of(VectorSet queries, int most, long seed) throws IOException {
    float[][] vectors = read(queries, draw(queries.size(), most, seed));
    int[] own = new int[vectors.length];
    Arrays.fill(own, -1);
    return new QuerySample(vectors, own);
  }

  int size() {
    return vectors.length;
  }

  /** Some of so many, each as likely as any other, in their order. */
  static int[] draw(int size, int most, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeSet<Integer> drawn = new TreeSet<>();
    // Floyd's way: one number for each that is drawn
    for (int last = size - Math.min(size, most); last < size; last++) {
      int ordinal = random.nextInt(last + 1);
      drawn.add(drawn.contains(ordinal) ? last : ordinal);
    }
    return drawn.stream().mapToInt(Integer::intValue).toArray();
  }

  static float[][] read(VectorSet set, int[] ordinals) throws IOException {
    VectorSet.Reader reader = set.reader();
    float[][] vectors = new float[ordinals.length][set.dims()];
    for (int i = 0; i < ordinals.length; i++) {
      reader.read(ordinals[i], vectors[i]);
      checkFinite(ordinals[i], vectors[i]);
    }
    return vectors;
  }

  /** Nothing can be said of vectors that have no place. */
  static void checkFinite(int ordinal, float[] vector) {
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new IllegalArgumentException(
            "component ["
                + i
                + "] of vector ["
                + ordinal
                + "] must be finite, but is ["
                + vector[i]
                + "]");
      }
    }
  }
}
