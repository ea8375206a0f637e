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

import java.util.List;
import java.util.function.Predicate;

/**
 * All contenders with one shape of data.
 *
 * @param shape its name
 * @param rows how many documents there are
 * @param dims components of each
 * @param entries the contenders, those of others first
 */
record ShapeResult(String shape, int rows, int dims, List<Entry> entries) {

  /** What was measured, such as {@code 40000x128}. */
  String size() {
    return rows + "x" + dims;
  }

  /**
   * The time of the better one of others over that of the better one of ours, at equal recall: 0
   * where only others reach it, infinite where only ours do, NaN where no one does.
   */
  double ratio(double recall) {
    double others = best(recall, entry -> !entry.ours());
    double ours = best(recall, Entry::ours);
    return Double.isInfinite(others) && Double.isInfinite(ours) ? Double.NaN : others / ours;
  }

  private double best(double recall, Predicate<Entry> which) {
    return entries.stream()
        .filter(which)
        .mapToDouble(entry -> entry.micros(recall))
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }
}
