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
import org.apache.lucene.util.ArrayUtil;
import org.matryoshkasearch.lucene.graph.GraphVectors;

/** The prefixes of vectors that wait in memory, read where they are, to build a graph over. */
final class WaitingPrefixes implements GraphVectors {
  private final List<float[]> vectors;
  private final int[] order;
  private final float[] centroid;
  private final double[] scales; // what makes prefixes comparable

  /**
   * @param order for each ordinal the place of its vector
   * @param centroid what the prefixes are seen from; its length is theirs. Distances do not change
   *     with it, only how exactly they are computed
   */
  WaitingPrefixes(
      List<float[]> vectors, int[] order, VectorSimilarityFunction similarity, float[] centroid) {
    this.vectors = vectors;
    this.order = order;
    this.centroid = centroid;
    this.scales = new double[order.length];
    for (int ord = 0; ord < order.length; ord++) {
      float[] prefix = ArrayUtil.copyOfSubArray(vectors.get(order[ord]), 0, centroid.length);
      scales[ord] = PrefixSimilarity.scale(prefix, similarity);
    }
  }

  @Override
  public int size() {
    return order.length;
  }

  @Override
  public int dims() {
    return centroid.length;
  }

  @Override
  public void read(int ord, float[] into, int at) {
    float[] vector = vectors.get(order[ord]);
    double scale = scales[ord];
    for (int i = 0; i < centroid.length; i++) {
      into[at + i] = (float) (scale * vector[i]) - centroid[i];
    }
  }

  @Override
  public WaitingPrefixes copy() {
    return this;
  }
}
