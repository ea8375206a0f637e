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
package org.matryoshkasearch.benchmarks.index;

import io.github.jbellis.jvector.disk.RandomAccessReader;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.disk.OnDiskGraphIndex;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An index of jvector, searched by its codes and compared once more by its full vectors. */
final class JvectorSearchable implements Searchable {

  private final Bits accepted;
  private final Path graphFile;
  private final ReaderSupplier readers;
  private final OnDiskGraphIndex graph;
  private final PQVectors codes;
  private final Queue<GraphSearcher> idle = new ConcurrentLinkedQueue<>(); // each for one thread

  JvectorSearchable(Path folder, Bits accepted) throws IOException {
    this.accepted = accepted;
    graphFile = folder.resolve(JvectorContender.GRAPH_FILE);
    readers = ReaderSupplierFactory.open(graphFile);
    graph = OnDiskGraphIndex.load(readers);
    try (ReaderSupplier suppliedCodes =
            ReaderSupplierFactory.open(folder.resolve(JvectorContender.CODES_FILE));
        RandomAccessReader reader = suppliedCodes.get()) {
      codes = PQVectors.load(reader);
    }
  }

  @Override
  public List<Search> searches() {
    return List.of(new RescoringAll());
  }

  private final class RescoringAll implements Search {

    @Override
    public double rescored() {
      return 1;
    }

    @Override
    public int[] search(float[] query, int k, int candidates) {
      SearchResult.NodeScore[] found = result(query, k, candidates).getNodes();
      int[] rows = new int[found.length];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = found[i].node;
      }
      return rows;
    }

    @Override
    public long visited(float[] query, int candidates) {
      return result(query, candidates, candidates).getVisitedCount();
    }
  }

  private SearchResult result(float[] query, int k, int candidates) {
    GraphSearcher free = idle.poll();
    GraphSearcher searcher = free == null ? new GraphSearcher(graph) : free;
    try {
      return result(searcher, query, k, candidates);
    } finally {
      idle.add(searcher);
    }
  }

  private SearchResult result(GraphSearcher searcher, float[] query, int k, int candidates) {
    VectorFloat<?> target = JvectorRows.TYPES.createFloatVector(query);
    RandomAccessVectorValues rows = (RandomAccessVectorValues) searcher.getView();
    DefaultSearchScoreProvider scores =
        new DefaultSearchScoreProvider(
            codes.precomputedScoreFunctionFor(target, JvectorContender.SIMILARITY),
            rows.rerankerFor(target, JvectorContender.SIMILARITY));
    return searcher.search(scores, k, candidates, 0, 0, accepted);
  }

  /** The codes, and the graph's file without the vectors that stand in it. */
  @Override
  public long hotBytes() throws IOException {
    long vectors = (long) graph.size(0) * graph.getDimension() * Float.BYTES;
    return codes.ramBytesUsed() + Files.size(graphFile) - vectors;
  }

  @Override
  public void close() throws IOException {
    for (GraphSearcher searcher : idle) {
      searcher.close();
    }
    graph.close();
    readers.close();
  }
}
