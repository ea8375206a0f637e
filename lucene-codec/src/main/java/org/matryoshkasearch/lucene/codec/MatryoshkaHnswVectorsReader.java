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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.graph.ExhaustiveSearch;
import org.matryoshkasearch.lucene.graph.GraphSearch;
import org.matryoshkasearch.lucene.graph.StoredGraph;

/**
 * Searches graphs: by a {@link GraphSearch}, which Lucene's own search goes on from where a filter
 * leaves so little that looking only at what it accepts is better.
 *
 * <p>Not a {@code HnswGraphProvider}: Lucene's writers begin a merged graph of theirs with the
 * graphs of those, which must have been built as theirs are, of the similarity of whole vectors.
 */
final class MatryoshkaHnswVectorsReader extends KnnVectorsReader implements Accountable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaHnswVectorsReader.class);

  private final GraphInput graphs;
  private final FlatVectorsReader vectors;

  /**
   * @param vectors closed with this reader, even if it cannot be made
   */
  MatryoshkaHnswVectorsReader(SegmentReadState state, MatryoshkaFlatVectorsReader vectors)
      throws IOException {
    this.vectors = vectors;
    GraphInput opened = null;
    try {
      opened = new GraphInput(state);
      for (FieldInfo field : vectors.fields()) {
        opened.check(field, vectors.size(field));
      }
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, opened, vectors);
      throw t;
    }
    this.graphs = opened;
  }

  private MatryoshkaHnswVectorsReader(GraphInput graphs, FlatVectorsReader vectors) {
    this.graphs = graphs;
    this.vectors = vectors;
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (graphs.size(field) == 0 || collector.k() == 0) {
      return;
    }
    if (getFloatVectorValues(field) instanceof FullVectorValues full
        && full.hasOnlyAPrefixOfZeros(target)) {
      rethrown(() -> searchAll(full.rowScorer(target), full.copy(), collector, acceptDocs));
      return;
    }
    search(
        field,
        prefixScorer(field, target),
        () -> getFloatVectorValues(field),
        collector,
        acceptDocs);
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (graphs.size(field) > 0 && collector.k() > 0) {
      search(
          field,
          vectors.getRandomVectorScorer(field, target),
          () -> getByteVectorValues(field),
          collector,
          acceptDocs);
    }
  }

  private void search(
      String field,
      RandomVectorScorer scorer,
      IOSupplier<KnnVectorValues> values,
      KnnCollector collector,
      AcceptDocs acceptDocs)
      throws IOException {
    rethrown(() -> collect(field, scorer, values, collector, acceptDocs));
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
    Bits acceptedOrds = scorer.getAcceptOrds(acceptDocs.bits());
    if (collector.getSearchStrategy() instanceof KnnSearchStrategy.Seeded) {
      HnswGraphSearcher.search(scorer, ords, graph, acceptedOrds, accepted);
    } else {
      new GraphSearch(graph, scorer, ords, acceptedOrds).run();
    }
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
    long visited = HnswGraphSearcher.expectedVisitedNodes(k, size);
    return (long) accepted * accepted <= visited * size;
  }

  /** Scores prefixes by ordinal. */
  RandomVectorScorer prefixScorer(String field, float[] target) throws IOException {
    return vectors.getRandomVectorScorer(field, target);
  }

  /** The graph of a field, empty if its vectors are too few for one. */
  HnswGraph getGraph(String field) throws IOException {
    StoredGraph graph = graphs.graph(field);
    return graph == null ? HnswGraph.EMPTY : graph;
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return vectors.getFloatVectorValues(field);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return vectors.getByteVectorValues(field);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    Map<String, Long> links =
        Map.of(GraphOutput.FILES.dataExtension(), graphs.byteSize(field.name));
    return mergeOffHeapByteSizeMaps(vectors.getOffHeapByteSize(field), links);
  }

  @Override
  public KnnVectorsReader getMergeInstance() throws IOException {
    return new MatryoshkaHnswVectorsReader(graphs, vectors.getMergeInstance());
  }

  @Override
  public void finishMerge() throws IOException {
    vectors.finishMerge();
  }

  @Override
  public void checkIntegrity() throws IOException {
    vectors.checkIntegrity();
    graphs.checkIntegrity();
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_SIZE + graphs.ramBytesUsed() + vectors.ramBytesUsed();
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(graphs, vectors);
  }
}
