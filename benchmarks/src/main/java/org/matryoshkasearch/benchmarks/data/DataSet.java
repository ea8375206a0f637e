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
package org.matryoshkasearch.benchmarks.data;

import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;

/** Documents and held-out queries, all of unit length, and what an exact search finds. */
public final class DataSet {

  /** How far below the k-th best score another may lie and count as equal: rounding. */
  private static final float TIE = 1e-6f;

  private final String name;
  private final String documentsName;
  private final Vectors documents;
  private final float[][] queries;
  private final FixedBitSet accepted;
  private final float[][] bestScores;

  /**
   * @param name what to call the set in names of files
   * @param documentsName what no other documents are called
   * @param accepted the rows that a search may find, or null for all
   * @param bestScores the best dot products of each query and an accepted document, best first
   */
  DataSet(
      String name,
      String documentsName,
      Vectors documents,
      float[][] queries,
      FixedBitSet accepted,
      float[][] bestScores) {
    this.name = name;
    this.documentsName = documentsName;
    this.documents = documents;
    this.queries = queries;
    this.accepted = accepted;
    this.bestScores = bestScores;
  }

  /** What to call the set in names of files. */
  public String name() {
    return name;
  }

  /** What no other documents are called, for what is kept of them from one run to the next. */
  public String documentsName() {
    return documentsName;
  }

  /** What is indexed; the row is the name of a document. */
  public Vectors documents() {
    return documents;
  }

  /** What is searched for. */
  public float[][] queries() {
    return queries;
  }

  /** The rows that a search may find, or null for all. */
  public FixedBitSet accepted() {
    return accepted;
  }

  /**
   * Which share of the true nearest accepted documents a search found. What ties with the last of
   * them is as good as that one, so duplicates in a set do not count as misses.
   *
   * @param query which query was searched for
   * @param found the rows of the documents found, none twice; the first k count
   * @param k 1 to {@link ExactScores#KEPT}
   * @return from 0 to 1
   */
  public double recall(int query, int[] found, int k) {
    float enough = bestScores[query][k - 1] - TIE;
    float[] vector = new float[documents.dims()];
    int hits = 0;
    for (int i = 0; i < Math.min(k, found.length); i++) {
      documents.read(found[i], vector);
      boolean mayBeFound = accepted == null || accepted.get(found[i]);
      if (mayBeFound && VectorUtil.dotProduct(queries[query], vector) >= enough) {
        hits++;
      }
    }
    return (double) hits / k;
  }
}
