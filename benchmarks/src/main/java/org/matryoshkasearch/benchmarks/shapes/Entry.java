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
package org.matryoshkasearch.benchmarks.shapes;

import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Result;

/**
 * A contender with one shape of data.
 *
 * @param result its timed settings: of each way to search the first that reaches a target
 * @param end the best recall that was reached at all
 */
record Entry(Result result, double end) {

  /** The contender, without the number of dimensions, which is that of the vectors. */
  String name() {
    return result.contender().name().replaceFirst("-[0-9]+", "");
  }

  boolean ours() {
    return result.contender().family() == Family.MATRYOSHKA;
  }

  /** Of the ways to search that reach a recall the fastest, or null if none does. */
  Point at(double recall) {
    if (result.points().isEmpty()) {
      return null;
    }
    Point best = result.best(recall);
    return best.recall() >= recall ? best : null;
  }

  /** The mean time of a query at this recall, infinite if it is not reached. */
  double micros(double recall) {
    Point point = at(recall);
    return point == null ? Double.POSITIVE_INFINITY : point.times().meanMicros();
  }
}
