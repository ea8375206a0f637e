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
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * One search of a graph (<a href="https://arxiv.org/abs/1603.09320">arXiv 1603.09320</a>, algorithm
 * 2, as on the lowest level of an HNSW graph).
 *
 * <p>Differs from Lucene's searcher in what waits for memory: each step follows the links of the
 * nearest few candidates instead of one, so that lists and codes are loaded side by side; and what
 * has been visited stands in a small hash set instead of a bit set over all nodes.
 *
 * <p>Filters leave the way through the graph as it is: what is not accepted is visited, and not
 * kept. To visit only what is accepted, through the links of the rest (<a
 * href="https://arxiv.org/abs/2403.04871">ACORN</a>), takes longer for the same recall: to score a
 * prefix costs no more than to read links.
 */
public final class GraphSearch {
  /** Candidates a step: more of them wait less, but visit more that one after another would not. */
  static final int STEP = 3;

  /** Visited nodes, about, for each result and besides: what the set begins with, up to a limit. */
  private static final int VISITED_PER_RESULT = 10;

  private static final int VISITED_BESIDES = 150;

  private static final int MOST_EXPECTED = 1 << 14;

  private final StoredGraph graph;
  private final RandomVectorScorer scorer;
  private final KnnCollector results;
  private final Bits accepted;
  private final int[] entries;
  private final NeighborQueue candidates;
  private final VisitedOrds visited;
  private final int[] followed = new int[STEP];
  private final int[] ords;
  private final float[] scores;
  private int count; // of both

  /**
   * @param graph of at least one node
   * @param results takes ordinals
   * @param accepted ordinals that may be results, or null for all
   * @param entries ordinals where it begins
   */
  public GraphSearch(
      StoredGraph graph,
      RandomVectorScorer scorer,
      KnnCollector results,
      Bits accepted,
      int[] entries) {
    this.graph = graph;
    this.scorer = scorer;
    this.results = results;
    this.accepted = accepted;
    this.entries = entries;
    this.candidates = new NeighborQueue(results.k(), true);
    this.visited =
        new VisitedOrds(
            graph.size(),
            (int)
                Math.min(VISITED_BESIDES + (long) VISITED_PER_RESULT * results.k(), MOST_EXPECTED));
    this.ords = new int[graph.maxConn() * 2 * STEP];
    this.scores = new float[ords.length];
  }

  /** About how many nodes a search for so many results visits, as Lucene reckons. */
  public static int expectedVisits(int k, int size) {
    return (int) (Math.log(size) * k);
  }

  /** Gives the results all that it finds, until they have enough of it. */
  public void run() throws IOException {
    enter();
    float bound = results.minCompetitiveSimilarity(); // what is above it improves the results
    float least = bound; // what is followed: once also what is equal, as the last of them is
    while (candidates.size() > 0 && candidates.topScore() >= least && !results.earlyTerminated()) {
      count = 0;
      int follows = 0;
      float followedLast = bound;
      while (follows < STEP && candidates.size() > 0 && candidates.topScore() >= least) {
        followedLast = candidates.topScore();
        followed[follows++] = candidates.pop();
      }
      if (followedLast == bound) {
        least = Math.nextUp(bound);
      }
      graph.load(followed, follows);
      for (int i = 0; i < follows; i++) {
        addUnvisited(graph.read(i), graph.links());
      }
      if (scoreAll() > bound) {
        for (int i = 0; i < count; i++) {
          if (scores[i] > bound) {
            candidates.add(ords[i], scores[i]);
            if (collect(ords[i], scores[i]) && results.minCompetitiveSimilarity() > bound) {
              bound = results.minCompetitiveSimilarity();
              least = bound;
            }
          }
        }
      }
      if (results.getSearchStrategy() != null) {
        results.getSearchStrategy().nextVectorsBlock();
      }
    }
  }

  /** At as many nodes as may be visited. */
  private void enter() throws IOException {
    long left = Math.max(0, results.visitLimit() - results.visitedCount());
    int entered = (int) Math.min(entries.length, left);
    float[] entryScores = new float[entered];
    scorer.bulkScore(entries, entryScores, entered);
    results.incVisitedCount(entered);
    for (int i = 0; i < entered; i++) {
      if (visited.add(entries[i])) {
        candidates.add(entries[i], entryScores[i]);
        collect(entries[i], entryScores[i]);
      }
    }
  }

  private boolean collect(int ord, float score) {
    return (accepted == null || accepted.get(ord)) && results.collect(ord, score);
  }

  private void addUnvisited(int howMany, int[] links) {
    for (int i = 0; i < howMany; i++) {
      if (visited.add(links[i])) {
        ords[count++] = links[i];
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
