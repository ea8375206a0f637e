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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;

/** The vectors over which a graph is built; {@link Nearness} says what makes two of them near. */
public interface GraphVectors {
  /** How many vectors there are. */
  int size();

  /** Components of a vector. */
  int dims();

  /** Writes the components of a vector from {@code at} on. */
  void read(int ord, float[] into, int at) throws IOException;

  /** The same vectors, for another thread. */
  GraphVectors copy() throws IOException;

  /** Vectors that a graph is to be built over. */
  @FunctionalInterface
  interface Source {
    /**
     * Gives them.
     *
     * @param kind distances are the same from wherever vectors are seen, inner products are not
     */
    GraphVectors seenFor(Nearness kind) throws IOException;

    /** How long they are, if that is known: null where they are to be read for it. */
    default VectorLengths lengths() {
      return null;
    }
  }
}
