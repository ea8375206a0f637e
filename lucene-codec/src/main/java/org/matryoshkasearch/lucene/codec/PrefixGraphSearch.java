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
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * One search of an HNSW graph (<a href="https://arxiv.org/abs/1603.09320">arXiv 1603.09320</a>,
 * algorithms 2 and 5).
 *
 * <p>Differs from Lucene's searcher in what waits for memory: each step follows the links of the
 * nearest few candidates instead of one, so that more codes are loaded side by side; and what has
 * been visited stands in a small hash set instead of a bit set over all nodes. For the same k,
 * about as many nodes are visited, and as many of the nearest are found.
 */
final class PrefixGraphSearch {
  /** Candidates a step: more of them wait less, but visit more that one after another would not. */
  private static final int STEP = 3;

  /** Visited nodes for each result, about: what the set begins with, up to a limit. */
  private static final int VISITED_PER_RESULT = 20;

  private static final int MOST_EXPECTED = 1 << 14;

  private final HnswGraph graph;
  private final RandomVectorScorer scorer;
  private final KnnCollector results;
  private final Bits accepted;
  private final NeighborQueue candidates;
  private final VisitedOrds visited;
  private final int[] ords;
  private final float[] scores;
  private int count; // of both

  /** What a score must reach to improve the results. */
  private float least;

  /**
   * @param graph of at least one node
   * @param results takes ordinals
   * @param accepted ordinals that may be results, or null for all
   */
  PrefixGraphSearch(
      HnswGraph graph, RandomVectorScorer scorer, KnnCollector results, Bits accepted) {
    this.graph = graph;
    this.scorer = scorer;
    this.results = results;
    this.accepted = accepted;
    this.candidates = new NeighborQueue(results.k(), true);
    this.visited =
        new VisitedOrds((int) Math.min((long) VISITED_PER_RESULT * results.k(), MOST_EXPECTED));
    this.ords = new int[graph.maxConn() * 2 * STEP];
    this.scores = new float[ords.length];
  }

  /** Gives the results all that it finds, until they have enough of it. */
  void run() throws IOException {
    int nearest = graph.entryNode();
    results.incVisitedCount(1);
    float score = scorer.score(nearest);
    for (int level = graph.numLevels() - 1; level > 0; level--) {
      int from;
      do {
        from = nearest;
        count = 0;
        addUnvisited(level, from);
        scoreAll();
        for (int i = 0; i < count; i++) {
          if (scores[i] > score) {
            score = scores[i];
            nearest = ords[i];
          }
        }
      } while (nearest != from);
    }
    least = Math.nextUp(results.minCompetitiveSimilarity());
    visited.clear();
    visited.add(nearest);
    take(nearest, score);
    searchLowestLevel();
  }

  private void searchLowestLevel() throws IOException {
    while (candidates.size() > 0 && candidates.topScore() >= least && !results.earlyTerminated()) {
      count = 0;
      for (int i = 0; i < STEP && candidates.size() > 0 && candidates.topScore() >= least; i++) {
        addUnvisited(0, candidates.pop());
      }
      if (scoreAll() >= least) {
        for (int i = 0; i < count; i++) {
          if (scores[i] >= least) {
            take(ords[i], scores[i]);
          }
        }
      }
      if (results.getSearchStrategy() != null) {
        results.getSearchStrategy().nextVectorsBlock();
      }
    }
  }

  private void take(int ord, float score) {
    candidates.add(ord, score);
    if ((accepted == null || accepted.get(ord)) && results.collect(ord, score)) {
      least = Math.nextUp(results.minCompetitiveSimilarity());
    }
  }

  private void addUnvisited(int level, int from) throws IOException {
    graph.seek(level, from);
    for (int ord = graph.nextNeighbor();
        ord != DocIdSetIterator.NO_MORE_DOCS;
        ord = graph.nextNeighbor()) {
      if (visited.add(ord)) {
        ords[count++] = ord;
      }
    }
  }

  /** As many as may be visited; gives the highest score. */
  private float scoreAll() throws IOException {
    count = (int) Math.min(count, results.visitLimit() - results.visitedCount());
    if (count == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    results.incVisitedCount(count);
    return scorer.bulkScore(ords, scores, count);
  }
}
