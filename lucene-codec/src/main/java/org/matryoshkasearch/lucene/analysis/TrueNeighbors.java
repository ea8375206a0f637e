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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * The documents whose full vectors are nearest to each query: found by blocked products of single
 * precision, of which more are kept than are wanted, and put in order in double precision.
 *
 * @param ordinals for each query its k nearest and those that are as near as the k-th, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record TrueNeighbors(int[][] ordinals) {
  /** How many times k are kept, for those that are as near as the k-th. */
  private static final int KEPT = 4;

  /** Scores that differ by no more than this share are the same but for rounding. */
  private static final double TIE = 1e-6;

  private static final int ORIGIN_SAMPLE = 1024;

  static TrueNeighbors find(PrefixAnalysis analysis, QuerySample sample, AnalysisWork work)
      throws IOException {
    VectorSet documents = analysis.documents;
    VectorSimilarityFunction similarity = analysis.similarity;
    QueryPanels panels =
        new QueryPanels(
            sample.vectors(),
            new int[] {documents.dims()},
            origin(documents, similarity),
            DotBlock.directions(similarity, true));
    List<NearestScan> scans = new ArrayList<>();
    int block = RankCount.BLOCK;
    work.run(
        RankCount.blocks(documents.size()),
        () -> {
          NearestScan scan =
              new NearestScan(
                  documents, panels, sample.own(), similarity, KEPT * analysis.k, block);
          synchronized (scans) {
            scans.add(scan);
          }
          return part -> scan.scan(part * block, Math.min(block, documents.size() - part * block));
        });
    int[][] nearest = new int[sample.size()][];
    VectorSet.Reader reader = documents.reader();
    float[] document = new float[documents.dims()];
    for (int query = 0; query < nearest.length; query++) {
      int of = query;
      int[] candidates =
          scans.stream().flatMapToInt(scan -> Arrays.stream(scan.nearest(of))).toArray();
      double[] scores = new double[candidates.length];
      for (int i = 0; i < candidates.length; i++) {
        reader.read(candidates[i], document);
        scores[i] = score(similarity, sample.vectors()[query], document);
      }
      nearest[query] = best(candidates, scores, analysis.k);
      work.check();
    }
    return new TrueNeighbors(nearest);
  }

  /** The k best and what is as good, of the first {@link #KEPT} times k. */
  private static int[] best(int[] candidates, double[] scores, int k) {
    int[] order =
        IntStream.range(0, candidates.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -scores[i])
                    .thenComparingInt(i -> candidates[i]))
            .mapToInt(Integer::intValue)
            .limit((long) KEPT * k)
            .toArray();
    double last = scores[order[Math.min(k, order.length) - 1]];
    double enough = last - TIE * Math.abs(last);
    return Arrays.stream(order)
        .filter(i -> scores[i] >= enough)
        .map(i -> candidates[i])
        .sorted()
        .toArray();
  }

  /** About the middle of the vectors where distances count, else null. */
  static float[] origin(VectorSet documents, VectorSimilarityFunction similarity)
      throws IOException {
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      return null;
    }
    int[] ordinals =
        QuerySample.draw(documents.size(), ORIGIN_SAMPLE, new SplittableRandom(0).nextLong());
    float[] vector = new float[documents.dims()];
    double[] sums = new double[documents.dims()];
    VectorSet.Reader reader = documents.reader();
    for (int ordinal : ordinals) {
      reader.read(ordinal, vector);
      for (int i = 0; i < vector.length; i++) {
        sums[i] += vector[i];
      }
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (sums[i] / ordinals.length);
    }
    return vector;
  }

  /** More is nearer: the cosine, the dot product, or minus the square of the distance. */
  static double score(VectorSimilarityFunction similarity, float[] query, float[] document) {
    double dot = 0;
    double square = 0;
    double squareOfQuery = 0;
    double distance = 0;
    for (int i = 0; i < query.length; i++) {
      double a = query[i];
      double b = document[i];
      dot += a * b;
      square += b * b;
      squareOfQuery += a * a;
      distance += (a - b) * (a - b);
    }
    return switch (similarity) {
      case EUCLIDEAN -> -distance;
      case COSINE ->
          square > 0 && squareOfQuery > 0 ? dot / Math.sqrt(square) / Math.sqrt(squareOfQuery) : 0;
      case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> dot;
    };
  }
}
