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
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.lucene.util.FixedBitSet;

/**
 * Vectors that are there more than once, or differ by no more than rounding. To each other they are
 * the nearest of all: they would fill each other's links, and a search among them would not get
 * out. So a graph is built over the first of each group, and the others hang on it, as a tree on a
 * thread: the first has a link to the second, and each but the first as many as there may be.
 */
final class Copies {
  /** Of heap, for each vector, while there is a graph: less than it takes to find the copies. */
  static final int BYTES_A_VECTOR = 3 * Integer.BYTES;

  /** What two components may differ by, for each of the largest component. */
  private static final float ROUNDING = 1e-5f;

  /** Groups of one hash, at most: it is a matter of chance, or of someone who wants to keep us. */
  private static final int MOST_OF_A_HASH = 16;

  /** Of a hashed component: the more, the fewer of them tell vectors apart. */
  private static final float STEPS = Byte.MAX_VALUE;

  private static final float DIMS_OF_STEPS = 64;

  private final int links; // of a node, at most

  /** The ordinals that are the first of their group or alone, ascending. */
  private final int[] distinct;

  /** The ordinals of the groups, one group after another, each ascending. */
  private final int[] members;

  /** Where in the members a group begins. */
  private final FixedBitSet firsts;

  /** For each ordinal its place in the members, or -1. */
  private final int[] places;

  private Copies(int links, int[] first) {
    this.links = links;
    this.distinct = IntStream.range(0, first.length).filter(ord -> first[ord] == ord).toArray();
    long[] grouped = grouped(first);
    this.members = new int[grouped.length];
    this.firsts = new FixedBitSet(grouped.length + 1);
    this.places = first;
    Arrays.fill(places, -1);
    for (int i = 0; i < members.length; i++) {
      members[i] = (int) grouped[i];
      places[members[i]] = i;
      if (members[i] == grouped[i] >>> Integer.SIZE) {
        firsts.set(i);
      }
    }
    firsts.set(members.length);
  }

  /** Of each that is not alone the first of its group and it itself, ascending. */
  private static long[] grouped(int[] first) {
    FixedBitSet several = new FixedBitSet(first.length);
    for (int ord = 0; ord < first.length; ord++) {
      if (first[ord] != ord) {
        several.set(ord);
        several.set(first[ord]);
      }
    }
    long[] grouped = new long[several.cardinality()];
    int count = 0;
    for (int ord = 0; ord < first.length; ord++) {
      if (several.get(ord)) {
        grouped[count++] = (long) first[ord] << Integer.SIZE | ord;
      }
    }
    Arrays.sort(grouped);
    return grouped;
  }

  /**
   * Finds the copies among some vectors.
   *
   * @param links that a node may have
   * @return null if there are none, or no room for links to them
   */
  static Copies of(GraphVectors vectors, int links) throws IOException {
    if (links <= 2) {
      return null;
    }
    int size = vectors.size();
    float[] vector = new float[vectors.dims()];
    long[] hashes = new long[size]; // and ordinals
    for (int ord = 0; ord < size; ord++) {
      vectors.read(ord, vector, 0);
      hashes[ord] = (long) hash(vector) << Integer.SIZE | ord;
    }
    Arrays.sort(hashes);
    int[] first = new int[size];
    boolean any = false;
    float[][] found = new float[MOST_OF_A_HASH][vector.length];
    int[] ords = new int[MOST_OF_A_HASH];
    for (int from = 0, to; from < size; from = to) {
      int groups = 0;
      for (to = from; to < size && sameHash(hashes[from], hashes[to]); to++) {
        int ord = (int) hashes[to];
        first[ord] = ord;
        if (to > from || (to + 1 < size && sameHash(hashes[to], hashes[to + 1]))) {
          vectors.read(ord, vector, 0);
          int group = 0;
          while (group < groups && !areEqual(found[group], vector)) {
            group++;
          }
          if (group < groups) {
            first[ord] = ords[group];
            any = true;
          } else if (groups < MOST_OF_A_HASH) {
            System.arraycopy(vector, 0, found[groups], 0, vector.length);
            ords[groups++] = ord;
          }
        }
      }
    }
    return any ? new Copies(links, first) : null;
  }

  private static boolean sameHash(long a, long b) {
    return a >> Integer.SIZE == b >> Integer.SIZE;
  }

  /** Of the components, rounded: those of most pairs of copies are rounded to the same. */
  private static int hash(float[] vector) {
    float largest = largest(vector);
    float steps = STEPS * Math.max(1, DIMS_OF_STEPS / vector.length);
    float scale = largest > 0 ? steps / largest : 0;
    long hash = 0;
    for (float component : vector) {
      hash = 31 * hash + (int) (component * scale + steps + 0.5f);
    }
    return (int) ((hash * 0x9E3779B97F4A7C15L) >>> Integer.SIZE);
  }

  private static boolean areEqual(float[] a, float[] b) {
    float most = ROUNDING * largest(a);
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= most)) { // also if that is no number
        return false;
      }
    }
    return true;
  }

  private static float largest(float[] vector) {
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    return largest;
  }

  /** The ordinals to build a graph over, ascending. */
  int[] distinct() {
    return distinct;
  }

  /** All ordinals. */
  int[] all() {
    return IntStream.range(0, places.length).toArray();
  }

  /** The ordinals of some of the {@link #distinct}. */
  int[] ordinals(int[] ofDistinct) {
    return IntStream.of(ofDistinct).map(place -> distinct[place]).toArray();
  }

  /**
   * Writes the ordinals that a node links to.
   *
   * @param rows links between the distinct ones: one less than there may be
   * @return how many
   */
  int links(LevelLinks rows, int ord, int[] into) throws IOException {
    int place = places[ord];
    int count = 0;
    if (place >= 0 && !firsts.get(place)) {
      int start = firsts.prevSetBit(place);
      int size = firsts.nextSetBit(place + 1) - start;
      int children = links - 1;
      int node = place - start;
      into[count++] = members[start + (node == 1 ? 0 : 1 + (node - 2) / children)];
      long child = 2 + (long) (node - 1) * children;
      for (long end = Math.min(child + children, size); child < end; child++) {
        into[count++] = members[start + (int) child];
      }
      return count;
    }
    count = rows.read(Arrays.binarySearch(distinct, ord), into);
    for (int i = 0; i < count; i++) {
      into[i] = distinct[into[i]];
    }
    if (place >= 0) {
      into[count++] = members[place + 1];
    }
    return count;
  }
}
