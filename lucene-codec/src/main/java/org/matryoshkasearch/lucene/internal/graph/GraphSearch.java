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
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * One search of an HNSW graph (<a href="https://arxiv.org/abs/1603.09320">arXiv 1603.09320</a>,
 * algorithms 2 and 5).
 *
 * <p>Differs from Lucene's searcher in what waits for memory: each step follows the links of the
 * nearest few candidates instead of one, so that lists and codes are loaded side by side; and what
 * has been visited stands in a small hash set instead of a bit set over all nodes.
 *
 * <p>And in where the lowest level is entered: not at the one node that a greedy walk ends at, but
 * at the nearest few. Embeddings come in clusters, and the links of a cluster lead hardly ever out
 * of it: a walk that has come down into the wrong one finds nothing, however many candidates it
 * keeps there.
 *
 * <p>Filters leave the way through the graph as it is: what is not accepted is visited, and not
 * kept. To visit only what is accepted, through the links of the rest (<a
 * href="https://arxiv.org/abs/2403.04871">ACORN</a>), takes longer for the same recall: to score a
 * prefix costs no more than to read links.
 */
public final class GraphSearch {
  /** Candidates a step: more of them wait less, but visit more that one after another would not. */
  static final int STEP = 3;

  /** Visited nodes for each result, about: what the set begins with, up to a limit. */
  private static final int VISITED_PER_RESULT = 20;

  private static final int MOST_EXPECTED = 1 << 14;

  /** Nodes kept on the level above the lowest: where that is entered. */
  private static final int ENTRIES = 16;

  /** Nodes kept on the levels above that one, which lead into a region and not to a cluster. */
  private static final int HIGHER_ENTRIES = 4;

  private final StoredGraph graph;
  private final RandomVectorScorer scorer;
  private final KnnCollector results;
  private final Bits accepted;
  private final int[] seeds;
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
   * @param seeds ordinals where the lowest level is entered; none: where the upper ones lead
   */
  public GraphSearch(
      StoredGraph graph,
      RandomVectorScorer scorer,
      KnnCollector results,
      Bits accepted,
      int... seeds) {
    this.graph = graph;
    this.scorer = scorer;
    this.results = results;
    this.accepted = accepted;
    this.seeds = seeds;
    this.candidates = new NeighborQueue(results.k(), true);
    this.visited =
        new VisitedOrds((int) Math.min((long) VISITED_PER_RESULT * results.k(), MOST_EXPECTED));
    this.ords = new int[graph.maxConn() * 2 * STEP];
    this.scores = new float[ords.length];
  }

  /** About how many nodes a search for so many results visits, as Lucene reckons. */
  public static int expectedVisits(int k, int size) {
    return (int) (Math.log(size) * k);
  }

  /** Gives the results all that it finds, until they have enough of it. */
  public void run() throws IOException {
    searchLevel(0, seeds.length > 0 ? scoredSeeds() : entries(), results, accepted);
  }

  /** As many as may be visited. */
  private ScoreDoc[] scoredSeeds() throws IOException {
    long left = Math.max(0, results.visitLimit() - results.visitedCount());
    ScoreDoc[] entries = new ScoreDoc[(int) Math.min(seeds.length, left)];
    float[] seedScores = new float[entries.length];
    scorer.bulkScore(seeds, seedScores, entries.length);
    for (int i = 0; i < entries.length; i++) {
      entries[i] = new ScoreDoc(seeds[i], seedScores[i]);
    }
    results.incVisitedCount(entries.length);
    return entries;
  }

  /** Finds the nodes where a search enters the lowest level, nearest first. */
  private ScoreDoc[] entries() throws IOException {
    ScoreDoc[] entries = {new ScoreDoc(graph.entryNode(), scorer.score(graph.entryNode()))};
    results.incVisitedCount(1);
    for (int level = graph.numLevels() - 1; level > 0; level--) {
      long left = results.visitLimit() - results.visitedCount();
      KnnCollector nearest =
          new TopKnnCollector(
              level == 1 ? ENTRIES : HIGHER_ENTRIES,
              Math.toIntExact(Math.min(left, Integer.MAX_VALUE)));
      searchLevel(level, entries, nearest, null);
      results.incVisitedCount(Math.toIntExact(nearest.visitedCount()));
      entries = nearest.topDocs().scoreDocs;
    }
    return entries;
  }

  private void searchLevel(int level, ScoreDoc[] entries, KnnCollector nearest, Bits accepted)
      throws IOException {
    visited.clear();
    candidates.clear();
    for (ScoreDoc entry : entries) {
      if (visited.add(entry.doc)) {
        candidates.add(entry.doc, entry.score);
        collect(entry.doc, entry.score, nearest, accepted);
      }
    }
    float bound = nearest.minCompetitiveSimilarity(); // what is above it improves the nearest
    float least = bound; // what is followed: once also what is equal, as the last of the nearest is
    while (candidates.size() > 0 && candidates.topScore() >= least && !nearest.earlyTerminated()) {
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
      graph.load(level, followed, follows);
      for (int i = 0; i < follows; i++) {
        addUnvisited(graph.read(i), graph.links());
      }
      if (scoreAll(nearest) > bound) {
        for (int i = 0; i < count; i++) {
          if (scores[i] > bound) {
            candidates.add(ords[i], scores[i]);
            if (collect(ords[i], scores[i], nearest, accepted)
                && nearest.minCompetitiveSimilarity() > bound) {
              bound = nearest.minCompetitiveSimilarity();
              least = bound;
            }
          }
        }
      }
      if (nearest.getSearchStrategy() != null) {
        nearest.getSearchStrategy().nextVectorsBlock();
      }
    }
  }

  private static boolean collect(int ord, float score, KnnCollector nearest, Bits accepted) {
    return (accepted == null || accepted.get(ord)) && nearest.collect(ord, score);
  }

  private void addUnvisited(int howMany, int[] links) {
    for (int i = 0; i < howMany; i++) {
      if (visited.add(links[i])) {
        ords[count++] = links[i];
      }
    }
  }

  /** As many as may be visited; gives the highest score. */
  private float scoreAll(KnnCollector nearest) throws IOException {
    count = (int) Math.min(count, nearest.visitLimit() - nearest.visitedCount());
    if (count == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    nearest.incVisitedCount(count);
    return scorer.bulkScore(ords, scores, count);
  }
}
