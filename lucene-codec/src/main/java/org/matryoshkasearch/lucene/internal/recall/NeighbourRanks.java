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
package org.matryoshkasearch.lucene.internal.recall;

import java.util.Arrays;

/** The ranks by prefix that the nearest by full vectors have among the candidates of queries. */
public final class NeighbourRanks {
  private final int nearest;
  private final int[] counts; // by rank, from 1
  private int all;

  /**
   * @param candidates of a query, at most
   * @param nearest how many of them count as near
   */
  public NeighbourRanks(int candidates, int nearest) {
    this.nearest = nearest;
    this.counts = new int[candidates + 1];
  }

  /**
   * Adds those of a query.
   *
   * @param scores of the full vectors, the best by prefix first
   * @param count how many there are
   * @param every 1 for all of them, 2 for every second one, as if there were no others
   */
  public void add(float[] scores, int count, int every) {
    float[] counted = new float[Math.ceilDiv(count, every)];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = scores[i * every];
    }
    float[] sorted = counted.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < counted.length; i++) {
      if (counted[i] >= sorted[Math.max(0, sorted.length - nearest)]) {
        counts[i + 1]++;
        all++;
      }
    }
  }

  /** The rank that a share of them has at most; 1 if there are none. */
  public int get(double share) {
    int below = 0;
    int rank = 0;
    while (below < share * all) {
      below += counts[++rank];
    }
    return Math.max(1, rank);
  }
}
