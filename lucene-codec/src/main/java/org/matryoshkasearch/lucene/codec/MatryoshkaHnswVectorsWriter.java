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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.internal.codes.Centroid;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.files.FilePair;
import org.matryoshkasearch.lucene.internal.graph.BuiltGraph;
import org.matryoshkasearch.lucene.internal.graph.GraphBuilder;
import org.matryoshkasearch.lucene.internal.graph.GraphOutput;
import org.matryoshkasearch.lucene.internal.graph.GraphSearch;
import org.matryoshkasearch.lucene.internal.graph.GraphVectors;
import org.matryoshkasearch.lucene.internal.graph.MergedVectors;
import org.matryoshkasearch.lucene.internal.graph.Nearness;
import org.matryoshkasearch.lucene.internal.graph.Scratch;
import org.matryoshkasearch.lucene.internal.graph.Workers;
import org.matryoshkasearch.lucene.internal.recall.RecallCurve;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;
import org.matryoshkasearch.lucene.internal.vectors.FullVectorsOutput;

/**
 * Writes vectors, on a flush and in a merge: of each its row and the code of its prefix, and when
 * all of a segment are there, the graph of the prefixes.
 */
final class MatryoshkaHnswVectorsWriter extends KnnVectorsWriter {
  private static final String COMPONENT = "MATRYOSHKA";
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaHnswVectorsWriter.class);

  private final MatryoshkaHnswVectorsFormat format;
  private final SegmentWriteState state;
  private final Scratch scratch;
  private final List<WaitingField<?>> waiting = new ArrayList<>();
  private final List<FieldInfo> byteFields = new ArrayList<>();
  private final List<FieldInfo> floatFields = new ArrayList<>();
  private final FieldsOutput fields;
  private final FullVectorsOutput fullVectors;
  private final GraphOutput graphs;
  private final Set<KnnVectorsReader> merged = new HashSet<>();
  private FlatVectorsWriter byteVectors; // only if there are any
  private IORunnable abortCheck = () -> {}; // a flush cannot be aborted
  private boolean finished;

  MatryoshkaHnswVectorsWriter(MatryoshkaHnswVectorsFormat format, SegmentWriteState state)
      throws IOException {
    this.format = format;
    this.state = state;
    this.scratch =
        new Scratch(
            state.directory,
            state.segmentInfo.name,
            state.context,
            FilePair.dataContext(state.context));
    FieldsOutput fieldsOutput = null;
    FullVectorsOutput vectorsOutput = null;
    try {
      fieldsOutput = new FieldsOutput(state);
      vectorsOutput = new FullVectorsOutput(state);
      graphs = new GraphOutput(state, format.maxConn());
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, fieldsOutput, vectorsOutput);
      throw t;
    }
    fields = fieldsOutput;
    fullVectors = vectorsOutput;
  }

  @Override
  @SuppressWarnings("unchecked") // a field's encoding says what its writer takes
  public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
    WaitingField<?> added =
        isOfBytes(field)
            ? new WaitingBytes(
                field, (FlatFieldVectorsWriter<byte[]>) byteVectors(field).addField(field))
            : new WaitingVectors(field, prefixDims(field));
    waiting.add(added);
    return added;
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    if (byteVectors != null) {
      byteVectors.flush(maxDoc, sortMap);
    }
    for (WaitingField<?> vectors : waiting) {
      flush(vectors, sortMap);
    }
  }

  private void flush(WaitingField<?> vectors, Sorter.DocMap sortMap) throws IOException {
    FieldInfo field = vectors.field();
    DocsWithFieldSet docs = vectors.docs();
    int[] order = new int[docs.cardinality()]; // new ordinal to old
    if (sortMap == null) {
      Arrays.setAll(order, ord -> ord);
    } else {
      DocsWithFieldSet sorted = new DocsWithFieldSet();
      mapOldOrdToNewOrd(docs, sortMap, null, order, sorted);
      docs = sorted;
    }
    if (vectors instanceof WaitingVectors floats) {
      int[] ord = {-1};
      write(
          field,
          docs.iterator(),
          () -> floats.vector(order[++ord[0]]),
          vector -> floats.prefix(order[ord[0]]),
          floats.centroid(),
          null);
    }
    writeGraph(
        field,
        order.length,
        kind -> vectors.graphVectors(order, kind),
        vectors.centroid(),
        new Workers(null, 1, abortCheck));
  }

  /** The graph is built at once, over what was written on the way. */
  @Override
  public IORunnable mergeOneField(FieldInfo field, MergeState mergeState) throws IOException {
    abortCheck = mergeState::checkAborted;
    Arrays.stream(mergeState.knnVectorsReaders).filter(Objects::nonNull).forEach(merged::add);
    if (isOfBytes(field)) {
      byteVectors(field).mergeOneFlatVectorField(field, mergeState);
      int dims = field.getVectorDimension();
      try (MergedVectors merged = MergedVectors.ofBytes(scratch, dims, Nearness.of(field))) {
        addMergedBytes(field, mergeState, merged);
        writeGraph(field, merged, new float[dims], mergeState);
      }
    } else {
      float[] centroid = Centroid.ofMerge(field, prefixDims(field), mergeState);
      try (MergedVectors merged = MergedVectors.ofFloats(scratch, centroid, Nearness.of(field))) {
        merge(field, mergeState, centroid, merged);
        writeGraph(field, merged, centroid, mergeState);
      }
    }
    return null;
  }

  private void writeGraph(
      FieldInfo field, MergedVectors merged, float[] centroid, MergeState mergeState)
      throws IOException {
    merged.finish();
    writeGraph(field, merged.size(), merged, centroid, format.workers(mergeState));
  }

  /** Reads each of the merged vectors once. */
  private void merge(
      FieldInfo field, MergeState mergeState, float[] centroid, MergedVectors prefixes)
      throws IOException {
    VectorSimilarityFunction similarity = field.getVectorSimilarityFunction();
    int prefixDims = prefixDims(field);
    FloatVectorValues merged = MergedVectorValues.mergeFloatVectorValues(field, mergeState);
    KnnVectorValues.DocIndexIterator docs = merged.iterator();
    write(
        field,
        docs,
        () -> merged.vectorValue(docs.index()),
        vector -> PrefixSimilarity.prefixOf(vector, prefixDims, similarity),
        centroid,
        prefixes::add);
  }

  /** Takes comparable prefixes. */
  @FunctionalInterface
  private interface PrefixConsumer {
    void add(float[] prefix) throws IOException;
  }

  /**
   * Writes the vectors of a field and the codes of their prefixes, in one pass.
   *
   * @param docs the documents that have one
   * @param vectors gives that of the document that {@code docs} stands on
   * @param prefixOf gives the comparable prefix of the vector that was given last
   * @param centroid of the prefixes
   * @param prefixes takes them, too; null if nobody else wants them
   */
  private void write(
      FieldInfo field,
      DocIdSetIterator docs,
      FullVectorsOutput.Source vectors,
      UnaryOperator<float[]> prefixOf,
      float[] centroid,
      PrefixConsumer prefixes)
      throws IOException {
    PrefixEncoding encoding = format.prefixEncoding();
    PrefixQuantizer quantizer =
        encoding.isQuantized()
            ? new PrefixQuantizer(encoding.bits(), field.getVectorSimilarityFunction(), centroid)
            : null;
    fields.begin(quantizer);
    int count =
        fullVectors.write(
            field,
            format.fullVectorEncoding().components(),
            docs,
            () -> {
              abortCheck.run();
              float[] vector = vectors.vector();
              if (quantizer != null || prefixes != null) {
                float[] prefix = prefixOf.apply(vector);
                fields.add(prefix);
                if (prefixes != null) {
                  prefixes.add(prefix);
                }
              }
              return vector;
            });
    FieldEntry entry =
        new FieldEntry(
            field.getVectorDimension(),
            prefixDims(field),
            encoding,
            format.fullVectorEncoding(),
            field.getVectorSimilarityFunction(),
            count,
            fields.codesAt(),
            fields.codeBytes(),
            quantizer);
    fields.end(field, entry);
    floatFields.add(field);
    field.putAttribute(
        MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE, Integer.toString(entry.prefixDims()));
    log(
        "field=%s vectors=%d dims=%d prefixDims=%d prefixEncoding=%s codeBytes=%d",
        field.name, count, entry.dims(), entry.prefixDims(), encoding, entry.codeBytes());
  }

  private void addMergedBytes(FieldInfo field, MergeState mergeState, MergedVectors vectors)
      throws IOException {
    ByteVectorValues merged = MergedVectorValues.mergeByteVectorValues(field, mergeState);
    KnnVectorValues.DocIndexIterator docs = merged.iterator();
    while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      abortCheck.run();
      byte[] vector = merged.vectorValue(docs.index());
      vectors.add(vector, PrefixSimilarity.scale(vector, field.getVectorSimilarityFunction()));
    }
  }

  /** When all is written it can be searched; Lucene writes the attributes of fields after that. */
  private void learnRecall() throws IOException {
    if (floatFields.isEmpty()) {
      return;
    }
    List<FieldInfo> ours = new ArrayList<>(floatFields);
    ours.addAll(byteFields);
    SegmentReadState written =
        new SegmentReadState(
            state.directory,
            state.segmentInfo,
            new FieldInfos(ours.toArray(FieldInfo[]::new)), // the state of a flush has none
            IOContext.DEFAULT,
            state.segmentSuffix);
    try (MatryoshkaHnswVectorsReader reader = new MatryoshkaHnswVectorsReader(written)) {
      for (FieldInfo field : floatFields) {
        long start = System.nanoTime();
        RecallCurve curve = null;
        try {
          curve = RecallStudy.of(reader, field, abortCheck);
        } catch (RuntimeException e) { // it helps searches, and must not cost the segment
          assert false : e;
          log("field=%s learnt nothing: %s", field.name, e);
        }
        RecallCurve.set(field, curve);
        long millis = (System.nanoTime() - start) / 1_000_000;
        log("field=%s recall=%s learnt in %d ms", field.name, curve, millis);
      }
    }
  }

  private void writeGraph(
      FieldInfo field, int size, GraphVectors.Source vectors, float[] centroid, Workers workers)
      throws IOException {
    if (!isWorthAGraph(size)) {
      graphs.write(field, size, null, centroid, false);
      MatryoshkaHnswVectorsFormat.setWithoutGraph(field, false);
      return;
    }
    long start = System.nanoTime();
    GraphBuilder builder = format.graphBuilder(workers, scratch);
    PrefixEncoding encoding = format.prefixEncoding();
    try (BuiltGraph graph = builder.build(vectors, Nearness.of(field))) {
      graphs.write(field, size, graph, centroid, !isOfBytes(field) && encoding.isRough());
      MatryoshkaHnswVectorsFormat.setWithoutGraph(field, graph == null);
      if (graph == null) {
        log("field=%s no graph over %d vectors: too little heap for it is free", field.name, size);
      } else {
        long millis = (System.nanoTime() - start) / 1_000_000;
        log("field=%s graph over %d vectors in %d ms", field.name, size, millis);
      }
    }
  }

  private void log(String message, Object... values) {
    if (state.infoStream.isEnabled(COMPONENT)) {
      state.infoStream.message(COMPONENT, String.format(Locale.ROOT, message, values));
    }
  }

  /** As in Lucene: of fewer vectors a search would look at all anyway. */
  private static boolean isWorthAGraph(int size) {
    int visited = GraphSearch.expectedVisits(Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD, size);
    return visited > 0 && size > visited;
  }

  private static boolean isOfBytes(FieldInfo field) {
    return field.getVectorEncoding() == VectorEncoding.BYTE;
  }

  private int prefixDims(FieldInfo field) {
    return Math.min(format.prefixDims(), field.getVectorDimension());
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
      fields.writeByteField(field);
    }
    fields.finish();
    fullVectors.finish();
    graphs.finish();
    if (byteVectors != null) {
      byteVectors.finish();
    }
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE;
    for (WaitingField<?> field : waiting) {
      total += field.ramBytesUsed();
    }
    return total;
  }

  /** Readers are told that they are read no longer from the first to the last: Lucene does not. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.close(fields, fullVectors, graphs, byteVectors);
      if (finished) {
        learnRecall();
      }
    } finally {
      for (KnnVectorsReader reader : merged) {
        reader.finishMerge();
      }
    }
  }
}
