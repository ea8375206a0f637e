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
package org.matryoshkasearch.benchmarks.shapes;

import java.io.IOException;
import org.matryoshkasearch.benchmarks.data.Drawn;

/**
 * A kind of data.
 *
 * @param name what to call it, in lower case with underscores
 * @param summary what it is like, in a few words
 * @param source makes vectors of the kind
 */
record Shape(String name, String summary, Source source) {

  /** Makes vectors of a kind, for the same numbers always the same. */
  @FunctionalInterface
  interface Source {
    /**
     * Makes them.
     *
     * @param rows how many documents
     * @param dims components of each; real vectors have their own
     * @param queries how many queries, or fewer if a real set is small
     */
    Drawn draw(int rows, int dims, int queries) throws IOException;
  }
}
