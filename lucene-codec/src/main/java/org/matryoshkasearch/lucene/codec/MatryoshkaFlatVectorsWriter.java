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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.KnnVectorsWriter.MergedVectorValues;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;

/** Writes the full vectors of each field and the codes of their prefixes. */
final class MatryoshkaFlatVectorsWriter extends FlatVectorsWriter {
  private static final String COMPONENT = "MATRYOSHKA";
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaFlatVectorsWriter.class);

  private final MatryoshkaFlatVectorsFormat format;
  private final SegmentWriteState state;
  private final List<FieldVectors> fields = new ArrayList<>();
  private final List<FieldInfo> byteFields = new ArrayList<>();
  private final FilePair.Output codes;
  private final FullVectorsConsumer fullVectors;
  private FlatVectorsWriter byteVectors; // only if there are any
  private boolean finished;

  MatryoshkaFlatVectorsWriter(MatryoshkaFlatVectorsFormat format, SegmentWriteState state)
      throws IOException {
    super(FlatVectorScorerUtil.getLucene99FlatVectorsScorer()); // of byte vectors
    this.format = format;
    this.state = state;
    FilePair.Output codesOutput = MatryoshkaFlatVectorsFormat.FILES.create(state);
    try {
      fullVectors = new FullVectorsDocValuesFormat().fieldsConsumer(state);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, codesOutput);
      throw t;
    }
    codes = codesOutput;
  }

  @Override
  public FlatFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
    if (field.getVectorEncoding() == VectorEncoding.BYTE) {
      return byteVectors(field).addField(field);
    }
    FieldVectors vectors = new FieldVectors(field, prefixDims(field));
    fields.add(vectors);
    return vectors;
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    if (byteVectors != null) {
      byteVectors.flush(maxDoc, sortMap);
    }
    for (FieldVectors field : fields) {
      writeField(field, sortMap);
      field.finish();
    }
  }

  private void writeField(FieldVectors vectors, Sorter.DocMap sortMap) throws IOException {
    FieldInfo field = vectors.field();
    DocsWithFieldSet docs = vectors.getDocsWithFieldSet();
    int[] order = new int[docs.cardinality()]; // new ordinal to old
    if (sortMap == null) {
      for (int ord = 0; ord < order.length; ord++) {
        order[ord] = ord;
      }
    } else {
      DocsWithFieldSet sorted = new DocsWithFieldSet();
      mapOldOrdToNewOrd(docs, sortMap, null, order, sorted);
      docs = sorted;
    }

    PrefixQuantizer quantizer =
        format.prefixEncoding().isQuantized() ? quantizer(field, vectors.centroid()) : null;
    long offset = codes.data.alignFilePointer(FullVectorsConsumer.ALIGNMENT);
    if (quantizer != null) {
      PrefixCodesWriter writer = new PrefixCodesWriter(quantizer, codes.data);
      for (int ord : order) {
        writer.add(vectors.prefixOf(vectors.getVectors().get(ord)));
      }
    }
    DocIdSetIterator iterator = docs.iterator();
    VectorRows.Source source =
        new VectorRows.Source() {
          private int next;

          @Override
          public float[] vector() {
            return vectors.getVectors().get(order[next++]);
          }
        };
    fullVectors.addBinaryField(field, rows(field, iterator, source).asProducer());
    writeMeta(field, order.length, offset, quantizer);
  }

  @Override
  public void mergeOneFlatVectorField(FieldInfo field, MergeState mergeState) throws IOException {
    if (field.getVectorEncoding() == VectorEncoding.BYTE) {
      byteVectors(field).mergeOneFlatVectorField(field, mergeState);
    } else {
      merge(
          field, mergeState, Centroid.ofMerge(field, prefixDims(field), mergeState), prefix -> {});
    }
  }

  /** Takes comparable prefixes. */
  interface PrefixConsumer {
    void add(float[] prefix) throws IOException;
  }

  /**
   * Reads each of the merged vectors once: its row and its code are written in the same pass.
   *
   * @param centroid of their prefixes
   */
  void merge(FieldInfo field, MergeState mergeState, float[] centroid, PrefixConsumer prefixes)
      throws IOException {
    VectorSimilarityFunction similarity = field.getVectorSimilarityFunction();
    int prefixDims = prefixDims(field);
    PrefixQuantizer quantizer =
        format.prefixEncoding().isQuantized() ? quantizer(field, centroid) : null;
    PrefixCodesWriter writer =
        quantizer == null ? null : new PrefixCodesWriter(quantizer, codes.data);
    FloatVectorValues merged = MergedVectorValues.mergeFloatVectorValues(field, mergeState);
    KnnVectorValues.DocIndexIterator iterator = merged.iterator();
    int[] count = new int[1];
    long offset = codes.data.alignFilePointer(FullVectorsConsumer.ALIGNMENT);
    VectorRows.Source source =
        () -> {
          float[] vector = merged.vectorValue(iterator.index());
          float[] prefix = PrefixSimilarity.prefixOf(vector, prefixDims, similarity);
          if (writer != null) {
            writer.add(prefix);
          }
          prefixes.add(prefix);
          count[0]++;
          return vector;
        };
    fullVectors.addBinaryField(field, rows(field, iterator, source).asProducer());
    writeMeta(field, count[0], offset, quantizer);
  }

  private PrefixQuantizer quantizer(FieldInfo field, float[] centroid) {
    return new PrefixQuantizer(
        format.prefixEncoding(), field.getVectorSimilarityFunction(), centroid);
  }

  private VectorRows rows(FieldInfo field, DocIdSetIterator docs, VectorRows.Source source) {
    return new VectorRows(docs, source, format.fullVectorEncoding(), field.getVectorDimension());
  }

  private void writeMeta(FieldInfo field, int count, long offset, PrefixQuantizer quantizer)
      throws IOException {
    long length = codes.data.getFilePointer() - offset;
    int prefixDims = prefixDims(field);
    field.putAttribute(
        MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE, Integer.toString(prefixDims));
    FieldEntry entry =
        new FieldEntry(
            field.getVectorDimension(),
            prefixDims,
            format.prefixEncoding(),
            format.fullVectorEncoding(),
            field.getVectorSimilarityFunction(),
            count,
            offset,
            length,
            quantizer);
    codes.meta.writeInt(field.number);
    entry.write(codes.meta);
    if (state.infoStream.isEnabled(COMPONENT)) {
      state.infoStream.message(
          COMPONENT,
          String.format(
              Locale.ROOT,
              "field=%s vectors=%d dims=%d prefixDims=%d prefixEncoding=%s codeBytes=%d",
              field.name,
              count,
              field.getVectorDimension(),
              prefixDims,
              format.prefixEncoding(),
              length));
    }
  }

  /** How many dimensions the graph of a field compares. */
  int graphDims(FieldInfo field) {
    return field.getVectorEncoding() == VectorEncoding.BYTE
        ? field.getVectorDimension()
        : prefixDims(field);
  }

  private int prefixDims(FieldInfo field) {
    return format.prefixDims(field.getVectorDimension());
  }

  private FlatVectorsWriter byteVectors(FieldInfo field) throws IOException {
    if (byteVectors == null) {
      byteVectors = byteVectorsFormat().fieldsWriter(state);
    }
    byteFields.add(field);
    return byteVectors;
  }

  /** Byte vectors have no prefix: Lucene's own format stores them whole. */
  static Lucene99FlatVectorsFormat byteVectorsFormat() {
    return new Lucene99FlatVectorsFormat(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());
  }

  @Override
  public void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("already finished");
    }
    finished = true;
    for (FieldInfo field : byteFields) {
      codes.meta.writeInt(field.number);
      FieldEntry.writeByteField(codes.meta);
    }
    codes.finish();
    fullVectors.finish();
    if (byteVectors != null) {
      byteVectors.finish();
    }
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(codes, fullVectors, byteVectors);
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE + (byteVectors == null ? 0 : byteVectors.ramBytesUsed());
    for (FieldVectors field : fields) {
      total += field.ramBytesUsed();
    }
    return total;
  }
}
