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
package org.matryoshkasearch.benchmarks.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.index.Search;

/** Finds the settings of a contender that are worth timing. Times nothing itself. */
public final class Recalls {

  /**
   * What counts as equal recall: each way to search is judged at its first setting that reaches it.
   */
  public static final double TARGET = 0.99;

  /** The numbers of candidates that are tried for k = 10, each about a tenth more than the last. */
  private static final int[] CANDIDATES = {
    10, 11, 12, 13, 15, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97,
    110, 120, 130, 145, 160, 175, 190, 210, 230, 250, 280, 310, 340, 370, 410, 450, 500, 550, 600,
    660, 730, 800, 880, 970, 1100, 1200, 1300, 1450, 1600, 1750, 1900, 2100
  };

  private static final double BEST = 0.998; // more candidates than for this tell nothing
  private static final double LEAST = 0.9; // less recall than this tells nothing
  private static final double LEAST_GAIN = 0.001; // over so many settings; with less it is stuck
  private static final int SETTINGS_TO_GAIN = 10;
  private static final int SETTINGS_BELOW = 2;
  private static final int SETTINGS_ABOVE = 4;
  private static final int VISITS = 100; // queries whose visited nodes are counted

  private final DataSet data;
  private final int k;
  private final boolean targetOnly;

  /**
   * @param k how many documents a search wants, a multiple of 10
   * @param targetOnly whether to leave out settings that are far from {@link #TARGET}
   */
  public Recalls(DataSet data, int k, boolean targetOnly) {
    this.data = data;
    this.k = k;
    this.targetOnly = targetOnly;
  }

  /** The settings of an index, without times, by rising number of candidates. */
  public List<Point> of(Search index) throws IOException {
    List<Point> points = new ArrayList<>();
    int reached = 0; // settings that reach the target
    for (int setting : CANDIDATES) {
      int candidates = setting * k / 10;
      if (candidates > data.documents().size()) {
        break;
      }
      Point point = point(index, candidates);
      points.add(point);
      reached += point.recall() >= TARGET ? 1 : 0;
      if (point.recall() >= BEST || reached > (targetOnly ? 0 : SETTINGS_ABOVE) || stuck(points)) {
        break;
      }
    }
    return worthTiming(points, targetOnly);
  }

  /** One setting, without times. */
  Point point(Search index, int candidates) throws IOException {
    double recall = 0;
    double visited = 0;
    float[][] queries = data.queries();
    int counted = Math.min(VISITS, queries.length);
    for (int i = 0; i < queries.length; i++) {
      recall += data.recall(i, index.search(queries[i], k, candidates), k);
      visited += i < counted ? index.visited(queries[i], candidates) : 0;
    }
    return new Point(
        candidates, index.rescored(), recall / queries.length, visited / counted, null);
  }

  /** Whether more candidates hardly help any more, as where codes are not rescored. */
  static boolean stuck(List<Point> points) {
    int last = points.size() - 1;
    int before = last - SETTINGS_TO_GAIN;
    return before >= 0 && points.get(last).recall() - points.get(before).recall() < LEAST_GAIN;
  }

  /** Leaves out what lies far below, but never the last. */
  static List<Point> worthTiming(List<Point> points, boolean targetOnly) {
    int from = 0;
    int last = points.size() - 1;
    while (from < last && points.get(from).recall() < LEAST) {
      from++;
    }
    return List.copyOf(
        points.subList(targetOnly ? Math.max(from, last - SETTINGS_BELOW) : from, last + 1));
  }
}
