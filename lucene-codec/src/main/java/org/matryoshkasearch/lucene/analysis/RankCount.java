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
import java.util.stream.IntStream;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * Counts, for each setting, how many documents come before each true neighbour of each query when
 * all are ordered by their prefixes: first the true neighbours themselves are scored, then all
 * others, of which nothing is kept but whether they come before.
 */
final class RankCount {
  /** Documents that are compared at a time. */
  static final int BLOCK = 256;

  private final PrefixAnalysis analysis;
  private final QuerySample sample;
  private final int[][] truth;
  private final int settings;

  /** For each setting and query, the true neighbours as they come by their prefixes. */
  private final float[][][] scores;

  private final int[][][] ordinals;

  RankCount(PrefixAnalysis analysis, QuerySample sample, TrueNeighbors truth) {
    this.analysis = analysis;
    this.sample = sample;
    this.truth = truth.ordinals();
    this.settings = analysis.prefixes.length * analysis.encodings.size();
    this.scores = new float[settings][sample.size()][];
    this.ordinals = new int[settings][sample.size()][];
  }

  static int blocks(int documents) {
    return Math.ceilDiv(documents, BLOCK);
  }

  List<PrefixRecall> run(AnalysisWork work) throws IOException {
    SettingCodes codes = SettingCodes.of(analysis, sample, work);
    scoreTruth(codes, work);
    int documents = analysis.documents.size();
    List<Counter> counters = new ArrayList<>();
    work.run(
        blocks(documents),
        () -> {
          Counter counter = new Counter(documents);
          synchronized (counters) {
            counters.add(counter);
          }
          SettingScorer scorer = new SettingScorer(analysis, codes);
          return part -> {
            counter.from = part * BLOCK;
            int count = Math.min(BLOCK, documents - counter.from);
            for (int row = 0; row < count; row++) {
              scorer.read(row, counter.from + row);
            }
            scorer.score(count, counter);
          };
        });
    List<PrefixRecall> recalls = new ArrayList<>();
    for (int setting = 0; setting < settings; setting++) {
      PrefixEncoding encoding = analysis.encodings.get(setting % analysis.encodings.size());
      int prefix = analysis.prefixes[setting / analysis.encodings.size()];
      int[][] places = new int[sample.size()][];
      for (int query = 0; query < places.length; query++) {
        places[query] = places(counters, setting, query);
      }
      recalls.add(
          new PrefixRecall(prefix, encoding, codes.bytes(setting), analysis.k, documents, places));
    }
    return List.copyOf(recalls);
  }

  private static int[] places(List<Counter> counters, int setting, int query) {
    int[] places = counters.get(0).before[setting][query].clone();
    for (Counter other : counters.subList(1, counters.size())) {
      for (int i = 0; i < places.length; i++) {
        places[i] += other.before[setting][query][i];
      }
    }
    Arrays.parallelPrefix(places, Integer::sum);
    for (int i = 0; i < places.length; i++) {
      places[i] += 1 + i; // and the true neighbours before it
    }
    return places;
  }

  /** Scores the true neighbours, by the same means as all documents. */
  private void scoreTruth(SettingCodes codes, AnalysisWork work) throws IOException {
    int[] all = Arrays.stream(truth).flatMapToInt(Arrays::stream).sorted().distinct().toArray();
    for (int query = 0; query < truth.length; query++) {
      for (int setting = 0; setting < settings; setting++) {
        scores[setting][query] = new float[truth[query].length];
        ordinals[setting][query] = truth[query].clone();
      }
    }
    work.runUntold(
        blocks(all.length),
        () -> {
          SettingScorer scorer = new SettingScorer(analysis, codes);
          return part -> {
            int from = part * BLOCK;
            int count = Math.min(BLOCK, all.length - from);
            for (int row = 0; row < count; row++) {
              scorer.read(row, all[from + row]);
            }
            scorer.score(
                count,
                (setting, query, found) -> {
                  // both ascend: of a query those of the block stand side by side
                  int[] of = truth[query];
                  int row = 0;
                  for (int i = first(of, all[from]); i < of.length && row < count; i++) {
                    row = Arrays.binarySearch(all, from + row, from + count, of[i]) - from;
                    if (row < 0) {
                      break; // beyond the block
                    }
                    scores[setting][query][i] = found[row];
                  }
                });
          };
        });
    for (int setting = 0; setting < settings; setting++) {
      for (int query = 0; query < truth.length; query++) {
        sort(setting, query);
      }
    }
  }

  /** Where the first that is no less stands. */
  private static int first(int[] ascending, int least) {
    int place = Arrays.binarySearch(ascending, least);
    return place < 0 ? -1 - place : place;
  }

  private void sort(int setting, int query) {
    float[] unsorted = scores[setting][query];
    int[] of = truth[query];
    int[] order =
        IntStream.range(0, of.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> -unsorted[i])
                    .thenComparingInt(i -> of[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    scores[setting][query] = new float[of.length];
    for (int i = 0; i < order.length; i++) {
      scores[setting][query][i] = unsorted[order[i]];
      ordinals[setting][query][i] = of[order[i]];
    }
  }

  /** Counts for one thread. */
  private final class Counter implements SettingScorer.Taker {
    /** For each true neighbour, what comes before it and not before the one before. */
    private final int[][][] before = new int[settings][truth.length][];

    private final int documents;

    /** The first document of the block. */
    private int from;

    Counter(int documents) {
      this.documents = documents;
      for (int[][] ofSetting : before) {
        for (int query = 0; query < truth.length; query++) {
          ofSetting[query] = new int[truth[query].length];
        }
      }
    }

    @Override
    public void take(int setting, int query, float[] found) {
      float[] neighbors = scores[setting][query];
      float least = neighbors[neighbors.length - 1];
      int count = Math.min(BLOCK, documents - from);
      for (int row = 0; row < count; row++) {
        if (found[row] >= least && from + row != sample.own()[query]) {
          count(setting, query, from + row, found[row]);
        }
      }
    }

    private void count(int setting, int query, int ordinal, float score) {
      // scored once more, a true neighbour might come before itself: a vector unit may add the
      // same floats in another order
      if (Arrays.binarySearch(truth[query], ordinal) >= 0) {
        return;
      }
      float[] neighbors = scores[setting][query];
      int[] of = ordinals[setting][query];
      int place = neighbors.length;
      // of equal scores the document of the lower ordinal comes first, as in a search
      while (place > 0
          && (score > neighbors[place - 1]
              || (score == neighbors[place - 1] && ordinal < of[place - 1]))) {
        place--;
      }
      if (place < neighbors.length) {
        before[setting][query][place]++;
      }
    }
  }
}
