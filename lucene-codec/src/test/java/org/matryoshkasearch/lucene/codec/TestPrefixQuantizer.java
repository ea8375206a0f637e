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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** Scores of codes against scores of the prefixes that they stand for. */
public class TestPrefixQuantizer extends LuceneTestCase {
  private static final int COUNT = 200;

  public void testInt8IsNearlyExact() {
    assertScores(PrefixEncoding.INT8, 0.04f);
  }

  public void testInt4IsClose() {
    assertScores(PrefixEncoding.INT4, 0.25f);
  }

  public void testBit1IsCoarse() {
    assertScores(PrefixEncoding.BIT1, 0.8f);
  }

  /** Mean error of a score relative to the spread of the true scores. */
  private void assertScores(PrefixEncoding encoding, float tolerance) {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      int dims = 17 + random().nextInt(80); // mostly no multiple of anything
      float[][] prefixes = NestedVectors.unit(random(), COUNT, dims);
      Centroid centroid = new Centroid(dims);
      for (float[] prefix : prefixes) {
        centroid.add(prefix, 1);
      }
      PrefixQuantizer quantizer = new PrefixQuantizer(encoding, similarity, centroid.mean());
      QuantizedPrefix query = quantizer.quantizeQuery(prefixes[0]);
      QuantizedPrefix document = quantizer.newDocument();
      double error = 0;
      double mean = 0;
      float[] exact = new float[COUNT];
      for (int i = 0; i < COUNT; i++) {
        exact[i] = PrefixSimilarity.of(similarity).compare(prefixes[0], prefixes[i]);
        mean += exact[i] / COUNT;
        quantizer.quantizeDocument(prefixes[i], document);
        error += Math.abs(quantizer.score(query, document) - exact[i]) / COUNT;
      }
      double spread = 0;
      for (float score : exact) {
        spread += Math.abs(score - mean) / COUNT;
      }
      assertTrue(
          encoding + " " + similarity + " error " + error + " of spread " + spread,
          error < tolerance * spread);
    }
  }

  public void testDocumentAsQuery() {
    for (PrefixEncoding encoding :
        new PrefixEncoding[] {PrefixEncoding.INT8, PrefixEncoding.INT4}) {
      int dims = 1 + random().nextInt(100);
      float[][] prefixes = NestedVectors.unit(random(), 2, dims);
      PrefixQuantizer quantizer =
          new PrefixQuantizer(encoding, VectorSimilarityFunction.DOT_PRODUCT, new float[dims]);
      QuantizedPrefix a = quantizer.newDocument();
      QuantizedPrefix b = quantizer.newDocument();
      quantizer.quantizeDocument(prefixes[0], a);
      quantizer.quantizeDocument(prefixes[1], b);
      QuantizedPrefix query = quantizer.newQuery();
      quantizer.toQuery(a, query);
      assertEquals(
          quantizer.score(quantizer.quantizeQuery(prefixes[0]), b), quantizer.score(query, b), 0);
    }
  }

  public void testPrefixesOfZerosAndOfOneDimension() {
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      if (encoding.isQuantized() == false) {
        continue;
      }
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        for (float value : new float[] {0, 1, -1}) {
          float[] prefix = {value};
          PrefixQuantizer quantizer =
              new PrefixQuantizer(encoding, similarity, new float[] {0.25f});
          QuantizedPrefix document = quantizer.newDocument();
          quantizer.quantizeDocument(prefix, document);
          assertEquals(
              encoding + " " + similarity + " " + value,
              PrefixSimilarity.of(similarity).compare(prefix, prefix),
              quantizer.score(quantizer.quantizeQuery(prefix), document),
              1e-5f);
        }
      }
    }
  }

  public void testComparablePrefixes() {
    float[] vector = {3, 4, 12};
    assertArrayEquals(
        new float[] {0.6f, 0.8f},
        PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.COSINE),
        1e-6f);
    assertArrayEquals(
        new float[] {3, 4},
        PrefixSimilarity.prefixOf(vector, 2, VectorSimilarityFunction.EUCLIDEAN),
        0);
    float[] zeros =
        PrefixSimilarity.prefixOf(new float[] {0, 0, 1}, 2, VectorSimilarityFunction.DOT_PRODUCT);
    assertTrue(VectorUtil.isZeroVector(zeros));
  }
}
