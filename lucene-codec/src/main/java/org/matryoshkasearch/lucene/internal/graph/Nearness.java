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

import org.apache.lucene.index.VectorSimilarityFunction;

/** What makes two vectors of a graph near. */
public enum Nearness {
  /** A small distance: of vectors of one length, that is a small angle. */
  DISTANCE,

  /**
   * A large inner product. A graph of distances does not lead to the vectors of the largest inner
   * product with a query where lengths differ; one of inner products does (Morozov and Babenko,
   * Non-metric similarity graphs for maximum inner product search, NeurIPS 2018).
   */
  INNER_PRODUCT;

  /** What makes comparable prefixes near, where a field has such a similarity. */
  public static Nearness of(VectorSimilarityFunction similarity) {
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT ? INNER_PRODUCT : DISTANCE;
  }
}
