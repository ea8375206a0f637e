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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.lucene.util.FixedBitSet;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Searchable;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Result;
import org.matryoshkasearch.benchmarks.measure.Times;

public class ShapesSummaryTest {

  private record Named(String name, Family family) implements Contender {
    @Override
    public BuildTime build(Documents documents, Path folder, LongConsumer progress) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Searchable open(Path folder, FixedBitSet accepted) {
      throw new UnsupportedOperationException();
    }
  }

  private static Point point(double rescored, double recall, double micros) {
    return new Point(20, rescored, recall, 500, new Times(1e6 / micros, micros, 2 * micros));
  }

  private static Entry entry(String name, Contender.Family family, double end, Point... points) {
    return new Entry(
        new Result(
            new Named(name, family),
            null,
            new Contender.BuildTime(3, 1),
            false,
            1000,
            5_000_000,
            64_000,
            List.of(points)),
        end);
  }

  private static Entry lucene(double end, Point... points) {
    return entry("lucene-int4", Contender.Family.LUCENE, end, points);
  }

  private static Entry ours(double end, Point... points) {
    return entry("matryoshka-128-int4", Contender.Family.MATRYOSHKA, end, points);
  }

  private static ShapeResult result(String shape, Entry... entries) {
    return new ShapeResult(shape, 1000, 128, List.of(entries));
  }

  private final ShapeResult both =
      result(
          "both",
          lucene(0.99, point(1, 0.96, 100), point(1, 0.991, 200)),
          ours(0.992, point(1, 0.95, 50), point(1, 0.992, 90), point(0.5, 0.99, 80)));
  private final ShapeResult slower =
      result(
          "slower",
          lucene(0.99, point(1, 0.96, 100), point(1, 0.99, 100)),
          ours(0.99, point(1, 0.95, 200), point(1, 0.99, 50)));
  private final ShapeResult onlyOurs =
      result("only_ours", lucene(0.5), ours(0.97, point(1, 0.97, 50)));
  private final ShapeResult onlyOthers =
      result("only_others", lucene(0.97, point(1, 0.97, 50)), ours(0.6));
  private final ShapeResult none = result("none", lucene(0.5), ours(0.6));

  @Test
  public void testRatios() {
    assertEquals(2, both.ratio(0.95), 1e-9);
    assertEquals("the faster way counts", 2.5, both.ratio(0.99), 1e-9);
    assertEquals(Double.POSITIVE_INFINITY, onlyOurs.ratio(0.95), 0);
    assertEquals(Double.NaN, onlyOurs.ratio(0.99), 0);
    assertEquals(0, onlyOthers.ratio(0.95), 0);
    assertEquals(Double.NaN, none.ratio(0.95), 0);
  }

  @Test
  public void testLineForScripts() {
    ShapesSummary summary = new ShapesSummary(List.of(both, slower, onlyOurs, onlyOthers, none));
    assertEquals("shapes_at_or_above_1=2/4 mean95=1.00 mean99=2.24", summary.ratios());
    assertEquals(
        "shapes_at_or_above_1=0/0 mean95=NaN mean99=NaN",
        new ShapesSummary(List.of(none)).ratios());
  }

  @Test
  public void testTables() {
    ShapesSummary summary = new ShapesSummary(List.of(both, onlyOurs));
    List<String> lines =
        summary.overview().toString().lines().map(line -> line.replaceAll(" +", " ")).toList();
    assertEquals(
        "| us/query | vectors | lucene-int4 0.95 | matryoshka-int4 0.95 | ratio 0.95"
            + " | lucene-int4 0.99 | matryoshka-int4 0.99 | ratio 0.99 |",
        lines.get(0));
    assertTrue(lines.get(1), lines.get(1).matches("\\|-+\\|(-+:\\|)+"));
    assertEquals("| both | 1000x128 | 100.0 | 50.0 | 2.00 | 200.0 | 80.0 | 2.50 |", lines.get(2));
    assertEquals(
        "| only_ours | 1000x128 | – (0.500) | 50.0 | only ours | – (0.500) | – (0.970) | – |",
        lines.get(3));
    String details = summary.details().toString();
    assertTrue(details, details.contains("matryoshka-int4"));
    assertEquals(2 + 2 * 2 * 2, details.lines().count());
  }

  @Test
  public void testWhatFailedIsSaid() {
    Entry failed =
        new Entry(Result.failed(new Named("lucene-int4", Contender.Family.LUCENE), "no disk"), 0);
    ShapesSummary summary =
        new ShapesSummary(List.of(result("both", failed, ours(0.99, point(1, 0.99, 50)))));
    assertEquals("lucene-int4 not run with both 1000x128: no disk\n", summary.notes());
    assertTrue(summary.overview().toString().contains("failed"));
  }
}
