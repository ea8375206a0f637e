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

/** Vectors that are read for some work, and no longer when it is aborted. */
record WatchedVectors(GraphVectors vectors, Workers work) implements GraphVectors {
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
    work.checkAborted();
    vectors.read(ord, into, at);
  }

  @Override
  public GraphVectors copy() throws IOException {
    return new WatchedVectors(vectors.copy(), work);
  }
}
