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

import java.io.IOException;

/** A way to search some vectors. */
public interface Search {

  /**
   * Finds the documents whose vectors have the largest dot product with a query.
   *
   * @param query a full vector of unit length
   * @param k how many documents
   * @param candidates how many are taken from the graph, at least k
   * @return their rows, best first
   */
  int[] search(float[] query, int k, int candidates) throws IOException;

  /** Which share of its candidates it compares once more by the full vectors, 0 to 1. */
  double rescored();

  /** How many candidates a share of them is: none, or at least k. */
  static int rescored(double share, int k, int candidates) {
    return share == 0 ? 0 : (int) Math.max(k, Math.ceil(share * candidates));
  }

  /**
   * How many vectors or codes such a search compares with the query before any rescoring; 0 where
   * that is not told.
   */
  default long visited(float[] query, int candidates) throws IOException {
    return 0;
  }
}
