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

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;

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

  /** What makes comparable prefixes of a field near, or its vectors of bytes. */
  public static Nearness of(FieldInfo field) {
    return switch (field.getVectorSimilarityFunction()) {
      case MAXIMUM_INNER_PRODUCT -> INNER_PRODUCT;
      // bytes need not be of unit length, and can hardly be
      case DOT_PRODUCT ->
          field.getVectorEncoding() == VectorEncoding.BYTE ? INNER_PRODUCT : DISTANCE;
      case COSINE, EUCLIDEAN -> DISTANCE;
    };
  }
}
