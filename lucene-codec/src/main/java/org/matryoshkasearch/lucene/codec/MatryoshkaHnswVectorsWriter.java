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
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.matryoshkasearch.lucene.graph.BuildMemory;
import org.matryoshkasearch.lucene.graph.BuiltGraph;
import org.matryoshkasearch.lucene.graph.GraphBuilder;
import org.matryoshkasearch.lucene.graph.GraphVectors;
import org.matryoshkasearch.lucene.graph.Nearness;
import org.matryoshkasearch.lucene.graph.Scratch;
import org.matryoshkasearch.lucene.graph.Workers;

/** Writes vectors, and builds their graph when all of a segment are there. */
final class MatryoshkaHnswVectorsWriter extends KnnVectorsWriter {
  private static final String COMPONENT = "MATRYOSHKA";
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaHnswVectorsWriter.class);

  private final SegmentWriteState state;
  private final int maxConn;
  private final int beamWidth;
  private final BuildMemory memory;
  private final int mergeWorkers;
  private final TaskExecutor mergeExecutor; // null: the merge's own
  private final MatryoshkaFlatVectorsWriter vectors;
  private final GraphOutput graphs;
  private final List<Waiting<?>> fields = new ArrayList<>();

  MatryoshkaHnswVectorsWriter(
      SegmentWriteState state,
      int maxConn,
      int beamWidth,
      BuildMemory memory,
      MatryoshkaFlatVectorsWriter vectors,
      int mergeWorkers,
      TaskExecutor mergeExecutor)
      throws IOException {
    this.state = state;
    this.maxConn = maxConn;
    this.beamWidth = beamWidth;
    this.memory = memory;
    this.vectors = vectors;
    this.mergeWorkers = mergeWorkers;
    this.mergeExecutor = mergeExecutor;
    try {
      this.graphs = new GraphOutput(state, maxConn);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, vectors);
      throw t;
    }
  }

  @Override
  public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
    Waiting<?> waiting = new Waiting<>(field, vectors.addField(field));
    fields.add(waiting);
    return waiting;
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    vectors.flush(maxDoc, sortMap);
    for (Waiting<?> waiting : fields) {
      DocsWithFieldSet docs = waiting.vectors.getDocsWithFieldSet();
      int[] order = new int[docs.cardinality()]; // new ordinal to old
      if (sortMap == null) {
        Arrays.setAll(order, ord -> ord);
      } else {
        mapOldOrdToNewOrd(docs, sortMap, null, order, null);
      }
      writeGraph(waiting.field, prefixes(waiting, order), new Workers(null, 1, () -> {}));
    }
  }

  private static GraphVectors prefixes(Waiting<?> waiting, int[] order) throws IOException {
    FieldInfo field = waiting.field;
    return waiting.vectors instanceof FieldVectors floats
        ? floats.prefixes(order, nearness(field))
        : new WaitingBytes(
            waiting.vectors.getVectors(),
            order,
            field.getVectorSimilarityFunction(),
            field.getVectorDimension());
  }

  /** The graph is built at once, over what was written on the way. */
  @Override
  public IORunnable mergeOneField(FieldInfo field, MergeState mergeState) throws IOException {
    TaskExecutor executor = mergeExecutor;
    if (executor == null && mergeState.intraMergeTaskExecutor != null) {
      executor = new TaskExecutor(mergeState.intraMergeTaskExecutor);
    }
    boolean floats = field.getVectorEncoding() == VectorEncoding.FLOAT32;
    int dims = vectors.graphDims(field);
    float[] centroid = floats ? Centroid.ofMerge(field, dims, mergeState) : new float[dims];
    try (MergedPrefixes prefixes = new MergedPrefixes(state, centroid)) {
      if (floats) {
        vectors.merge(field, mergeState, centroid, prefixes::add);
      } else {
        vectors.mergeOneFlatVectorField(field, mergeState);
        addMergedBytes(field, mergeState, prefixes);
      }
      Workers workers = new Workers(executor, mergeWorkers, mergeState::checkAborted);
      writeGraph(field, prefixes.finish(nearness(field)), workers);
    }
    return null;
  }

  private static void addMergedBytes(
      FieldInfo field, MergeState mergeState, MergedPrefixes prefixes) throws IOException {
    ByteVectorValues merged = MergedVectorValues.mergeByteVectorValues(field, mergeState);
    KnnVectorValues.DocIndexIterator docs = merged.iterator();
    while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      byte[] vector = merged.vectorValue(docs.index());
      prefixes.add(vector, SignedCode.scaleOf(vector, field.getVectorSimilarityFunction()));
    }
  }

  private void writeGraph(FieldInfo field, GraphVectors prefixes, Workers workers)
      throws IOException {
    int size = prefixes.size();
    if (!isWorthAGraph(size)) {
      graphs.write(field, size, null);
      return;
    }
    long start = System.nanoTime();
    try (BuiltGraph graph = builder(workers).build(prefixes, nearness(field))) {
      graphs.write(field, size, graph);
      if (state.infoStream.isEnabled(COMPONENT)) {
        long millis = (System.nanoTime() - start) / 1_000_000;
        String what =
            graph == null
                ? "no graph over %d vectors: of the heap for building graphs %d bytes are free"
                : "graph over %d vectors in %d ms";
        state.infoStream.message(
            COMPONENT,
            String.format(
                Locale.ROOT,
                "field=%s " + what,
                field.name,
                size,
                graph == null ? memory.free() : millis));
      }
    }
  }

  private GraphBuilder builder(Workers workers) {
    Scratch files =
        new Scratch(
            state.directory,
            state.segmentInfo.name,
            state.context,
            FilePair.dataContext(state.context));
    return new GraphBuilder(maxConn, beamWidth, workers, memory, files);
  }

  private static Nearness nearness(FieldInfo field) {
    return field.getVectorSimilarityFunction() == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        ? Nearness.INNER_PRODUCT
        : Nearness.DISTANCE;
  }

  /** As in Lucene: of fewer vectors a search would look at all anyway. */
  private static boolean isWorthAGraph(int size) {
    int visited =
        HnswGraphSearcher.expectedVisitedNodes(
            Lucene99HnswVectorsFormat.HNSW_GRAPH_THRESHOLD, size);
    return visited > 0 && size > visited;
  }

  @Override
  public void finish() throws IOException {
    vectors.finish();
    graphs.finish();
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE + vectors.ramBytesUsed();
    for (Waiting<?> field : fields) {
      total += field.flushBytes();
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(vectors, graphs);
  }

  /** The vectors of a field that wait for a flush, one a document. */
  private static final class Waiting<T> extends KnnFieldVectorsWriter<T> {
    private static final long SHALLOW_SIZE = RamUsageEstimator.shallowSizeOfInstance(Waiting.class);

    private final FieldInfo field;
    private final FlatFieldVectorsWriter<T> vectors;
    private int lastDoc = -1;

    Waiting(FieldInfo field, FlatFieldVectorsWriter<T> vectors) {
      this.field = field;
      this.vectors = vectors;
    }

    @Override
    public void addValue(int doc, T vector) throws IOException {
      if (doc == lastDoc) {
        throw new IllegalArgumentException(
            "VectorValuesField \""
                + field.name
                + "\" appears more than once in this document (only one value is allowed per field)");
      }
      vectors.addValue(doc, vector);
      lastDoc = doc;
    }

    @Override
    public T copyValue(T vector) {
      return vectors.copyValue(vector);
    }

    @Override
    public long ramBytesUsed() {
      return vectors.ramBytesUsed() + flushBytes();
    }

    /** What a flush needs beside the vectors, if it is short of memory: it can do with no less. */
    long flushBytes() {
      int size = vectors.getVectors().size();
      long order = (long) Integer.BYTES + Double.BYTES; // and scale
      return SHALLOW_SIZE + size * (order + GraphBuilder.bytesAVector(size));
    }
  }
}
