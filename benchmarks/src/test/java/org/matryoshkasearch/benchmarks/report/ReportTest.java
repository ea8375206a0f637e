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
package org.matryoshkasearch.benchmarks.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Searchable;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Result;
import org.matryoshkasearch.benchmarks.measure.Times;

public class ReportTest {

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

  private static Result result(
      String name, Contender.Family family, double build, Point... points) {
    return new Result(
        new Named(name, family),
        null,
        new Contender.BuildTime(build, 1),
        false,
        1000,
        5_000_000,
        64_000,
        List.of(points));
  }

  private static Point point(int candidates, double recall, double speed) {
    return new Point(candidates, 0.5, recall, 500, new Times(speed, 1e6 / speed, 2e6 / speed));
  }

  private final List<Result> results =
      List.of(
          result(
              "float32", Contender.Family.LUCENE, 99, point(10, 0.95, 900), point(20, 0.99, 500)),
          result("bit1", Contender.Family.LUCENE, 79, point(50, 0.992, 800)),
          Result.failed(new Named("away", Contender.Family.JVECTOR), "no such <thing>"),
          result(
              "ours",
              Contender.Family.MATRYOSHKA,
              24,
              point(20, 0.97, 4000),
              point(30, 0.993, 2000)));

  @Test
  public void testTableIsOfTheFirstSettingThatReachesTheTarget() {
    Summary summary = new Summary(results, 10);
    List<String> lines = summary.atTarget().toString().lines().toList();
    assertEquals(5, lines.size());
    assertEquals(
        "ours 30 15 0.9930 2000 500 1000 500 25.0 1.0 5 64", lines.get(4).replaceAll(" +", " "));
    assertEquals("away not run: no such <thing>\n", summary.notes());
    List<String> all = summary.all().toString().lines().toList();
    assertEquals(7, all.size());
    assertEquals(
        "half of them, but no fewer than hits",
        "float32 10 10 0.9500 900 1111 2222 500",
        all.get(2).replaceAll(" +", " "));
  }

  @Test
  public void testFallingShortIsSaid() {
    Result poor = result("poor", Contender.Family.LUCENE, 1, point(10, 0.5, 100));
    String table = new Summary(List.of(poor), 10).atTarget().toString();
    assertTrue(table, table.contains("poor (falls short)"));
  }

  @Test
  public void testRatios() {
    Summary summary = new Summary(results, 10);
    assertEquals(
        "float32=4.00 onebit=2.50 stock_prefix=NaN build=4.00 recall=0.9930",
        summary.ratios("ours", "float32", "bit1", "away"));
  }

  @Test
  public void testPlotIsWellFormed() throws Exception {
    List<Plot.Curve> curves =
        results.stream()
            .filter(Result::ran)
            .map(
                result ->
                    new Plot.Curve(
                        result.contender().name(), result.contender().family(), result.points()))
            .toList();
    String svg = new Plot("a < b", "one thread", curves).svg();
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertTrue(svg, svg.contains(">ours<"));
    assertTrue(svg, svg.contains("the upper right is best"));
    assertTrue(svg, svg.contains(">5,000<"));
    List<String> names = svg.lines().filter(line -> line.contains("font-weight")).toList();
    assertEquals("no curve without a name", curves.size(), names.size());
    assertEquals("one of each family", 2, names.stream().filter(n -> n.contains("bold")).count());
    assertTrue(svg, svg.contains("queries/s, one thread"));
  }

  @Test
  public void testBarsAreWellFormed() throws Exception {
    List<RatioBars.Bar> bars =
        List.of(
            new RatioBars.Bar("up & down", List.of(2.5, 0.25)),
            new RatioBars.Bar("odd", List.of(Double.POSITIVE_INFINITY, 0.0)),
            new RatioBars.Bar("none", List.of(Double.NaN, 1.0)));
    String svg = new RatioBars("a < b", "how to", List.of("0.95", "0.99"), bars).svg();
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    for (String text : List.of("2.50", "0.25", "1.00", "only here", "not reached", "none")) {
      assertTrue(svg, svg.contains(">" + text + "<"));
    }
  }

  @Test
  public void testMarkdownTable() {
    MarkdownTable table = new MarkdownTable(List.of("name", "n"));
    table.add(List.of("a", "12"));
    assertEquals("| name |  n |\n|------|---:|\n| a    | 12 |\n", table.toString());
  }

  @Test
  public void testStepsOfTheAxis() {
    assertEquals(500, Plot.step(500, true), 1e-9);
    assertEquals(1000, Plot.step(501, true), 1e-6);
    assertEquals(200, Plot.step(499, false), 1e-6);
  }

  @Test
  public void testMachine() {
    List<String> lines = List.of("processor\t: 0", "model name\t: Some(R) CPU 7 @ 2.00GHz", "");
    assertEquals("Some(R) CPU 7 @ 2.00GHz", Machine.valueOf(lines, "model name", "?"));
    assertEquals("?", Machine.valueOf(lines, "flags", "?"));
    assertEquals(
        "some-7-4-cores", new Machine("Some(R) CPU 7 @ 2.00GHz", 4, 16, "some JVM").slug());
  }
}
