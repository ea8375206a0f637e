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
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Prefixes without codes: the leading dimensions of the full vectors' rows. */
record RawPrefixes(int dims) implements PrefixVectors {
  @Override
  public RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException {
    FloatRows rows = FloatRows.of(vectors, dims, FloatComparison.ofPrefixes(vectors.similarity()));
    rows.setQuery(prefixOf(vectors, target));
    return rows.scorer(vectors);
  }
}
