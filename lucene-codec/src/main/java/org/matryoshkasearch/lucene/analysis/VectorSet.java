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

/** Vectors of one length that can be read in any order, by several threads. */
public interface VectorSet {
  /** How many there are. */
  int size();

  /** Components of each, at least 1. */
  int dims();

  /** A reader for one thread. */
  Reader reader() throws IOException;

  /** Reads vectors; one thread's. */
  interface Reader {
    /**
     * Reads one.
     *
     * @param ordinal from 0 to {@link #size} - 1
     * @param vector takes its {@link #dims} components
     */
    void read(int ordinal, float[] vector) throws IOException;
  }

  /**
   * Vectors in memory.
   *
   * @param vectors not copied; at least one, all of one length
   * @throws IllegalArgumentException if their lengths differ or there is none
   */
  static VectorSet of(float[][] vectors) {
    if (vectors.length == 0) {
      throw new IllegalArgumentException("there are no vectors");
    }
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i].length != vectors[0].length) {
        throw new IllegalArgumentException(
            String.format(
                java.util.Locale.ROOT,
                "vector [%d] has [%d] dims, the first one has [%d]",
                i,
                vectors[i].length,
                vectors[0].length));
      }
    }
    return new VectorSet() {
      @Override
      public int size() {
        return vectors.length;
      }

      @Override
      public int dims() {
        return vectors[0].length;
      }

      @Override
      public Reader reader() {
        return (ordinal, vector) -> System.arraycopy(vectors[ordinal], 0, vector, 0, vector.length);
      }
    };
  }
}
