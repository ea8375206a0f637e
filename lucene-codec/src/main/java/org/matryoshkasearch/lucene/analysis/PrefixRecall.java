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
package org.matryoshkasearch.lucene.analysis;

import java.util.Arrays;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * What a search by a prefix of one length, coded in one way, finds of the true nearest neighbours,
 * for any number of rescored rows. It is that of a search that looks at the codes of all documents;
 * a graph may bring up somewhat less.
 */
public final class PrefixRecall {
  /** About what links of the default graph take, and its pivots. */
  private static final int GRAPH_BYTES = 40;

  private final int prefixDims;
  private final PrefixEncoding encoding;
  private final int codeBytes;
  private final int k;
  private final int documents;

  /** For each query the places of its true neighbours by the prefix, from 1, the best first. */
  private final int[][] places;

  /**
   * Of places that were counted somewhere, as on another machine.
   *
   * @param prefixDims leading dimensions that are compared
   * @param encoding how they are coded
   * @param codeBytes what the code of a vector takes
   * @param k how many neighbours of a query are to be found
   * @param documents how many there are to rescore at most
   * @param places for each query the places of its true neighbours, ascending; not copied. Where
   *     there are fewer than k, no more could be found
   */
  public PrefixRecall(
      int prefixDims,
      PrefixEncoding encoding,
      int codeBytes,
      int k,
      int documents,
      int[][] places) {
    this.prefixDims = prefixDims;
    this.encoding = encoding;
    this.codeBytes = codeBytes;
    this.k = k;
    this.documents = documents;
    this.places = places;
  }

  /** Leading dimensions that are compared. */
  public int prefixDims() {
    return prefixDims;
  }

  /** How they are coded. */
  public PrefixEncoding encoding() {
    return encoding;
  }

  /** Bytes of a code; of float32, of the leading dimensions. */
  public int codeBytes() {
    return codeBytes;
  }

  /**
   * Bytes a vector that a search needs in memory: its code (of float32, the leading dimensions of
   * its row), and about 40 for its links in the graph.
   */
  public int hotBytes() {
    return codeBytes + GRAPH_BYTES;
  }

  /**
   * The share of the k true neighbours among the best k once so many rows are rescored.
   *
   * @param rescored how many documents, the best by prefix, are scored by their full vectors; at
   *     least k
   * @return from 0 to 1
   */
  public Estimate at(int rescored) {
    return Estimate.of(recalls(rescored), 1.0 / k, 0, 1);
  }

  /** That share of each query. */
  public double[] recalls(int rescored) {
    double[] recalls = new double[places.length];
    for (int query = 0; query < places.length; query++) {
      recalls[query] = recall(places[query], rescored);
    }
    return recalls;
  }

  private double recall(int[] of, int rescored) {
    int most = Math.min(k, of.length);
    int found = 0;
    while (found < most && of[found] <= rescored) {
      found++;
    }
    return (double) found / most;
  }

  /** For each query the places of its k true neighbours, or as many as there are. */
  public int[][] places() {
    int[][] best = new int[places.length][];
    for (int query = 0; query < best.length; query++) {
      best[query] = Arrays.copyOf(places[query], Math.min(k, places[query].length));
    }
    return best;
  }

  private double mean(int rescored) {
    double sum = 0;
    for (int[] of : places) {
      sum += recall(of, rescored);
    }
    return sum / places.length;
  }

  /**
   * The least number of rescored rows with which the mean recall reaches a target.
   *
   * @param target from 0 to 1
   * @return from k to the number of documents
   */
  public int rowsFor(double target) {
    int low = k;
    int high = Math.max(k, documents);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (mean(middle) >= target) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** {@link #rowsFor} as a whole multiple of k. */
  public int oversampleFor(double target) {
    return Math.ceilDiv(rowsFor(target), k);
  }
}
