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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.IOException;
import org.matryoshkasearch.lucene.internal.scoring.FloatComparison;

/** Rows of any input, whose leading dimensions are copied. */
final class InputFloatRows extends FloatRows {
  private final FullVectors vectors;
  private final float[] leading;

  InputFloatRows(FullVectors vectors, float[] query, FloatComparison comparison)
      throws IOException {
    super(vectors, query, comparison);
    this.vectors = vectors;
    this.leading = new float[query.length];
  }

  @Override
  public float score(int ord) throws IOException {
    vectors.read(ord, leading);
    return comparison.score(query, leading, length(ord));
  }
}
