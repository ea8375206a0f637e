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
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Quantised prefixes: a row a vector, its code and then its terms. */
final class PrefixCodes implements PrefixVectors {
  private final PrefixQuantizer quantizer;
  private final IndexInput codes;

  /**
   * @param codes the rows one after another; it is not moved
   */
  PrefixCodes(PrefixQuantizer quantizer, IndexInput codes) {
    this.quantizer = quantizer;
    this.codes = codes;
  }

  @Override
  public int dims() {
    return quantizer.dims();
  }

  @Override
  public RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException {
    CodeRows rows = rows();
    rows.setQuery(quantizer.quantizeQuery(prefixOf(vectors, target)));
    return rows.scorer(vectors);
  }

  private CodeRows rows() throws IOException {
    return CodeRows.of(quantizer, codes);
  }
}
