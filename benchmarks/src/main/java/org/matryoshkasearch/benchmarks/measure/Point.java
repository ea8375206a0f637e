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

/**
 * One setting of a contender, measured.
 *
 * @param candidates how many candidates a search took from the graph
 * @param rescored which share of them is compared once more by the full vectors
 * @param recall the mean recall of the queries, 0 to 1
 * @param visited the mean number of comparisons of a graph search
 * @param times of the round that counts of all; null before any
 */
public record Point(int candidates, double rescored, double recall, double visited, Times times) {

  /** The same with times. */
  public Point withTimes(Times measured) {
    return new Point(candidates, rescored, recall, visited, measured);
  }

  /** The setting with the fewest candidates that reaches a recall; if none does, the last. */
  public static Point firstWith(double recall, List<Point> points) {
    return points.stream()
        .filter(point -> point.recall() >= recall)
        .findFirst()
        .orElse(points.get(points.size() - 1));
  }
}
