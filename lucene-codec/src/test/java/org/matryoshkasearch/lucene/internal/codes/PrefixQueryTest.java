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
package org.matryoshkasearch.lucene.internal.codes;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

public class PrefixQueryTest extends LuceneTestCase {
  private static final int DIMS = 100;

  private static float[] unit() {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = 0.3f + (float) random().nextGaussian();
    }
    return VectorUtil.l2normalize(vector);
  }

  /** A query that is coded once is coded as by each quantiser that sees it from the same place. */
  public void testCodesForOtherQuantisers() {
    float[] centroid = unit();
    for (int bits : new int[] {8, 4, 1}) {
      for (VectorSimilarityFunction of : VectorSimilarityFunction.values()) {
        PrefixQuantizer field = new PrefixQuantizer(bits, of, centroid);
        for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
          PrefixQuantizer other = new PrefixQuantizer(4, similarity, centroid.clone());
          float[] prefix = unit();
          PrefixQuery query = new PrefixQuery(prefix, field);
          QuantizedPrefix expected = other.quantizeQuery(prefix);
          QuantizedPrefix code = query.codeFor(other);
          boolean seenAlike =
              (of == VectorSimilarityFunction.EUCLIDEAN)
                  == (similarity == VectorSimilarityFunction.EUCLIDEAN);
          if (bits <= 4 && seenAlike) {
            assertSame("grids of as many bits are shared", query.code().code, code.code);
          }
          assertArrayEquals(expected.code, code.code);
          assertEquals(expected.lower, code.lower, 0);
          assertEquals(expected.step, code.step, 0);
          assertEquals(expected.sum, code.sum, 0);
          assertEquals(expected.correction, code.correction, 1e-5);
          assertEquals(expected.centroids, code.centroids, 0);
        }
      }
    }
  }

  public void testNotFromAnotherPlace() {
    float[] prefix = unit();
    PrefixQuantizer other = new PrefixQuantizer(4, VectorSimilarityFunction.EUCLIDEAN, unit());
    for (PrefixQuantizer field :
        new PrefixQuantizer[] {
          null, new PrefixQuantizer(4, VectorSimilarityFunction.EUCLIDEAN, unit())
        }) {
      QuantizedPrefix code = new PrefixQuery(prefix, field).codeFor(other);
      assertArrayEquals(other.quantizeQuery(prefix).code, code.code);
      assertEquals(other.quantizeQuery(prefix).correction, code.correction, 0);
    }
  }
}
