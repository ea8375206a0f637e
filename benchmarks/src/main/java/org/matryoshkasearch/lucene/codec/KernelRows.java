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

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;

/** A mapped file of rows of prefixes and a query; in this package to be near what it measures. */
public final class KernelRows implements Closeable {
  /** How many times as many dimensions as its prefix a full vector has. */
  private static final int DIMS_A_PREFIX_DIM = 4;

  /** Rows that differ from each other; those are repeated. */
  private static final int SAMPLE = 256;

  private final Directory directory;
  private final IndexInput in;
  private final PrefixRows rows;

  /** Opens rows that {@link #write} wrote. */
  public KernelRows(Path folder, PrefixEncoding encoding, int prefixDims, int count)
      throws IOException {
    Random random = new Random(0);
    float[] query = unit(random, prefixDims);
    directory = new MMapDirectory(folder);
    in = directory.openInput(file(encoding, prefixDims, count), IOContext.DEFAULT);
    if (encoding.isQuantized()) {
      PrefixQuantizer quantizer = quantizer(encoding, prefixDims);
      CodeRows codes = CodeRows.of(quantizer, in);
      codes.setQuery(quantizer.quantizeQuery(query));
      rows = codes;
    } else {
      int dims = DIMS_A_PREFIX_DIM * prefixDims;
      OffHeapByteVectorValues bytes =
          new OffHeapByteVectorValues.DenseOffHeapVectorValues(
              dims * Float.BYTES,
              count,
              in,
              dims * Float.BYTES,
              FlatVectorScorerUtil.getLucene99FlatVectorsScorer(),
              VectorSimilarityFunction.DOT_PRODUCT);
      FloatRows floats =
          FloatRows.of(
              new FullVectorValues(
                  new FieldRows(bytes, count),
                  FullVectorEncoding.FLOAT32,
                  dims,
                  VectorSimilarityFunction.COSINE,
                  new RawPrefixes(prefixDims)),
              prefixDims,
              FloatComparison.ofPrefixes(VectorSimilarityFunction.COSINE));
      floats.setQuery(query);
      rows = floats;
    }
  }

  /** Writes rows of about random prefixes into a folder. */
  public static void write(Path folder, PrefixEncoding encoding, int prefixDims, int count)
      throws IOException {
    Files.createDirectories(folder);
    byte[] sample = sample(encoding, prefixDims);
    int rowBytes = sample.length / SAMPLE;
    try (Directory directory = new MMapDirectory(folder);
        IndexOutput out =
            directory.createOutput(file(encoding, prefixDims, count), IOContext.DEFAULT)) {
      for (int row = 0; row < count; row++) {
        out.writeBytes(sample, row % SAMPLE * rowBytes, rowBytes);
      }
    }
  }

  private static byte[] sample(PrefixEncoding encoding, int prefixDims) throws IOException {
    Random random = new Random(1);
    ByteBuffersDataOutput bytes = new ByteBuffersDataOutput();
    try (IndexOutput out = new ByteBuffersIndexOutput(bytes, "sample", "sample")) {
      if (encoding.isQuantized()) {
        PrefixCodesWriter writer = new PrefixCodesWriter(quantizer(encoding, prefixDims), out);
        for (int row = 0; row < SAMPLE; row++) {
          writer.add(unit(random, prefixDims));
        }
      } else {
        for (int row = 0; row < SAMPLE; row++) {
          for (float component : unit(random, DIMS_A_PREFIX_DIM * prefixDims)) {
            out.writeInt(Float.floatToIntBits(component));
          }
        }
      }
    }
    return bytes.toArrayCopy();
  }

  private static PrefixQuantizer quantizer(PrefixEncoding encoding, int prefixDims) {
    return new PrefixQuantizer(encoding, VectorSimilarityFunction.COSINE, new float[prefixDims]);
  }

  private static float[] unit(Random random, int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    VectorUtil.l2normalize(vector);
    return vector;
  }

  private static String file(PrefixEncoding encoding, int prefixDims, int count) {
    return encoding + "-" + prefixDims + "-" + count;
  }

  /** The score of a row. */
  public float score(int ord) throws IOException {
    return rows.score(ord);
  }

  /** Scores the rows of a list, and returns the highest score. */
  public float bulkScore(int[] ords, float[] scores) throws IOException {
    return rows.bulkScore(ords, scores, ords.length);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(in, directory);
  }
}
