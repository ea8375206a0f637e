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
package org.matryoshkasearch.elasticsearch.dense;

import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.VectorScorer;
import org.elasticsearch.search.internal.FilterFloatVectorValues;

/** Full vectors that are scored whole, whoever scores them. */
final class FullyScoredValues extends FilterFloatVectorValues {
  FullyScoredValues(FloatVectorValues vectors) {
    super(vectors);
  }

  @Override
  public VectorScorer scorer(float[] target) throws IOException {
    return in.rescorer(target);
  }

  @Override
  public void prefetch(int[] ordsToPrefetch, int numOrds) throws IOException {
    in.prefetch(ordsToPrefetch, numOrds);
  }

  @Override
  public FullyScoredValues copy() throws IOException {
    return new FullyScoredValues(in.copy());
  }
}
