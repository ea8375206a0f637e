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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.NumericUtils;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Which nodes are on which level: all on the lowest, about one of some number of them above. */
final class Levels {
  private final GraphVectors vectors;
  private final Nearness nearness;
  private final int least; // nodes that are worth a level above them
  private final int oneOf;

  /**
   * @param maxConn about one of so many nodes is on the next level too
   */
  Levels(GraphVectors vectors, Nearness nearness, int maxConn) {
    this.vectors = vectors;
    this.nearness = nearness;
    this.least = 2 * maxConn + 1;
    this.oneOf = Math.max(2, maxConn);
  }

  /** The nodes of each level, ascending; always the same ones of the same vectors. */
  int[][] nodes() throws IOException {
    Random random = new Random(vectors.size());
    int[] byLength = nearness == Nearness.INNER_PRODUCT ? byLength() : null;
    List<int[]> levels = new ArrayList<>();
    int[] nodes = IntStream.range(0, vectors.size()).toArray();
    while (nodes.length > 0) {
      levels.add(nodes);
      nodes = nodes.length >= least ? above(nodes, byLength, random) : new int[0];
    }
    return levels.toArray(int[][]::new);
  }

  /**
   * Some by chance; where inner products count, half of them, and the longest: they are near to
   * most queries.
   */
  private int[] above(int[] nodes, int[] byLength, Random random) {
    int one = byLength == null ? oneOf : 2 * oneOf;
    FixedBitSet chosen = new FixedBitSet(vectors.size());
    for (int node : nodes) {
      if (random.nextInt(one) == 0) {
        chosen.set(node);
      }
    }
    for (int i = 0; byLength != null && i < nodes.length / one; i++) {
      chosen.set(byLength[i]); // on this level, as the longest are on every level
    }
    return IntStream.of(nodes).filter(chosen::get).toArray();
  }

  /** All ordinals, those of the longest vectors first. */
  private int[] byLength() throws IOException {
    long[] keys = new long[vectors.size()];
    float[] vector = new float[vectors.dims()];
    for (int ord = 0; ord < keys.length; ord++) {
      vectors.read(ord, vector, 0);
      float length = (float) PrefixSimilarity.length(vector, 0, vector.length);
      keys[ord] = ((long) ~NumericUtils.floatToSortableInt(length) << Integer.SIZE) | ord;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }
}
