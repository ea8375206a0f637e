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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.internal.recall.NeighbourRanks;
import org.matryoshkasearch.lucene.internal.recall.RecallCurve;
import org.matryoshkasearch.lucene.internal.recall.ScoreLine;

/**
 * Learns how many candidates the searches of a field need, when its segment has been written: some
 * of its vectors are searched for, once with so many candidates that nearly all of the nearest are
 * among them, then with ever more from few on.
 *
 * <p>How scores of prefixes tell those of full vectors is a line for each query, all of one slope:
 * that of least squares over the best candidates.
 */
final class RecallStudy {
  /** Of fewer vectors all are candidates. */
  private static final int LEAST_VECTORS = 100;

  /** The more vectors there are, the less of the time of the build is a query. */
  private static final int VECTORS_A_QUERY = 100;

  private static final int LEAST_QUERIES = 16;

  private static final int MOST_QUERIES = 48;

  /**
   * Searches for many candidates, each of which tells more, but of small segments would visit all.
   */
  private static final int FEWER_QUERIES = 16;

  private static final int LEAST_VECTORS_FOR_MANY = 2_000;

  private static final int[] STEPS = {12, 18, 28, 44, 70, 120, 200, 400};
  private static final int GENEROUS = 640;

  /** The share of the nearest by whose ranks growth is told. */
  private static final double RANKED = 0.95;

  /** The best candidates, of which lines are drawn: among others they may have another slope. */
  private static final int ON_A_LINE = 24;

  /** A near copy is at less than a quarter of the distance of one of the nearest. */
  private static final float COPY = 0.25f;

  private static final int NEIGHBOUR = 20;

  /**
   * Of a few hundred trials chance misses more or less: so many deviations more count as missed.
   */
  private static final double DEVIATIONS = 0.25;

  private final MatryoshkaHnswVectorsReader reader;
  private final FieldInfo field;
  private final IORunnable abortCheck;
  private final MatryoshkaVectorValues values;
  private final int size;
  private final int[] queries;
  private final int[] nearest; // of one query, ordinals
  private final float[] nearestScores;
  private final int[] copies; // of each query
  private final int[][] few;
  private final int[][] many;
  private final NeighbourRanks ranks = new NeighbourRanks(GENEROUS, RecallCurve.FEW);
  private final NeighbourRanks ranksOfHalf = new NeighbourRanks(GENEROUS, RecallCurve.FEW);
  private final ScoreLine line = new ScoreLine();

  private RecallStudy(MatryoshkaHnswVectorsReader reader, FieldInfo field, IORunnable abortCheck)
      throws IOException {
    this.reader = reader;
    this.field = field;
    this.abortCheck = abortCheck;
    this.values = reader.getFloatVectorValues(field.name);
    this.size = values.size();
    this.queries = new int[Math.clamp(size / VECTORS_A_QUERY, LEAST_QUERIES, MOST_QUERIES)];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (int) ((i + 0.5) * size / queries.length);
    }
    this.nearest = new int[GENEROUS];
    this.nearestScores = new float[GENEROUS];
    this.copies = new int[queries.length];
    this.few = new int[queries.length][];
    this.many = new int[queries.length][];
  }

  /**
   * What is learnt of a field, or null where it has few vectors.
   *
   * @param abortCheck called before each search: what it throws ends the study
   */
  static RecallCurve of(MatryoshkaHnswVectorsReader reader, FieldInfo field, IORunnable abortCheck)
      throws IOException {
    boolean few = reader.getFloatVectorValues(field.name).size() < LEAST_VECTORS;
    return few ? null : new RecallStudy(reader, field, abortCheck).curve();
  }

  private RecallCurve curve() throws IOException {
    for (int i = 0; i < queries.length; i++) {
      lookAround(i);
    }
    float[] ofFew = new float[STEPS.length];
    float[] ofMany = new float[STEPS.length];
    int steps = 0;
    int manySteps = 0;
    boolean all = false;
    while (!all && steps < STEPS.length && (steps == 0 || STEPS[steps] < size)) {
      int candidates = STEPS[steps];
      boolean ofMoreThanFew = candidates >= RecallCurve.MANY && size >= LEAST_VECTORS_FOR_MANY;
      Trials fewTrials = new Trials();
      Trials manyTrials = new Trials();
      int searches =
          candidates < RecallCurve.MANY ? queries.length : Math.min(FEWER_QUERIES, queries.length);
      for (int i = 0; i < searches; i++) {
        int query = i * queries.length / searches;
        int[] found = ordinals(search(queries[query], candidates + copies[query]), queries[query]);
        fewTrials.add(found, few[query]);
        manyTrials.add(found, many[query]);
      }
      ofFew[steps++] = fewTrials.recall();
      if (ofMoreThanFew) {
        ofMany[manySteps++] = manyTrials.recall();
      }
      boolean moreToLearn = size >= LEAST_VECTORS_FOR_MANY;
      all = fewTrials.missedNone() && (ofMoreThanFew ? manyTrials.missedNone() : !moreToLearn);
    }
    return new RecallCurve(
        (float) line.slope(),
        (float) line.deviation(),
        (float) growth(),
        Arrays.copyOf(STEPS, steps),
        Arrays.copyOf(ofFew, steps),
        Arrays.copyOf(ofMany, manySteps));
  }

  /** By the ranks of the nearest among all candidates, and among every second one. */
  private double growth() {
    double all = ranks.get(RANKED);
    double half = ranksOfHalf.get(RANKED);
    return Math.clamp(Math.log(all / half) / Math.log(2), 0, 1);
  }

  /**
   * Finds the nearest of a query, and draws its line. Its near copies do not count: a query that
   * comes from elsewhere has none, and they would be all that is found.
   */
  private void lookAround(int query) throws IOException {
    int self = queries[query];
    ScoreDoc[] hits = search(self, Math.min(GENEROUS, size) - 1);
    int[] ords = Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
    float[] scores = new float[ords.length];
    RandomVectorScorer full = values.vectorScorer(values.vectorValue(self).clone());
    full.bulkScore(ords, scores, ords.length);
    float ofSelf = full.score(self);
    float ofNeighbour = nth(scores, NEIGHBOUR);
    // by inner product others may be more like it than it is itself
    float copy =
        ofNeighbour < ofSelf
            ? Math.max(ofNeighbour, ofSelf - COPY * (ofSelf - ofNeighbour))
            : Float.MAX_VALUE;
    double[] prefixScores = new double[ON_A_LINE];
    int count = 0;
    for (int i = 0; i < ords.length; i++) {
      if (ords[i] == self) {
        continue;
      }
      if (scores[i] > copy) {
        copies[query]++;
        continue;
      }
      if (count < ON_A_LINE) {
        prefixScores[count] = hits[i].score;
      }
      nearest[count] = ords[i];
      nearestScores[count++] = scores[i];
    }
    line.add(prefixScores, nearestScores, Math.min(ON_A_LINE, count));
    long[] ranked = new long[count];
    for (int i = 0; i < count; i++) {
      long worse = ~Float.floatToIntBits(nearestScores[i]); // no score is negative
      ranked[i] = (worse << Integer.SIZE) | nearest[i];
    }
    Arrays.sort(ranked);
    ranks.add(nearestScores, count, 1);
    ranksOfHalf.add(nearestScores, count, 2);
    few[query] = best(ranked, RecallCurve.FEW);
    many[query] = best(ranked, RecallCurve.MANY);
  }

  /** The nth highest score, or the lowest if there are fewer. */
  private static float nth(float[] scores, int n) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, sorted.length - n)];
  }

  private static int[] best(long[] ranked, int count) {
    int[] best = new int[Math.min(count, ranked.length)];
    for (int i = 0; i < best.length; i++) {
      best[i] = (int) ranked[i];
    }
    Arrays.sort(best);
    return best;
  }

  /** Candidates besides the query itself, as ordinals, the best first. */
  private ScoreDoc[] search(int query, int candidates) throws IOException {
    abortCheck.run();
    KnnCollector found = new TopKnnCollector(candidates + 1, Integer.MAX_VALUE);
    reader.searchOrdinals(field.name, values.vectorValue(query).clone(), found);
    return found.topDocs().scoreDocs;
  }

  private static int[] ordinals(ScoreDoc[] hits, int without) {
    return Arrays.stream(hits)
        .mapToInt(hit -> hit.doc)
        .filter(ord -> ord != without)
        .sorted()
        .toArray();
  }

  /** Nearest that were looked for. */
  private static final class Trials {
    private int all;
    private int missed;

    void add(int[] found, int[] wanted) {
      for (int ord : wanted) {
        missed += Arrays.binarySearch(found, ord) < 0 ? 1 : 0;
      }
      all += wanted.length;
    }

    boolean missedNone() {
      return missed == 0;
    }

    float recall() {
      double likely = missed + DEVIATIONS * Math.sqrt(missed + 1);
      return (float) Math.max(0, 1 - likely / Math.max(1, all));
    }
  }
}
