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
package org.matryoshkasearch.benchmarks.shapes;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.FixedBitSet;
import org.matryoshkasearch.benchmarks.data.Drawn;

/** Clusters whose centres have nothing to do with each other, and what has no clusters at all. */
final class ClusterShapes {

  private static final int TIGHT_SIZE = 20;
  private static final double TIGHT_SPREAD = 0.03; // centres are 1 from the origin, a component
  private static final int SMALL_SIZE = 8;
  private static final int SMALLEST = 4;
  private static final double SMALL_SPREAD = 0.2;
  private static final int CATEGORIES = 20;
  private static final double CATEGORY_SPREAD = 0.33;
  private static final float LONGER = 3;
  private static final int FAR_SIZE = 100;
  private static final double FAR_SPREAD = 0.5;
  private static final float FAR_OFFSET = 100;

  private ClusterShapes() {}

  /** All of them. */
  static List<Shape> all() {
    return List.of(
        new Shape("clusters_20", "tight clusters of 20, in no order", ClusterShapes::tight),
        new Shape(
            "clusters_many",
            "clusters of about 8, one inserted after another",
            ClusterShapes::small),
        new Shape(
            "filter_category",
            "20 wide clusters, a filter leaves out the one of the queries",
            ClusterShapes::category),
        new Shape("gaussian", "no structure", ClusterShapes::gaussian),
        new Shape(
            "two_lengths",
            "no structure, half of them three times as long, by distance",
            ClusterShapes::twoLengths),
        new Shape("l2", "clusters of 100 far from the origin, by distance", ClusterShapes::far));
  }

  private static Drawn tight(int rows, int dims, int queries) {
    Noise noise = new Noise();
    float[][] centres = noise.vectors(Math.ceilDiv(rows, TIGHT_SIZE), dims);
    float[][] documents = new float[rows][];
    for (int i = 0; i < rows; i++) {
      documents[i] = noise.unitNear(centres[i / TIGHT_SIZE], TIGHT_SPREAD);
    }
    noise.shuffle(documents);
    return Drawn.of(documents, queries(noise, centres, queries, TIGHT_SPREAD));
  }

  private static Drawn small(int rows, int dims, int queries) {
    Noise noise = new Noise();
    float[][] centres = noise.vectors(Math.ceilDiv(rows, SMALL_SIZE), dims);
    float[][] documents = new float[rows][];
    int centre = 0;
    int left = 0;
    for (int i = 0; i < rows; i++) {
      if (left == 0) {
        centre = (centre + 1) % centres.length;
        left = SMALLEST + noise.number(2 * (SMALL_SIZE - SMALLEST) + 1);
      }
      documents[i] = noise.unitNear(centres[centre], SMALL_SPREAD);
      left--;
    }
    return Drawn.of(documents, queries(noise, centres, queries, SMALL_SPREAD));
  }

  private static float[][] queries(Noise noise, float[][] centres, int count, double spread) {
    float[][] queries = new float[count][];
    for (int i = 0; i < count; i++) {
      queries[i] = noise.unitNear(centres[noise.number(centres.length)], spread);
    }
    return queries;
  }

  private static Drawn category(int rows, int dims, int queries) {
    Noise noise = new Noise();
    float[][] centres = noise.vectors(CATEGORIES, dims);
    float[][] documents = new float[rows][];
    FixedBitSet accepted = new FixedBitSet(rows);
    for (int i = 0; i < rows; i++) {
      int category = noise.number(CATEGORIES);
      documents[i] = noise.near(centres[category], CATEGORY_SPREAD);
      if (category > 0) {
        accepted.set(i);
      }
    }
    float[][] targets = members(noise, Arrays.copyOf(centres, 1), queries, CATEGORY_SPREAD);
    return byDistance(documents, targets).accepting(accepted);
  }

  private static Drawn gaussian(int rows, int dims, int queries) {
    Noise noise = new Noise();
    float[][] documents = noise.vectors(rows, dims);
    float[][] targets = noise.vectors(queries, dims);
    Arrays.stream(documents).forEach(Noise::unit);
    Arrays.stream(targets).forEach(Noise::unit);
    return Drawn.of(documents, targets);
  }

  private static Drawn twoLengths(int rows, int dims, int queries) {
    Drawn drawn = gaussian(rows, dims, queries);
    makeHalfLonger(drawn.documents());
    makeHalfLonger(drawn.queries());
    return byDistance(drawn.documents(), drawn.queries());
  }

  private static void makeHalfLonger(float[][] vectors) {
    for (int i = 0; i < vectors.length; i += 2) {
      for (int d = 0; d < vectors[i].length; d++) {
        vectors[i][d] *= LONGER;
      }
    }
  }

  private static Drawn far(int rows, int dims, int queries) {
    Noise noise = new Noise();
    float[][] centres = noise.vectors(Math.ceilDiv(rows, FAR_SIZE), dims);
    for (float[] centre : centres) {
      for (int i = 0; i < dims; i++) {
        centre[i] += FAR_OFFSET;
      }
    }
    return byDistance(
        members(noise, centres, rows, FAR_SPREAD), members(noise, centres, queries, FAR_SPREAD));
  }

  private static float[][] members(Noise noise, float[][] centres, int count, double spread) {
    float[][] members = new float[count][];
    for (int i = 0; i < count; i++) {
      members[i] = noise.near(centres[noise.number(centres.length)], spread);
    }
    return members;
  }

  private static Drawn byDistance(float[][] documents, float[][] queries) {
    return new Drawn(documents, queries, VectorSimilarityFunction.EUCLIDEAN, null, null);
  }
}
