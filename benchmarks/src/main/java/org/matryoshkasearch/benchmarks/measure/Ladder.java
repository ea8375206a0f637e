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

/**
 * Asks for ever more candidates until enough is found, with the same steps for every contender:
 * what is compared are first steps that reach a recall, and nothing between two steps.
 */
public final class Ladder {

  /** The recalls at which contenders are compared, in rising order. */
  public static final List<Double> TARGETS = List.of(0.95, Recalls.TARGET);

  private static final int[] STEPS = {
    10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 160, 200, 240, 320, 480, 640, 960
  };

  /** How many documents a search wants. */
  public static final int K = 10;

  private final Recalls recalls;
  private final int rows;

  /** Steps up through searches of a set. */
  public Ladder(DataSet data) {
    this.recalls = new Recalls(data, K, true);
    this.rows = data.documents().size();
  }

  /**
   * How far a way to search came.
   *
   * @param reached for each target that was reached the first step that does, none twice, without
   *     times
   * @param end the last step
   */
  public record Climb(List<Point> reached, Point end) {}

  /** Stops at the step that reaches the last target. */
  public Climb climb(Search way) throws IOException {
    List<Point> reached = new ArrayList<>();
    Point end = null;
    int next = 0;
    for (int candidates : STEPS) {
      if (next == TARGETS.size() || candidates > rows) {
        break;
      }
      end = recalls.point(way, candidates);
      int before = next;
      while (next < TARGETS.size() && end.recall() >= TARGETS.get(next)) {
        next++;
      }
      if (next > before) {
        reached.add(end);
      }
    }
    return new Climb(List.copyOf(reached), end);
  }
}
