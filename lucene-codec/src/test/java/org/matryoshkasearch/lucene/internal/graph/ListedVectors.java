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

import java.util.List;

/** Vectors on the heap. */
record ListedVectors(List<float[]> vectors) implements GraphVectors {
  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dims() {
    return vectors.get(0).length;
  }

  @Override
  public void read(int ord, float[] into, int at) {
    System.arraycopy(vectors.get(ord), 0, into, at, dims());
  }

  @Override
  public GraphVectors copy() {
    return this;
  }
}
