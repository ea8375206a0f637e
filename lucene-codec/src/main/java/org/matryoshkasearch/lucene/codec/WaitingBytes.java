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
package org.matryoshkasearch.lucene.codec;

import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.matryoshkasearch.lucene.graph.GraphVectors;

/** Byte vectors that wait in memory, read where they are, to build a graph over. */
final class WaitingBytes implements GraphVectors {
  private final List<?> vectors; // byte[] each
  private final int[] order;
  private final VectorSimilarityFunction similarity;
  private final int dims;

  /**
   * @param order for each ordinal the place of its vector
   */
  WaitingBytes(List<?> vectors, int[] order, VectorSimilarityFunction similarity, int dims) {
    this.vectors = vectors;
    this.order = order;
    this.similarity = similarity;
    this.dims = dims;
  }

  @Override
  public int size() {
    return order.length;
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public void read(int ord, float[] into, int at) {
    byte[] vector = (byte[]) vectors.get(order[ord]);
    SignedCode.decode(vector, SignedCode.scaleOf(vector, similarity), into, at, dims);
  }

  @Override
  public WaitingBytes copy() {
    return this;
  }
}
