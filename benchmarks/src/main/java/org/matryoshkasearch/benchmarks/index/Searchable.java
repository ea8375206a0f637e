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
package org.matryoshkasearch.benchmarks.index;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** An open index; many threads may search it. */
public interface Searchable extends Closeable {

  /** The ways to search it that are worth comparing. */
  List<Search> searches();

  /** How many segments it has; their sizes are those of all contenders. */
  default int segments() {
    return 1;
  }

  /**
   * What a search for a share of the nearest found.
   *
   * @param rows of the documents, best first
   * @param rescored how many full vectors it compared
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
  record Targeted(int[] rows, int rescored) {}

  /** Searches for a share of the nearest; only ours can. */
  default Targeted search(float[] query, int k, double targetRecall) throws IOException {
    throw new UnsupportedOperationException("no search for a target recall");
  }

  /** Bytes that each search reads at random: codes and graph, or vectors and graph. */
  long hotBytes() throws IOException;
}
