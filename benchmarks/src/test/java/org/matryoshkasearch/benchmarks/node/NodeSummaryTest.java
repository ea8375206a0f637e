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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.benchmarks.node.NodeIndex.Size;
import org.matryoshkasearch.benchmarks.node.NodeResult.Loaded;

public class NodeSummaryTest {

  private static final List<Integer> CLIENTS = List.of(1, 4);

  private static Times times(double speed) {
    return new Times(speed, 1e6 / speed, 2e6 / speed);
  }

  private static List<Point> points(double recall, double speed) {
    return List.of(
        new Point(20, 1, recall - 0.02, 0, times(2 * speed)),
        new Point(30, 1, recall, 0, times(speed)));
  }

  private static NodeResult result(
      String name, double seconds, long hotBytes, double recall, double speed, double limited) {
    NodeContender contender =
        NodeContender.all().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    Loaded loaded = new Loaded(1000, seconds, 10, new Size(3, 4_000_000, hotBytes));
    return NodeResult.of(contender, loaded)
        .withTimed(Map.of(1, points(recall, speed), 4, points(recall, 3 * speed)))
        .withLimited(Map.of(1, times(limited), 4, times(2 * limited)));
  }

  private final List<NodeResult> results =
      List.of(
          result("dense-int8_hnsw", 50, 1_000_000, 0.95, 900, 700),
          result("dense-int8_hnsw-rescored", 50, 1_000_000, 0.99, 400, 10),
          result("dense-bbq_hnsw", 40, 200_000, 0.992, 200, 50),
          result("dense-bbq_hnsw-half", 40, 200_000, 0.991, 250, 40),
          result("matryoshka-int4_hnsw", 20, 100_000, 0.993, 500, 100),
          NodeResult.failed(NodeContender.all().get(0), "no such <thing>"));

  @Test
  public void testTables() {
    NodeSummary summary = new NodeSummary(results, CLIENTS);
    List<String> lines = summary.atTarget().toString().lines().toList();
    assertEquals(7, lines.size());
    assertTrue(lines.get(2), lines.get(2).startsWith("dense-int8_hnsw (falls short)"));
    assertEquals(
        "matryoshka-int4_hnsw 30 0.9930 500.0 2.00 4.00 1500.0 0.67 1.33 50 10.0 3 4 100",
        lines.get(6).replaceAll(" +", " "));
    assertEquals("dense-hnsw not run: no such <thing>\n", summary.notes());
    assertEquals(12, summary.all().toString().lines().count());
    String limited = summary.limited().toString();
    assertEquals(
        "matryoshka-int4_hnsw 100.0 10.00 20.00 200.0 5.00 10.00",
        limited.lines().toList().get(6).replaceAll(" +", " "));
  }

  @Test
  public void testRatiosAreToTheBestThatReachesTheTarget() {
    assertEquals(
        "node: bbq_hnsw throughput=2.00 docs=2.00 merged=1.67 hot=0.50;"
            + " limited: bbq_hnsw=2.00 int8_hnsw=10.00",
        new NodeSummary(results, CLIENTS).ratios());
  }

  @Test
  public void testRatiosOfWhatWasNotMeasured() {
    NodeResult ours = results.get(4).withLimited(Map.of());
    assertEquals(
        "node: bbq_hnsw throughput=NaN docs=NaN merged=NaN hot=NaN;"
            + " limited: bbq_hnsw=NaN int8_hnsw=NaN",
        new NodeSummary(List.of(ours), CLIENTS).ratios());
  }
}
