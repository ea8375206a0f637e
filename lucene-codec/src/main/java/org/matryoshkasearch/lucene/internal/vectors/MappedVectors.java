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
import org.matryoshkasearch.lucene.internal.scoring.Simd;

/** Opens full vectors that are mapped into memory, to score them with SIMD. */
interface MappedVectors {
  /** Null where there is no SIMD. */
  MappedVectors INSTANCE = Simd.load(MappedVectors.class, "SimdVectors");

  /**
   * Opens the leading dimensions of vectors.
   *
   * @param query as many dimensions
   * @return null if their rows are not one memory segment
   */
  FloatRows open(FullVectors vectors, float[] query, FloatComparison comparison) throws IOException;
}
