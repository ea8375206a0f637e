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
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuery;
import org.matryoshkasearch.lucene.internal.graph.ExhaustiveSearch;
import org.matryoshkasearch.lucene.internal.graph.GraphInput;
import org.matryoshkasearch.lucene.internal.graph.GraphOutput;
import org.matryoshkasearch.lucene.internal.graph.GraphSearch;
import org.matryoshkasearch.lucene.internal.graph.StoredGraph;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;
import org.matryoshkasearch.lucene.internal.vectors.FullVectorsInput;

/**
 * Reads vectors, and searches them by the graph of their prefixes, or all that is accepted where
 * there is no graph or a filter leaves so little that this is better.
 *
 * <p>Not a {@code HnswGraphProvider}: Lucene's writers begin a merged graph of theirs with the
 * graphs of those, which must have been built as theirs are, of the similarity of whole vectors.
 */
final class MatryoshkaHnswVectorsReader extends KnnVectorsReader implements Accountable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaHnswVectorsReader.class);

  private final FieldInfos fieldInfos;
  private final FieldsInput fields;
  private final FullVectorsInput fullVectors;
  private final GraphInput graphs;
  private final FlatVectorsReader byteVectors; // null if there are none

  MatryoshkaHnswVectorsReader(SegmentReadState state) throws IOException {
    fieldInfos = state.fieldInfos;
    FieldsInput fieldsInput = null;
    FullVectorsInput vectorsInput = null;
    GraphInput graphsInput = null;
    FlatVectorsReader lucenes = null;
    try {
      fieldsInput = new FieldsInput(state);
      vectorsInput = new FullVectorsInput(state);
      graphsInput = new GraphInput(state);
      for (FieldInfo field : fieldsInput.floatFields()) {
        FieldEntry entry = fieldsInput.entry(field.name);
        vectorsInput.check(field, entry.count(), entry.rowBytes());
        graphsInput.check(field, entry.count(), entry.prefixDims());
      }
      if (fieldsInput.byteFields().isEmpty() == false) {
        lucenes = MatryoshkaHnswVectorsWriter.byteVectorsFormat().fieldsReader(state);
      }
      for (FieldInfo field : fieldsInput.byteFields()) {
        ByteVectorValues bytes = lucenes.getByteVectorValues(field.name);
        graphsInput.check(field, bytes.size(), bytes.dimension());
      }
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, fieldsInput, vectorsInput, graphsInput, lucenes);
      throw t;
    }
    fields = fieldsInput;
    fullVectors = vectorsInput;
    graphs = graphsInput;
    byteVectors = lucenes;
  }

  private MatryoshkaHnswVectorsReader(
      MatryoshkaHnswVectorsReader reader, FlatVectorsReader byteVectors) {
    fieldInfos = reader.fieldInfos;
    fields = reader.fields;
    fullVectors = reader.fullVectors;
    graphs = reader.graphs;
    this.byteVectors = byteVectors;
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (graphs.size(field) == 0 || collector.k() == 0) {
      return;
    }
    MatryoshkaVectorValues values = getFloatVectorValues(field);
    if (values.hasOnlyAPrefixOfZeros(target)) {
      rethrown(() -> searchAll(values.vectorScorer(target), values.copy(), collector, acceptDocs));
    } else {
      PrefixQuery query = values.prefixQuery(target);
      search(field, query, values.prefixScorer(query), values::copy, collector, acceptDocs);
    }
  }

  /**
   * Searches a field, by its graph if it has one.
   *
   * @param target whose prefix is not all zeros where these have no direction
   * @param ords takes ordinals
   */
  void searchOrdinals(String field, float[] target, KnnCollector ords) throws IOException {
    MatryoshkaVectorValues values = getFloatVectorValues(field);
    PrefixQuery query = values.prefixQuery(target);
    RandomVectorScorer scorer = values.prefixScorer(query);
    StoredGraph graph = graphs.graph(field);
    if (graph == null) {
      new ExhaustiveSearch(scorer, ords)
          .run(DocIdSetIterator.all(Integer.MAX_VALUE), values.iterator());
    } else {
      rethrown(() -> searchGraph(field, graph, query, scorer, ords, null));
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (graphs.size(field) > 0 && collector.k() > 0) {
      search(
          field,
          new PrefixQuery(comparable(field, target), null),
          byteVectors(field).getRandomVectorScorer(field, target),
          () -> getByteVectorValues(field),
          collector,
          acceptDocs);
    }
  }

  private void search(
      String field,
      PrefixQuery query,
      RandomVectorScorer scorer,
      IOSupplier<KnnVectorValues> values,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    rethrown(() -> collect(field, query, scorer, values, collector, acceptDocs));
  }

  /** The data are not verified before a search: what cannot be is found by the way. */
  private static void rethrown(IORunnable search) throws IOException {
    try {
      search.run();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void collect(
      String field,
      PrefixQuery query,
      RandomVectorScorer scorer,
      IOSupplier<KnnVectorValues> values,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    int accepted = Math.min(acceptDocs.cost(), scorer.maxOrd());
    StoredGraph graph = graphs.graph(field);
    if (graph == null || fewEnough(accepted, collector.k(), graph.size())) {
      searchAll(scorer, values.get(), collector, acceptDocs);
      return;
    }
    KnnCollector ords = new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc);
    searchGraph(field, graph, query, scorer, ords, scorer.getAcceptOrds(acceptDocs.bits()));
  }

  private void searchGraph(
      String field,
      StoredGraph graph,
      PrefixQuery query,
      RandomVectorScorer scorer,
      KnnCollector ords,
      Bits acceptedOrds)
      throws IOException {
    int[] entries = seeds(ords);
    if (entries.length == 0) {
      entries = graphs.wayIn(field, query, scorer).entries(ords, acceptedOrds);
    }
    new GraphSearch(graph, scorer, ords, acceptedOrds, entries).run();
  }

  private float[] comparable(String field, byte[] target) {
    float scale =
        PrefixSimilarity.scale(target, fieldInfos.fieldInfo(field).getVectorSimilarityFunction());
    float[] comparable = new float[target.length];
    for (int i = 0; i < comparable.length; i++) {
      comparable[i] = target[i] * scale;
    }
    return comparable;
  }

  /** The ordinals that a search is to begin at, if it says so. */
  private static int[] seeds(KnnCollector collector) throws IOException {
    int[] seeds = {};
    if (collector.getSearchStrategy() instanceof KnnSearchStrategy.Seeded seeded) {
      seeds = new int[seeded.numberOfEntryPoints()];
      int count = 0;
      while (count < seeds.length
          && seeded.entryPoints().nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        seeds[count++] = seeded.entryPoints().docID();
      }
      seeds = ArrayUtil.copyOfSubArray(seeds, 0, count);
    }
    return seeds;
  }

  private static void searchAll(
      RandomVectorScorer scorer,
      KnnVectorValues values,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    KnnCollector ords = new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc);
    new ExhaustiveSearch(scorer, ords).run(acceptDocs.iterator(), values.iterator());
  }

  /**
   * Whether it costs less to look at all that is accepted. With a filter, a search of the graph
   * visits as many times what it would visit without one as there are vectors for each that is
   * accepted.
   */
  private static boolean fewEnough(int accepted, int k, int size) {
    long visited = GraphSearch.expectedVisits(k, size);
    return (long) accepted * accepted <= visited * size;
  }

  /** A field's graph, or null if there is none. */
  StoredGraph graph(String field) throws IOException {
    return graphs.graph(field);
  }

  @Override
  public MatryoshkaVectorValues getFloatVectorValues(String field) {
    FieldEntry entry = fields.entry(field);
    if (entry == null) {
      throw new IllegalArgumentException("field [" + field + "] has no float vectors here");
    }
    return new MatryoshkaVectorValues(
        entry,
        fullVectors.vectors(fieldInfos.fieldInfo(field), entry.fullVectorEncoding().components()),
        fields.codes(field));
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return byteVectors(field).getByteVectorValues(field);
  }

  private FlatVectorsReader byteVectors(String field) {
    if (byteVectors == null) {
      throw new IllegalArgumentException("field [" + field + "] has no byte vectors here");
    }
    return byteVectors;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Full vectors are reported under {@code vec}, codes under {@code veq}, links under {@code
   * vex}: the names by which Lucene's formats, and those who read their statistics, call these
   * kinds of data.
   */
  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    Map<String, Long> sizes =
        Map.of(GraphOutput.FILES.dataExtension(), graphs.byteSize(field.name));
    FieldEntry entry = fields.entry(field.name);
    if (entry == null) {
      return mergeOffHeapByteSizeMaps(byteVectors(field.name).getOffHeapByteSize(field), sizes);
    }
    sizes = mergeOffHeapByteSizeMaps(sizes, Map.of("vec", fullVectors.byteSize(field)));
    return entry.quantizer() == null
        ? sizes
        : mergeOffHeapByteSizeMaps(sizes, Map.of("veq", entry.codeBytes()));
  }

  @Override
  public KnnVectorsReader getMergeInstance() throws IOException {
    fullVectors.readSequentially(true);
    return byteVectors == null
        ? this
        : new MatryoshkaHnswVectorsReader(this, byteVectors.getMergeInstance());
  }

  @Override
  public void finishMerge() throws IOException {
    fullVectors.readSequentially(false);
    if (byteVectors != null) {
      byteVectors.finishMerge();
    }
  }

  @Override
  public void checkIntegrity() throws IOException {
    fields.checkIntegrity();
    fullVectors.checkIntegrity();
    graphs.checkIntegrity();
    if (byteVectors != null) {
      byteVectors.checkIntegrity();
    }
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_SIZE
        + fields.ramBytesUsed()
        + fullVectors.ramBytesUsed()
        + graphs.ramBytesUsed()
        + (byteVectors == null ? 0 : byteVectors.ramBytesUsed());
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(fields, fullVectors, graphs, byteVectors);
  }
}
