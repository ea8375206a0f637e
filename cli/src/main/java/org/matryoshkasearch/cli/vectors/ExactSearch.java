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
package org.matryoshkasearch.cli.vectors;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The true nearest neighbours of a fixed set of queries, found by comparing each query with each
 * vector. Vectors are handed in batch by batch and not kept.
 */
public final class ExactSearch {

  /**
   * How much a score may lie below the k-th best and still count as equal to it: single precision
   * and the order of summation make that much difference.
   */
  private static final double TIE = 1e-6;

  private final Similarity similarity;
  private final int k;
  private final int kept;
  private final List<float[]> queries;
  private final List<PriorityQueue<Neighbor>> best = new ArrayList<>();

  /**
   * A vector found for a query.
   *
   * @param row the row of the vector in its set
   * @param score its score, as {@link Similarity#score}
   */
  public record Neighbor(long row, double score) implements Comparable<Neighbor> {
    /** Better neighbours first: by score, then by row. */
    @Override
    public int compareTo(Neighbor other) {
      int byScore = Double.compare(other.score, score);
      return byScore != 0 ? byScore : Long.compare(row, other.row);
    }
  }

  /**
   * A search that has seen no vectors yet.
   *
   * @param similarity what near means
   * @param k how many neighbours to find for each query, at least 1
   * @param queries vectors of the length of those that will be added
   */
  public ExactSearch(Similarity similarity, int k, List<float[]> queries) {
    this.similarity = similarity;
    this.k = k;
    this.kept = 4 * k; // more than k, for the rows that tie with the k-th
    this.queries = List.copyOf(queries);
    for (int i = 0; i < queries.size(); i++) {
      best.add(new PriorityQueue<>(kept + 1, (a, b) -> b.compareTo(a)));
    }
  }

  /** Compares each query with each of these vectors, on all cores. */
  public void add(List<VectorRow> batch) {
    IntStream.range(0, queries.size()).parallel().forEach(i -> add(i, batch));
  }

  private void add(int query, List<VectorRow> batch) {
    PriorityQueue<Neighbor> worstFirst = best.get(query);
    for (VectorRow row : batch) {
      worstFirst.add(new Neighbor(row.row(), similarity.score(queries.get(query), row.vector())));
      if (worstFirst.size() > kept) {
        worstFirst.poll();
      }
    }
  }

  /** The k best vectors (fewer if there were fewer) for a query so far, best first. */
  public List<Neighbor> neighbors(int query) {
    return best.get(query).stream().sorted().limit(k).toList();
  }

  /**
   * Which share of the k true neighbours a search found. A vector that ties with the last true
   * neighbour is as good as that one, so duplicates in a set do not count as misses.
   *
   * @param query which query was searched for
   * @param found the rows that the search returned, at most k
   * @return from 0 to 1
   */
  public double recall(int query, Collection<Long> found) {
    List<Neighbor> truth = neighbors(query);
    if (truth.isEmpty()) {
      return 1;
    }
    double enough = truth.get(truth.size() - 1).score() - TIE;
    long hits =
        best.get(query).stream()
            .filter(neighbor -> neighbor.score() >= enough && found.contains(neighbor.row()))
            .count();
    return (double) Math.min(hits, truth.size()) / truth.size();
  }
}
