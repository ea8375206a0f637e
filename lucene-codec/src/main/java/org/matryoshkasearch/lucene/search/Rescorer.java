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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.IOSupplier;
import org.matryoshkasearch.lucene.codec.FullVectorBulk;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * Scores candidates with their stored vectors: each leaf once, its rows in the order in which they
 * are stored, a chunk at a time; the leaves run on the searcher's executor, those with few rows one
 * after another.
 *
 * <p>When the time is over, each leaf ends with its current chunk and the rows after it stay
 * without a score. The first chunk of a leaf is always scored, so that a search whose time went
 * into the graph still has something to return.
 */
final class Rescorer {
  /** So many components, a few hundred kilobytes, are worth another thread. */
  private static final long WORTH_A_TASK = 1 << 17;

  private final IndexSearcher searcher;
  private final String field;
  private final TimeLimit limit;
  private final boolean countBytes;

  /**
   * @param countBytes whether the bytes of the rows that are compared shall be counted
   */
  Rescorer(IndexSearcher searcher, String field, TimeLimit limit, boolean countBytes) {
    this.searcher = searcher;
    this.field = field;
    this.limit = limit;
    this.countBytes = countBytes;
  }

  /**
   * Scores the rows by as many leading dimensions as the target has.
   *
   * @return the bytes of rows that were compared, 0 where they are not counted
   */
  long score(Candidates rows, float[] target) throws IOException {
    LeafTasks<Long> tasks = new LeafTasks<>(WORTH_A_TASK);
    int from = 0;
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      int to = endOfLeaf(rows.docs, from, leaf);
      if (from < to) {
        DocsIterator ofLeaf = new DocsIterator(rows.docs, from, to, leaf.docBase);
        tasks.add((long) (to - from) * target.length, () -> score(leaf, ofLeaf, rows, target));
      }
      from = to;
    }
    long bytes = 0;
    for (long ofLeaf : tasks.run(searcher)) {
      bytes += ofLeaf;
    }
    return bytes;
  }

  /** The index of the first document after {@code from} that is not the leaf's. */
  static int endOfLeaf(int[] docs, int from, LeafReaderContext leaf) {
    int end = Arrays.binarySearch(docs, from, docs.length, leaf.docBase + leaf.reader().maxDoc());
    return end >= 0 ? end : -1 - end;
  }

  private long score(LeafReaderContext leaf, DocsIterator docs, Candidates rows, float[] target)
      throws IOException {
    VectorScorer.Bulk bulk = scores(leaf.reader(), target, docs::again);
    if (bulk == null) {
      return 0;
    }
    long rowBytes = countBytes ? rowBytes(leaf.reader(), bulk, target) : 0;
    int scored = 0;
    DocAndFloatFeatureBuffer chunk = new DocAndFloatFeatureBuffer();
    int row = docs.from();
    while (true) {
      bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, chunk);
      if (chunk.size == 0) {
        return scored * rowBytes;
      }
      for (int i = 0; i < chunk.size; i++) {
        int doc = leaf.docBase + chunk.docs[i];
        while (rows.docs[row] != doc) {
          row++;
        }
        rows.setScore(row, chunk.features[i]);
      }
      scored += chunk.size;
      if (row + 1 < docs.to() && limit.leavesOutRest()) {
        return scored * rowBytes;
      }
    }
  }

  /** The bytes of each row that are read for its score. */
  long rowBytes(LeafReader reader, VectorScorer.Bulk scores, float[] target) throws IOException {
    int dims =
        scores instanceof FullVectorBulk
            ? target.length
            : reader.getFieldInfos().fieldInfo(field).getVectorDimension();
    return (long) dims * VectorFieldInfo.bytesOfDimension(reader, field);
  }

  /**
   * Scores of the vectors themselves: where the values may give others, they are read.
   *
   * @param docs gives the documents to score, from the first on each time
   * @return null where there are no vectors
   */
  VectorScorer.Bulk scores(LeafReader reader, float[] target, IOSupplier<DocIdSetIterator> docs)
      throws IOException {
    FloatVectorValues values = reader.getFloatVectorValues(field);
    if (values == null || values.size() == 0) {
      return null;
    }
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    if (target.length == values.dimension() || MatryoshkaHnswVectorsFormat.isFormatOf(info)) {
      VectorScorer.Bulk scores = rescores(values, target, docs.get());
      if (scores instanceof FullVectorBulk) {
        return scores;
      }
    }
    return new RowScorer(values, info.getVectorSimilarityFunction(), target).bulk(docs.get());
  }

  private static VectorScorer.Bulk rescores(
      FloatVectorValues values, float[] target, DocIdSetIterator docs) throws IOException {
    VectorScorer scorer;
    try {
      scorer = values.rescorer(target);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return null; // values that wrap others and do no more, or take no target that is so short
    }
    return scorer == null ? null : scorer.bulk(docs);
  }
}
