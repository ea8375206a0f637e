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
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.matryoshkasearch.elasticsearch.query.StageRecorder;
import org.matryoshkasearch.lucene.analysis.VectorSet;
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
    return query(vector, ofDocument, null);
  }

  private Query query(float[] vector, boolean ofDocument, Double target) throws IOException {
    // a document finds itself
    int k = evaluation.k() + (ofDocument ? 1 : 0);
    return field.search(vector, k, evaluation, target).toQuery(context);
  }

  /**
   * Searches.
   *
   * @param queries as they are sent
   * @param compared the same after the recipe, as the truth was found with
   * @param own for each query the place of the document that it is, or -1
   * @param truth for each query the places of its k nearest, and of those as near as the k-th
   * @param target the recall that is asked for; null for what the mapping says
   */
  List<Found> run(
      ShardVectors vectors,
      List<float[]> queries,
      List<float[]> compared,
      int[] own,
      int[][] truth,
      Double target)
      throws IOException {
    List<Found> found = new ArrayList<>();
    VectorSet.Reader reader = vectors.reader();
    // as a node that has been searched before
    searcher.search(query(queries.get(0), own[0] >= 0, target), evaluation.k());
    for (int i = 0; i < queries.size(); i++) {
      guard.report(
          target == null ? "searching the field as it is" : "searching with target " + target,
          (double) i / queries.size());
      Query query = query(queries.get(i), own[i] >= 0, target);
      long start = System.nanoTime();
      TopDocs hits = searcher.search(query, evaluation.k() + (own[i] >= 0 ? 1 : 0));
      long nanos = System.nanoTime() - start;
      Scorer scorer = new Scorer(reader, compared.get(i), new float[vectors.dims()]);
      double recall = recall(vectors, scorer, own[i], truth[i], hits);
      found.add(new Found(recall, rows(query), nanos));
    }
    return found;
  }

  /** Scores vectors by all dims. */
  private final class Scorer {
    private final VectorSet.Reader reader;
    private final float[] query;
    private final float[] vector;

    Scorer(VectorSet.Reader reader, float[] query, float[] vector) {
      this.reader = reader;
      this.query = query;
      this.vector = vector;
    }

    float score(int place) throws IOException {
      reader.read(place, vector);
      return field.present().similarity().function().compare(query, vector);
    }
  }

  /** A hit counts if it is as near as the k-th neighbour, of which there may be many. */
  private double recall(ShardVectors vectors, Scorer scorer, int own, int[] truth, TopDocs hits)
      throws IOException {
    float least = Float.POSITIVE_INFINITY;
    for (int place : truth) {
      least = Math.min(least, scorer.score(place));
    }
    int most = Math.min(evaluation.k(), truth.length);
    int seen = 0;
    int found = 0;
    for (ScoreDoc hit : hits.scoreDocs) {
      int place = vectors.place(hit.doc);
      if ((own >= 0 && place == own) || seen == evaluation.k()) {
        continue;
      }
      seen++;
      if (place >= 0 && scorer.score(place) >= least - TIE * least) {
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
