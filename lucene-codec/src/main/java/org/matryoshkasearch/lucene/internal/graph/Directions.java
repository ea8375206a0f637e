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
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Vectors scaled to unit length; what is zero stays so. */
final class Directions implements GraphVectors {
  /** Squares below it, and above one by it, are exact enough as floats. */
  private static final float USUAL = 1e20f;

  private final GraphVectors vectors;

  private Directions(GraphVectors vectors) {
    this.vectors = vectors;
  }

  /** What lies side by side: the vectors, or where inner products count their directions. */
  static GraphVectors of(GraphVectors vectors, Nearness kind) {
    return kind == Nearness.INNER_PRODUCT ? new Directions(vectors) : vectors;
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dims() {
    return vectors.dims();
  }

  @Override
  public void read(int ord, float[] into, int at) throws IOException {
    vectors.read(ord, into, at);
    float square = Products.INSTANCE.dot(into, at, into, at, dims());
    boolean usual = square > 1 / USUAL && square < USUAL;
    double length = usual ? Math.sqrt(square) : PrefixSimilarity.length(into, at, dims());
    if (usual) {
      float scale = (float) (1 / length);
      for (int i = at; i < at + dims(); i++) {
        into[i] *= scale;
      }
    } else {
      for (int i = at; i < at + dims() && length > 0; i++) {
        into[i] = (float) (into[i] / length);
      }
    }
  }

  @Override
  public GraphVectors copy() throws IOException {
    return new Directions(vectors.copy());
  }
}
