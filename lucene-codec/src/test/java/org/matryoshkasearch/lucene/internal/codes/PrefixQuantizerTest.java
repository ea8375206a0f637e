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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Scores of codes against scores of the prefixes that they stand for. */
public class PrefixQuantizerTest extends LuceneTestCase {
  private static final int COUNT = 200;
  private static final int SETS = 16;
  private static final List<Integer> BITS = List.of(8, 4, 1);

  public void testInt8IsNearlyExact() throws IOException {
    assertScores(8, 0.04f);
  }

  public void testInt4IsClose() throws IOException {
    assertScores(4, 0.25f);
  }

  public void testBit1IsCoarse() throws IOException {
    assertScores(1, 0.8f);
  }

  /** Mean error of a score relative to the spread of the true scores, over some sets of vectors. */
  private void assertScores(int bits, float tolerance) throws IOException {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      double error = 0;
      double spread = 0;
      for (int set = 0; set < SETS; set++) {
        int dims = 17 + random().nextInt(80); // mostly no multiple of anything
        float[][] prefixes = NestedVectors.unit(random(), COUNT, dims);
        float[] centroid =
            Centroid.of(
                taker -> {
                  for (float[] prefix : prefixes) {
                    taker.take(prefix);
                  }
                },
                dims);
        PrefixQuantizer quantizer = new PrefixQuantizer(bits, similarity, centroid);
        QuantizedPrefix query = quantizer.quantizeQuery(prefixes[0]);
        double mean = 0;
        float[] exact = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
          exact[i] = PrefixSimilarity.of(similarity).compare(prefixes[0], prefixes[i]);
          mean += exact[i] / COUNT;
        }
        try (Rows rows = new Rows(quantizer, prefixes)) {
          for (int i = 0; i < COUNT; i++) {
            error += Math.abs(rows.score(query, i) - exact[i]);
          }
        }
        for (float score : exact) {
          spread += Math.abs(score - mean);
        }
      }
      assertTrue(
          bits + " bits " + similarity + " error " + error + " of spread " + spread,
          error < tolerance * spread);
    }
  }

  /** Kernels add up to what a plain loop over the components gives, whatever the length. */
  public void testScoresAreThoseOfPlainLoops() throws IOException {
    for (int bits : BITS) {
      int dims = 1 + random().nextInt(300);
      float[][] prefixes = NestedVectors.unit(random(), 40, dims);
      VectorSimilarityFunction similarity =
          RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
      PrefixQuantizer quantizer = new PrefixQuantizer(bits, similarity, prefixes[39]);
      QuantizedPrefix query = quantizer.quantizeQuery(prefixes[0]);
      try (Rows rows = new Rows(quantizer, prefixes)) {
        String mapped = rows.mapped.getClass().getSimpleName();
        if (bits == 8) { // registers of 128 bits gain nothing there
          assertTrue(mapped, mapped.equals("MappedByteRows") || mapped.equals("InputCodeRows"));
        } else {
          assertEquals("MappedPlaneRows", mapped);
        }
        int[] ords = random().ints(64, 0, 40).toArray();
        float[] expected = new float[ords.length];
        float max = Float.NEGATIVE_INFINITY;
        QuantizedPrefix row = quantizer.newDocument();
        for (int i = 0; i < ords.length; i++) {
          quantizer.quantizeDocument(prefixes[ords[i]], row);
          long dot = 0;
          for (int j = 0; j < dims; j++) {
            dot += component(bits, row, j) * component(Math.max(4, bits), query, j);
          }
          expected[i] = quantizer.score(query, dot, row.lower, row.step, row.sum, row.correction);
          max = Math.max(max, expected[i]);
        }
        for (CodeRows codes : List.of(rows.mapped, rows.input)) {
          codes.setQuery(query);
          float[] scores = new float[ords.length];
          assertEquals(max, codes.bulkScore(ords, scores, ords.length), 0);
          assertArrayEquals(expected, scores, 0);
          for (int i = 0; i < ords.length; i++) {
            assertEquals(expected[i], codes.score(ords[i]), 0);
          }
        }
      }
    }
  }

  private static long component(int bits, QuantizedPrefix prefix, int dim) {
    if (bits == 8) {
      return Byte.toUnsignedInt(prefix.code[dim]);
    }
    int planeBytes = prefix.code.length / bits;
    long component = 0;
    for (int bit = 0; bit < bits; bit++) {
      component |= ((prefix.code[bit * planeBytes + dim / 8] >>> dim % 8) & 1) << bit;
    }
    return component;
  }

  /** Products are as exact whatever the length of the query, even if no float says how often. */
  public void testQueriesOfOtherLengths() throws IOException {
    float[][] prefixes = NestedVectors.unit(random(), COUNT, 64);
    float[] target = prefixes[0].clone();
    for (float[] lengths : new float[][] {{1, 1e-3f}, {1, 1e3f}, {1e-20f, 1e20f}}) {
      float[] query = scaled(target, lengths[1]);
      float[][] documents = new float[COUNT][];
      Arrays.setAll(documents, i -> scaled(prefixes[i], lengths[0]));
      PrefixQuantizer quantizer =
          new PrefixQuantizer(
              8, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, documents[COUNT - 1]);
      double error = 0;
      try (Rows rows = new Rows(quantizer, documents)) {
        for (int i = 0; i < COUNT; i++) {
          float exact = VectorUtil.dotProduct(query, documents[i]);
          float score = rows.score(quantizer.quantizeQuery(query), i);
          float product = score >= 1 ? score - 1 : 1 - 1 / score;
          error += Math.abs(product - exact) / COUNT;
        }
      }
      String what = Arrays.toString(lengths) + ": " + error;
      assertTrue(what, error < 0.01 * lengths[0] * lengths[1]);
    }
  }

  private static float[] scaled(float[] vector, float factor) {
    float[] scaled = vector.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  public void testPrefixesOfZerosAndOfOneDimension() throws IOException {
    for (int bits : BITS) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        for (float value : new float[] {0, 1, -1}) {
          float[] prefix = {value};
          PrefixQuantizer quantizer = new PrefixQuantizer(bits, similarity, new float[] {0.25f});
          try (Rows rows = new Rows(quantizer, prefix)) {
            assertEquals(
                bits + " bits " + similarity + " " + value,
                PrefixSimilarity.of(similarity).compare(prefix, prefix),
                rows.score(quantizer.quantizeQuery(prefix), 0),
                1e-5f);
          }
        }
      }
    }
  }

  /**
   * The codes of some prefixes as they are written and read: mapped into memory, and word by word.
   */
  private static final class Rows implements Closeable {
    private final Directory dir = new MMapDirectory(createTempDir());
    private final IndexInput in;
    final CodeRows mapped;
    final CodeRows input;

    Rows(PrefixQuantizer quantizer, float[]... prefixes) throws IOException {
      try (IndexOutput out = dir.createOutput("codes", IOContext.DEFAULT)) {
        PrefixCodesWriter writer = new PrefixCodesWriter(quantizer, out);
        for (float[] prefix : prefixes) {
          writer.add(prefix);
        }
      }
      in = dir.openInput("codes", IOContext.DEFAULT);
      mapped = CodeRows.in(quantizer, in).get();
      input = new InputCodeRows(quantizer, in.randomAccessSlice(0, in.length()));
    }

    float score(QuantizedPrefix query, int ord) throws IOException {
      CodeRows codes = random().nextBoolean() ? mapped : input;
      codes.setQuery(query);
      return codes.score(ord);
    }

    @Override
    public void close() throws IOException {
      IOUtils.close(in, dir);
    }
  }
}
