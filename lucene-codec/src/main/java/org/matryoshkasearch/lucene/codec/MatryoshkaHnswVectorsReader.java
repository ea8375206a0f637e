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
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SparseFixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.graph.GraphSearch;

/**
 * Lucene's reader of the graph, but searches are a {@link GraphSearch}, or begin as one where a
 * filter leaves so little that Lucene's search of what it accepts is better.
 */
final class MatryoshkaHnswVectorsReader extends KnnVectorsReader
    implements HnswGraphProvider, Accountable {
  private final Lucene99HnswVectorsReader graphs;
  private final FlatVectorsReader vectors;

  MatryoshkaHnswVectorsReader(SegmentReadState state, FlatVectorsReader vectors)
      throws IOException {
    this(new Lucene99HnswVectorsReader(state, vectors), vectors);
  }

  private MatryoshkaHnswVectorsReader(Lucene99HnswVectorsReader graphs, FlatVectorsReader vectors) {
    this.graphs = graphs;
    this.vectors = vectors;
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    HnswGraph graph = graphs.getGraph(field);
    if (isThroughGraph(graph, collector, acceptDocs)) {
      search(graph, prefixScorer(field, target), collector, acceptDocs);
    } else {
      graphs.search(field, target, collector, acceptDocs);
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    HnswGraph graph = graphs.getGraph(field);
    if (isThroughGraph(graph, collector, acceptDocs)) {
      search(graph, vectors.getRandomVectorScorer(field, target), collector, acceptDocs);
    } else {
      graphs.search(field, target, collector, acceptDocs);
    }
  }

  private static void search(
      HnswGraph graph, RandomVectorScorer scorer, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    int accepted = Math.min(acceptDocs.cost(), graph.size());
    KnnCollector ords = new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc);
    Bits acceptedOrds = scorer.getAcceptOrds(acceptDocs.bits());
    GraphSearch search = new GraphSearch(graph, scorer, ords, acceptedOrds);
    if (acceptedOrds != null
        && strategy(collector).useFilteredSearch((float) accepted / graph.size())) {
      KnnCollector entered = enteredAt(search.entries(), graph.size(), ords);
      HnswGraphSearcher.search(scorer, entered, graph, acceptedOrds, accepted);
    } else {
      search.run();
    }
  }

  /** Scores prefixes by ordinal. */
  RandomVectorScorer prefixScorer(String field, float[] target) throws IOException {
    return vectors.getRandomVectorScorer(field, target);
  }

  /**
   * Whether it is worth going through the graph from its entry node. Otherwise Lucene scores all
   * that is accepted, or begins where the strategy says.
   */
  private static boolean isThroughGraph(
      HnswGraph graph, KnnCollector collector, AcceptDocs acceptDocs) throws IOException {
    return graph.size() > 0
        && collector.k() > 0
        && !(collector.getSearchStrategy() instanceof KnnSearchStrategy.Seeded)
        && HnswGraphSearcher.expectedVisitedNodes(collector.k(), graph.size())
            < Math.min(acceptDocs.cost(), graph.size());
  }

  private static KnnSearchStrategy.Hnsw strategy(KnnCollector collector) {
    return collector.getSearchStrategy() instanceof KnnSearchStrategy.Hnsw given
        ? given
        : KnnSearchStrategy.Hnsw.DEFAULT;
  }

  /** Has Lucene's search, which looks only at what a filter accepts, begin at these nodes. */
  private static KnnCollector enteredAt(ScoreDoc[] entries, int graphSize, KnnCollector collector) {
    BitSet nodes = new SparseFixedBitSet(graphSize);
    for (ScoreDoc entry : entries) {
      nodes.set(entry.doc);
    }
    KnnSearchStrategy strategy =
        new KnnSearchStrategy.Seeded(
            new BitSetIterator(nodes, entries.length), entries.length, strategy(collector));
    return new KnnCollector.Decorator(collector) {
      @Override
      public KnnSearchStrategy getSearchStrategy() {
        return strategy;
      }
    };
  }

  @Override
  public HnswGraph getGraph(String field) throws IOException {
    return graphs.getGraph(field);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return graphs.getFloatVectorValues(field);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return graphs.getByteVectorValues(field);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    return graphs.getOffHeapByteSize(field);
  }

  @Override
  public KnnVectorsReader getMergeInstance() throws IOException {
    return graphs.getMergeInstance();
  }

  @Override
  public void finishMerge() throws IOException {
    graphs.finishMerge();
  }

  @Override
  public void checkIntegrity() throws IOException {
    graphs.checkIntegrity();
  }

  @Override
  public long ramBytesUsed() {
    return graphs.ramBytesUsed();
  }

  @Override
  public void close() throws IOException {
    graphs.close();
  }
}
