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
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;

public class PivotsTest extends LuceneTestCase {
  private static final Workers ONE = new Workers(null, 1, () -> {});
  private static final int LINKS = 12;

  private static float[][] gaussian(int size, int dims) {
    float[][] vectors = new float[size][dims];
    for (float[] vector : vectors) {
      for (int i = 0; i < dims; i++) {
        vector[i] = (float) random().nextGaussian();
      }
    }
    return vectors;
  }

  private static Pivots pivots(float[][] vectors, Nearness kind) throws IOException {
    try (LevelLinks links = links(vectors)) {
      return new Pivots(new ListedVectors(List.of(vectors)), kind, links, ONE);
    }
  }

  /** From each to its nearest few. */
  private static LevelLinks links(float[][] vectors) throws IOException {
    int most = Math.min(LINKS, vectors.length - 1);
    NeighbourTable nearest = new NeighbourTable(0, vectors.length, Math.max(1, most));
    for (int a = 0; a < vectors.length; a++) {
      for (int b = 0; b < vectors.length; b++) {
        float near = -VectorUtil.squareDistance(vectors[a], vectors[b]);
        if (a != b && near >= nearest.least(a)) {
          nearest.offer(a, b, near);
        }
      }
    }
    Lists lists = new Lists(Scratch.onHeap(), vectors.length, ONE);
    LinkChoice.write(nearest, false, lists);
    lists.finish();
    return new LevelLinks(lists, most);
  }

  /** About one in 24, each in one group, which has its mean. */
  public void testGroups() throws IOException {
    int size = 3000 + random().nextInt(3000);
    float[][] vectors = gaussian(size, 6);
    for (Nearness kind : Nearness.values()) {
      Pivots pivots = pivots(vectors, kind);
      FixedBitSet seen = new FixedBitSet(size);
      for (int group = 0; group < pivots.groups().size(); group++) {
        double[] sum = new double[6];
        for (int node : pivots.groups().get(group)) {
          assertFalse("in another group, too", seen.getAndSet(node));
          for (int i = 0; i < sum.length; i++) {
            sum[i] += vectors[node][i];
          }
        }
        for (int i = 0; i < sum.length; i++) {
          double mean = sum[i] / pivots.groups().get(group).length;
          assertEquals(mean, pivots.means().get(group)[i], 1e-5);
        }
      }
      assertTrue(seen.cardinality() > size / 40 && seen.cardinality() < size / 14);
      assertTrue(seen.get(pivots.first()));
    }
  }

  /** What lies side by side is in few groups. */
  public void testGroupsAreOfNeighbours() throws IOException {
    int clusters = 10;
    float[][] vectors = gaussian(8000, 8);
    for (int node = 0; node < vectors.length; node++) {
      vectors[node][0] += 100 * (node % clusters);
    }
    int mixed = 0;
    Pivots pivots = pivots(vectors, Nearness.DISTANCE);
    for (int[] group : pivots.groups()) {
      FixedBitSet of = new FixedBitSet(clusters);
      for (int node : group) {
        of.set(node % clusters);
      }
      mixed += of.cardinality() > 1 ? 1 : 0;
    }
    assertTrue(mixed + " of " + pivots.groups().size(), mixed <= pivots.groups().size() / 10);
  }

  /** However many lie in one place: a search looks at the whole of a group. */
  public void testNoGroupIsFarLargerThanTheOthers() throws IOException {
    float[][] vectors = gaussian(20_000, 4);
    for (int node = 0; node < vectors.length; node++) {
      float scale = node % 50 == 0 ? 1000 : node % 2 == 0 ? 0 : 1e-3f;
      for (int i = 0; i < 4; i++) {
        vectors[node][i] *= scale;
      }
    }
    Pivots pivots = pivots(vectors, Nearness.DISTANCE);
    int all = 0;
    int largest = 0;
    for (int[] group : pivots.groups()) {
      all += group.length;
      largest = Math.max(largest, group.length);
    }
    double average = Math.sqrt(all) / 1.5;
    assertTrue(largest + " of " + all, largest <= 2 * (average + 1));
  }

  /** However small it is, and however far from the others: no search must miss it. */
  public void testEveryClusterHasOne() throws IOException {
    int cluster = LINKS + 1 + random().nextInt(10);
    float[][] vectors = gaussian(200 * cluster, 8);
    for (int node = 0; node < vectors.length; node++) {
      vectors[node][node / cluster % 8] += 100 * (1 + node / cluster);
    }
    FixedBitSet clusters = new FixedBitSet(200);
    int count = 0;
    for (int[] group : pivots(vectors, Nearness.DISTANCE).groups()) {
      count += group.length;
      for (int node : group) {
        clusters.set(node / cluster);
      }
    }
    assertEquals(200, clusters.cardinality());
    assertTrue(count + " of " + vectors.length, count <= vectors.length / 12);
  }

  /** The longest are near to most queries. */
  public void testLongestArePivotsOfInnerProducts() throws IOException {
    float[][] vectors = gaussian(4000, 5);
    vectors[1234][2] = 1e4f;
    FixedBitSet seen = new FixedBitSet(vectors.length);
    for (int[] group : pivots(vectors, Nearness.INNER_PRODUCT).groups()) {
      for (int node : group) {
        seen.set(node);
      }
    }
    assertTrue(seen.get(1234));
  }

  public void testOneVector() throws IOException {
    Pivots pivots = pivots(new float[][] {{1, 2}}, Nearness.DISTANCE);
    assertEquals(1, pivots.groups().size());
    assertEquals(0, pivots.first());
  }
}
