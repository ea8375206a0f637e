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
package org.matryoshkasearch.benchmarks.kernel;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.StringHelper;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.Version;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;
import org.matryoshkasearch.lucene.internal.codes.PrefixCodesWriter;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.scoring.ScoredRows;
import org.matryoshkasearch.lucene.internal.vectors.Components;
import org.matryoshkasearch.lucene.internal.vectors.FloatRows;
import org.matryoshkasearch.lucene.internal.vectors.FullVectorsInput;
import org.matryoshkasearch.lucene.internal.vectors.FullVectorsOutput;

/** A mapped file of rows of prefixes, and a query. */
final class KernelRows implements Closeable {
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.COSINE;

  /** How many times as many dimensions as its prefix a full vector has. */
  private static final int DIMS_A_PREFIX_DIM = 4;

  /** Rows that differ from each other; those are repeated. */
  private static final int SAMPLE = 256;

  private final Directory directory;
  private final Closeable in;
  private final ScoredRows rows;

  /** Opens rows that {@link #write} wrote. */
  KernelRows(Path folder, PrefixEncoding encoding, int prefixDims, int count) throws IOException {
    float[] query = unit(new Random(0), prefixDims);
    directory = new MMapDirectory(folder);
    if (encoding == PrefixEncoding.FLOAT32) {
      FieldInfo field = field(prefixDims);
      FullVectorsInput vectors =
          new FullVectorsInput(
              new SegmentReadState(
                  directory,
                  segment(directory, count),
                  new FieldInfos(new FieldInfo[] {field}),
                  IOContext.DEFAULT,
                  name(encoding, prefixDims, count)));
      in = vectors;
      rows = FloatRows.ofPrefixes(vectors.vectors(field, Components.FLOAT32), SIMILARITY, query);
    } else {
      IndexInput input = directory.openInput(name(encoding, prefixDims, count), IOContext.DEFAULT);
      in = input;
      PrefixQuantizer quantizer = quantizer(encoding, prefixDims);
      CodeRows codes = CodeRows.in(quantizer, input).get();
      codes.setQuery(quantizer.quantizeQuery(query));
      rows = codes;
    }
  }

  /** Writes rows of about random prefixes into a folder. */
  static void write(Path folder, PrefixEncoding encoding, int prefixDims, int count)
      throws IOException {
    Files.createDirectories(folder);
    try (Directory directory = new MMapDirectory(folder)) {
      if (encoding == PrefixEncoding.FLOAT32) {
        writeVectors(directory, prefixDims, count);
      } else {
        writeCodes(directory, encoding, prefixDims, count);
      }
    }
  }

  private static void writeVectors(Directory directory, int prefixDims, int count)
      throws IOException {
    FieldInfo field = field(prefixDims);
    float[][] sample = sample(field.getVectorDimension());
    SegmentWriteState state =
        new SegmentWriteState(
            InfoStream.NO_OUTPUT,
            directory,
            segment(directory, count),
            new FieldInfos(new FieldInfo[] {field}),
            null,
            IOContext.DEFAULT,
            name(PrefixEncoding.FLOAT32, prefixDims, count));
    try (FullVectorsOutput out = new FullVectorsOutput(state)) {
      DocIdSetIterator docs = DocIdSetIterator.all(count);
      out.write(field, Components.FLOAT32, docs, () -> sample[docs.docID() % SAMPLE]);
      out.finish();
    }
  }

  private static void writeCodes(
      Directory directory, PrefixEncoding encoding, int prefixDims, int count) throws IOException {
    PrefixQuantizer quantizer = quantizer(encoding, prefixDims);
    ByteBuffersDataOutput bytes = new ByteBuffersDataOutput();
    try (IndexOutput out = new ByteBuffersIndexOutput(bytes, "sample", "sample")) {
      PrefixCodesWriter writer = new PrefixCodesWriter(quantizer, out);
      for (float[] prefix : sample(prefixDims)) {
        writer.add(prefix);
      }
    }
    byte[] codes = bytes.toArrayCopy();
    int rowBytes = quantizer.rowBytes();
    try (IndexOutput out =
        directory.createOutput(name(encoding, prefixDims, count), IOContext.DEFAULT)) {
      for (int row = 0; row < count; row++) {
        out.writeBytes(codes, row % SAMPLE * rowBytes, rowBytes);
      }
    }
  }

  private static float[][] sample(int dims) {
    Random random = new Random(1);
    float[][] sample = new float[SAMPLE][];
    for (int row = 0; row < SAMPLE; row++) {
      sample[row] = unit(random, dims);
    }
    return sample;
  }

  private static PrefixQuantizer quantizer(PrefixEncoding encoding, int prefixDims) {
    return new PrefixQuantizer(encoding.bits(), SIMILARITY, new float[prefixDims]);
  }

  private static float[] unit(Random random, int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    VectorUtil.l2normalize(vector);
    return vector;
  }

  private static String name(PrefixEncoding encoding, int prefixDims, int count) {
    return encoding + "-" + prefixDims + "-" + count;
  }

  /** The same each time, so that what one JVM wrote another reads. */
  private static SegmentInfo segment(Directory directory, int count) {
    return new SegmentInfo(
        directory,
        Version.LATEST,
        Version.LATEST,
        "_0",
        count,
        false,
        false,
        Codec.getDefault(),
        Map.of(),
        new byte[StringHelper.ID_LENGTH],
        Map.of(),
        null);
  }

  private static FieldInfo field(int prefixDims) {
    return new FieldInfo(
        "vectors",
        0,
        false,
        false,
        false,
        IndexOptions.NONE,
        DocValuesType.NONE,
        DocValuesSkipIndexType.NONE,
        -1,
        new HashMap<>(),
        0,
        0,
        0,
        DIMS_A_PREFIX_DIM * prefixDims,
        VectorEncoding.FLOAT32,
        SIMILARITY,
        false,
        false);
  }

  /** The score of a row. */
  float score(int ord) throws IOException {
    return rows.score(ord);
  }

  /** Scores the rows of a list, and returns the highest score. */
  float bulkScore(int[] ords, float[] scores) throws IOException {
    return rows.bulkScore(ords, scores, ords.length);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(in, directory);
  }
}
