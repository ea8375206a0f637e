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
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.graph.GraphSearch;

/** Lucene's reader of the graph, but plain searches are a {@link GraphSearch}. */
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
    if (!isPlain(graph.size(), collector, acceptDocs)) {
      graphs.search(field, target, collector, acceptDocs);
      return;
    }
    RandomVectorScorer scorer = prefixScorer(field, target);
    KnnCollector ords = new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc);
    Bits accepted = scorer.getAcceptOrds(acceptDocs.bits());
    new GraphSearch(graph, scorer, ords, accepted).run();
  }

  /** Scores prefixes by ordinal. */
  RandomVectorScorer prefixScorer(String field, float[] target) throws IOException {
    return vectors.getRandomVectorScorer(field, target);
  }

  /**
   * Whether it is worth going through the graph from its entry node, past what is not accepted.
   * Otherwise Lucene scores all, looks only at what is accepted, or begins where the strategy says.
   */
  private static boolean isPlain(int nodes, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (nodes == 0
        || collector.k() == 0
        || collector.getSearchStrategy() instanceof KnnSearchStrategy.Seeded) {
      return false;
    }
    int accepted = Math.min(acceptDocs.cost(), nodes);
    if (HnswGraphSearcher.expectedVisitedNodes(collector.k(), nodes) >= accepted) {
      return false;
    }
    KnnSearchStrategy.Hnsw strategy =
        collector.getSearchStrategy() instanceof KnnSearchStrategy.Hnsw given
            ? given
            : KnnSearchStrategy.Hnsw.DEFAULT;
    return acceptDocs.bits() == null || !strategy.useFilteredSearch((float) accepted / nodes);
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    graphs.search(field, target, collector, acceptDocs);
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
