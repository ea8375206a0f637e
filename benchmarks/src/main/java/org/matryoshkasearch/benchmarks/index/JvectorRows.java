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

import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import org.matryoshkasearch.benchmarks.data.Vectors;

/** Rows of a file in the form that jvector wants; they stay in the file. */
final class JvectorRows implements RandomAccessVectorValues {

  static final VectorTypeSupport TYPES = VectorizationProvider.getInstance().getVectorTypeSupport();

  private final Vectors vectors;
  private final VectorFloat<?>[] views;

  JvectorRows(Vectors vectors) {
    this.vectors = vectors;
    this.views = new VectorFloat<?>[vectors.size()];
    for (int row = 0; row < views.length; row++) {
      views[row] = TYPES.createFloatVector(vectors.view(row));
    }
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int dimension() {
    return vectors.dims();
  }

  @Override
  public VectorFloat<?> getVector(int row) {
    return views[row];
  }

  @Override
  public boolean isValueShared() {
    return false;
  }

  @Override
  public RandomAccessVectorValues copy() {
    return this;
  }
}
