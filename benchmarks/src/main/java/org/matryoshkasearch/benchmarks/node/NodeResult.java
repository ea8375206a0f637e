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
package org.matryoshkasearch.benchmarks.node;

import java.util.List;
import java.util.Map;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.benchmarks.node.NodeIndex.Size;

/**
 * All that was measured of a contender on a node.
 *
 * @param contender whose result it is
 * @param failure why it was not run, or null if it was
 * @param loaded how its index came to be
 * @param timed its settings, by how many clients searched at the same time
 * @param limited how long searches took with limited memory, by the number of clients, at the first
 *     setting that reaches {@link Recalls#TARGET}; empty if that was not measured
 */
record NodeResult(
    NodeContender contender,
    String failure,
    Loaded loaded,
    Map<Integer, List<Point>> timed,
    Map<Integer, Times> limited) {

  NodeResult {
    timed = Map.copyOf(timed);
    limited = Map.copyOf(limited);
  }

  /**
   * An index that is loaded.
   *
   * @param rows how many documents are in it
   * @param loadSeconds for sending them all, and a flush
   * @param mergeSeconds for making one segment of it, or until loading merged no more
   * @param size after that
   */
  record Loaded(int rows, double loadSeconds, double mergeSeconds, Size size) {

    /** Documents that were loaded in a second. */
    double documentsPerSecond() {
      return rows / loadSeconds;
    }

    /** The same, until they were merged. */
    double mergedDocumentsPerSecond() {
      return rows / (loadSeconds + mergeSeconds);
    }

    /** What of its vector a document has in memory. */
    double hotBytes() {
      return (double) size.hotBytes() / rows;
    }
  }

  /** The result of a contender that could not be run. */
  static NodeResult failed(NodeContender contender, String reason) {
    return new NodeResult(contender, reason, null, Map.of(), Map.of());
  }

  /** The result of a contender that has not been searched yet. */
  static NodeResult of(NodeContender contender, Loaded loaded) {
    return new NodeResult(contender, null, loaded, Map.of(), Map.of());
  }

  /** Whether it was run. */
  boolean ran() {
    return failure == null;
  }

  /** The first setting that reaches {@link Recalls#TARGET}; if none does, the last. */
  Point atTarget(int clients) {
    return Point.firstWith(Recalls.TARGET, timed.get(clients));
  }

  /** Whether any setting reaches {@link Recalls#TARGET}. */
  boolean reachesTarget() {
    return timed.values().stream()
        .flatMap(List::stream)
        .anyMatch(point -> point.recall() >= Recalls.TARGET);
  }

  /** The same with times. */
  NodeResult withTimed(Map<Integer, List<Point>> points) {
    return new NodeResult(contender, failure, loaded, points, limited);
  }

  /** The same with times of limited memory. */
  NodeResult withLimited(Map<Integer, Times> times) {
    return new NodeResult(contender, failure, loaded, timed, times);
  }
}
