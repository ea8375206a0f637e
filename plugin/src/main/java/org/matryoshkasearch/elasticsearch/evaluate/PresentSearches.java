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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.matryoshkasearch.elasticsearch.query.StageRecorder;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.search.StageStats;

/** Searches of the field as it is, and what they find. */
final class PresentSearches {
  /** What scores differ by through rounding. */
  private static final float TIE = 2e-6f;

  private final EvaluatedField field;
  private final Evaluation evaluation;
  private final SearchExecutionContext context;
  private final IndexSearcher searcher;
  private final ShardGuard guard;

  PresentSearches(
      EvaluatedField field,
      Evaluation evaluation,
      SearchExecutionContext context,
      IndexSearcher searcher,
      ShardGuard guard) {
    this.field = field;
    this.evaluation = evaluation;
    this.context = context;
    this.searcher = searcher;
    this.guard = guard;
  }

  /**
   * What a search found.
   *
   * @param recall the share of the k nearest of the shard
   * @param rows full vectors that it read to rank candidates; -1 where that is not known
   * @param nanos that it took
   */
  record Found(double recall, int rows, long nanos) {}

  /** Makes the query, and so checks the vector. */
  Query query(float[] vector, boolean ofDocument) throws IOException {
    // a document finds itself
    int k = evaluation.k() + (ofDocument ? 1 : 0);
    return field.search(vector, k, evaluation).toQuery(context);
  }

  /**
   * Searches.
   *
   * @param own for each query the place of the document that it is, or -1
   * @param truth for each query the places of its k nearest, and of those as near as the k-th
   */
  List<Found> run(ShardVectors vectors, List<float[]> queries, int[] own, int[][] truth)
      throws IOException {
    List<Found> found = new ArrayList<>();
    // as a node that has been searched before
    searcher.search(query(queries.get(0), own[0] >= 0), evaluation.k());
    for (int i = 0; i < queries.size(); i++) {
      guard.report("searching the field as it is", (double) i / queries.size());
      Query query = query(queries.get(i), own[i] >= 0);
      long start = System.nanoTime();
      TopDocs hits = searcher.search(query, evaluation.k() + (own[i] >= 0 ? 1 : 0));
      long nanos = System.nanoTime() - start;
      double recall = recall(vectors, queries.get(i), own[i], truth[i], hits);
      found.add(new Found(recall, rows(query), nanos));
    }
    return found;
  }

  private double recall(ShardVectors vectors, float[] query, int own, int[] truth, TopDocs hits)
      throws IOException {
    VectorSimilarityFunction similarity = field.present().similarity().function();
    float least = Float.POSITIVE_INFINITY;
    for (int place : truth) {
      least = Math.min(least, similarity.compare(query, vectors.vector(place)));
    }
    int most = Math.min(evaluation.k(), truth.length);
    int seen = 0;
    int found = 0;
    for (ScoreDoc hit : hits.scoreDocs) {
      int place = vectors.place(hit.doc);
      if (place == own || seen == evaluation.k()) {
        continue;
      }
      seen++;
      if (place >= 0 && similarity.compare(query, vectors.vector(place)) >= least - TIE * least) {
        found++;
      }
    }
    return (double) Math.min(found, most) / most;
  }

  private int rows(Query query) {
    if (query instanceof MatryoshkaKnnQuery ours
        && ours.getListener() instanceof StageRecorder recorder) {
      return recorder.stages().stream()
          .filter(stage -> stage.name().equals(StageStats.FULL))
          .mapToInt(StageStats::in)
          .sum();
    }
    return -1;
  }
}
