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

import java.io.IOException;
import org.apache.lucene.util.VectorUtil;

/** Rows of any input, whose prefixes are copied. */
final class InputFloatRows extends FloatRows {
  private final FullVectorValues vectors;
  private final float[] prefix;

  InputFloatRows(FullVectorValues vectors, int dims, FloatComparison comparison) {
    super(vectors, dims, comparison);
    this.vectors = vectors;
    this.prefix = new float[dims];
  }

  @Override
  float score(int ord) throws IOException {
    vectors.read(ord, prefix);
    return distances
        ? comparison.score(0, VectorUtil.squareDistance(query, prefix))
        : comparison.score(
            VectorUtil.dotProduct(query, prefix), VectorUtil.dotProduct(prefix, prefix));
  }
}
