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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** A stored graph that Lucene's own searcher can search. */
public final class LuceneGraph extends HnswGraph {
  private static final int ENTERED = 16;

  private final StoredGraph graph;
  private final int entry;
  private int count;
  private int next;

  /** Entered at the nearest of some of its nodes: as near as upper levels would lead, or nearer. */
  public LuceneGraph(StoredGraph graph, RandomVectorScorer scorer) throws IOException {
    int entry = 0;
    for (int node = 0; node < graph.size(); node += ENTERED) {
      entry = scorer.score(node) > scorer.score(entry) ? node : entry;
    }
    this.graph = graph;
    this.entry = entry;
  }

  @Override
  public void seek(int level, int target) throws IOException {
    graph.load(new int[] {target}, 1);
    count = graph.read(0);
    next = 0;
  }

  @Override
  public int nextNeighbor() {
    return next < count ? graph.links()[next++] : DocIdSetIterator.NO_MORE_DOCS;
  }

  @Override
  public int neighborCount() {
    return count;
  }

  @Override
  public int size() {
    return graph.size();
  }

  @Override
  public int numLevels() {
    return 1;
  }

  @Override
  public int maxConn() {
    return graph.maxConn();
  }

  @Override
  public int entryNode() {
    return entry;
  }

  @Override
  public NodesIterator getNodesOnLevel(int level) {
    return new DenseNodesIterator(graph.size());
  }
}
