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

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Contender.BuildTime;

/**
 * All that was measured of a contender.
 *
 * @param contender whose result it is
 * @param failure why it was not run, or null if it was
 * @param build how long it took to build its index
 * @param reused whether the index, and how long it took, are those of an earlier run
 * @param rows how many vectors are in it
 * @param diskBytes size of the index on disk
 * @param hotBytes what of it each search reads at random
 * @param points its settings, by rising number of candidates
 */
public record Result(
    Contender contender,
    String failure,
    BuildTime build,
    boolean reused,
    int rows,
    long diskBytes,
    long hotBytes,
    List<Point> points) {

  /** The result of a contender that could not be run. */
  public static Result failed(Contender contender, String reason) {
    return new Result(contender, reason, null, false, 0, 0, 0, List.of());
  }

  /** Whether it was run. */
  public boolean ran() {
    return failure == null;
  }

  /**
   * Of the ways to search, whose settings are timed, each at its first setting that reaches a
   * recall, the fastest; if none does, the one that comes nearest.
   */
  public Point best(double recall) {
    Collection<List<Point>> ways =
        points.stream().collect(Collectors.groupingBy(Point::rescored)).values();
    return ways.stream()
        .map(way -> Point.firstWith(recall, way))
        .max(
            Comparator.<Point>comparingDouble(point -> Math.min(point.recall(), recall))
                .thenComparingDouble(point -> point.times().queriesPerSecond()))
        .orElseThrow();
  }

  /** The timed settings that no other one beats in both recall and speed, by rising recall. */
  public List<Point> frontier() {
    List<Point> best = new ArrayList<>();
    double fastest = 0;
    for (Point point :
        points.stream().sorted(Comparator.comparingDouble(Point::recall).reversed()).toList()) {
      if (point.times().queriesPerSecond() > fastest) {
        fastest = point.times().queriesPerSecond();
        best.add(point);
      }
    }
    Collections.reverse(best);
    return best;
  }

  /** The same after it has been searched. */
  public Result searched(long hot, List<Point> found) {
    return new Result(contender, failure, build, reused, rows, diskBytes, hot, List.copyOf(found));
  }

  /** The same with other points. */
  Result withPoints(List<Point> measured) {
    return new Result(
        contender, failure, build, reused, rows, diskBytes, hotBytes, List.copyOf(measured));
  }
}
