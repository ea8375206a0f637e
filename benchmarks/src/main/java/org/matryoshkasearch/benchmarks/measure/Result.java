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

import java.util.List;
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

  /** The setting with the fewest candidates that reaches a recall; if none does, the last. */
  public Point firstWith(double recall) {
    return Point.firstWith(recall, points);
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
