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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.FixedBitSet;

/** Documents and queries, and what an exact search finds. */
public final class DataSet {

  /**
   * How far below the k-th best score another may lie and count as equal, for scores up to 1; as
   * much in proportion for larger ones: rounding.
   */
  private static final float TIE = 1e-6f;

  private final String name;
  private final String documentsName;
  private final Documents documents;
  private final float[][] queries;
  private final FixedBitSet accepted;
  private final float[][] bestScores;

  /**
   * @param name what to call the set in names of files
   * @param documentsName what no other documents are called
   * @param accepted the rows that the filter of a search accepts, or null for no filter
   * @param bestScores the best {@linkplain ExactScores#score scores} of each query and a document
   *     that it may find, best first
   */
  DataSet(
      String name,
      String documentsName,
      Documents documents,
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
    return documents.vectors();
  }

  /** What is indexed, in some number of segments. */
  public Documents inSegments(int segments) {
    return new Documents(
        documents.vectors(), documents.similarity(), documents.deleted(), segments);
  }

  /** What is searched for. */
  public float[][] queries() {
    return queries;
  }

  /** The rows that the filter of a search accepts, or null for no filter. */
  public FixedBitSet accepted() {
    return accepted;
  }

  /**
   * Which share of the true nearest documents that it may find a search found. What ties with the
   * last of them is as good as that one, so duplicates in a set do not count as misses.
   *
   * @param query which query was searched for
   * @param found the rows of the documents found, none twice; the first k count
   * @param k 1 to {@link ExactScores#KEPT}
   * @return from 0 to 1
   */
  public double recall(int query, int[] found, int k) {
    float kth = bestScores[query][k - 1];
    float enough = kth - TIE * Math.max(1, Math.abs(kth));
    float[] vector = new float[documents.vectors().dims()];
    VectorSimilarityFunction similarity = documents.similarity();
    int hits = 0;
    for (int i = 0; i < Math.min(k, found.length); i++) {
      documents.vectors().read(found[i], vector);
      if (mayBeFound(found[i]) && ExactScores.score(similarity, queries[query], vector) >= enough) {
        hits++;
      }
    }
    return (double) hits / k;
  }

  private boolean mayBeFound(int row) {
    return (accepted == null || accepted.get(row))
        && (documents.deleted() == null || !documents.deleted().get(row));
  }
}
