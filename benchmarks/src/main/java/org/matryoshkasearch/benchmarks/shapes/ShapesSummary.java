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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.benchmarks.measure.Ladder;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.report.MarkdownTable;
import org.matryoshkasearch.benchmarks.report.RatioBars.Bar;
import org.matryoshkasearch.cli.Table;

/** Results of shapes as tables, bars and a line for scripts. */
final class ShapesSummary {

  private static final String NONE = "–";

  private final List<ShapeResult> results;

  ShapesSummary(List<ShapeResult> results) {
    this.results = List.copyOf(results);
  }

  /** A line a shape: microseconds a query of each contender, and the ratio, at each target. */
  MarkdownTable overview() {
    List<String> header = new ArrayList<>(List.of("us/query", "vectors"));
    for (double target : Ladder.TARGETS) {
      for (Entry entry : results.get(0).entries()) {
        header.add(entry.name() + " " + target);
      }
      header.add("ratio " + target);
    }
    MarkdownTable table = new MarkdownTable(header);
    for (ShapeResult result : results) {
      List<String> cells = new ArrayList<>(List.of(result.shape(), result.size()));
      for (double target : Ladder.TARGETS) {
        result.entries().forEach(entry -> cells.add(micros(entry, target)));
        cells.add(ratio(result.ratio(target)));
      }
      table.add(cells);
    }
    return table;
  }

  /** Which recall, where it is not reached. */
  private static String micros(Entry entry, double target) {
    if (!entry.result().ran()) {
      return "failed";
    }
    return entry.at(target) == null
        ? format("%s (%.3f)", NONE, entry.end())
        : format("%.1f", entry.micros(target));
  }

  static String ratio(double ratio) {
    if (Double.isNaN(ratio)) {
      return NONE;
    }
    return Double.isInfinite(ratio)
        ? "only ours"
        : ratio == 0 ? "only others" : format("%.2f", ratio);
  }

  /** What was said of it when it was measured. */
  static String line(ShapeResult result) {
    StringBuilder line = new StringBuilder(format("%-28s %-12s", result.shape(), result.size()));
    for (double target : Ladder.TARGETS) {
      line.append(format("  at %s:", target));
      result.entries().forEach(entry -> line.append(' ').append(micros(entry, target)));
      line.append(" ratio ").append(ratio(result.ratio(target)));
    }
    return line.toString();
  }

  /** A line for each contender, shape and target. */
  Table details() {
    Table table =
        new Table(
            "shape",
            "vectors",
            "contender",
            "build cpu s",
            "disk MB",
            "at recall",
            "candidates",
            "rescored",
            "recall@" + Ladder.K,
            "us/query",
            "p99 us",
            "visited");
    for (ShapeResult result : results) {
      for (Entry entry : result.entries()) {
        if (entry.result().ran()) {
          for (double target : Ladder.TARGETS) {
            table.add(details(result, entry, target));
          }
        }
      }
    }
    return table;
  }

  private static String[] details(ShapeResult result, Entry entry, double target) {
    Point point = entry.at(target);
    return new String[] {
      result.shape(),
      result.size(),
      entry.name(),
      format("%.1f", entry.result().build().seconds()),
      format("%.1f", entry.result().diskBytes() / 1e6),
      String.valueOf(target),
      point == null ? NONE : String.valueOf(point.candidates()),
      point == null
          ? NONE
          : String.valueOf(Search.rescored(point.rescored(), Ladder.K, point.candidates())),
      format("%.4f", point == null ? entry.end() : point.recall()),
      micros(entry, target),
      point == null ? NONE : format("%.1f", point.times().p99Micros()),
      point == null ? NONE : format("%.0f", point.visited())
    };
  }

  /** Who was not run, and why; each line ends with a line feed. */
  String notes() {
    StringBuilder notes = new StringBuilder();
    for (ShapeResult result : results) {
      for (Entry entry : result.entries()) {
        if (!entry.result().ran()) {
          notes.append(
              format(
                  "%s not run with %s %s: %s%n".replace("%n", "\n"),
                  entry.name(),
                  result.shape(),
                  result.size(),
                  entry.result().failure()));
        }
      }
    }
    return notes.toString();
  }

  /** The bars of each shape: its ratio at each target. */
  List<Bar> bars() {
    boolean sizes = results.stream().map(ShapeResult::rows).distinct().count() > 1;
    return results.stream()
        .map(
            result ->
                new Bar(
                    sizes ? result.shape() + " " + result.size() : result.shape(),
                    Ladder.TARGETS.stream().map(result::ratio).toList()))
        .toList();
  }

  /**
   * One line for scripts: of how many shapes, of those where anyone reaches a target, ours is no
   * slower at any; and the geometric means of the ratios where both sides reach it.
   */
  String ratios() {
    List<ShapeResult> compared =
        results.stream()
            .filter(result -> Ladder.TARGETS.stream().anyMatch(t -> !Double.isNaN(result.ratio(t))))
            .toList();
    long above =
        compared.stream()
            .filter(result -> Ladder.TARGETS.stream().noneMatch(t -> result.ratio(t) < 1))
            .count();
    StringBuilder line =
        new StringBuilder(format("shapes_at_or_above_1=%d/%d", above, compared.size()));
    for (double target : Ladder.TARGETS) {
      line.append(format(" mean%.0f=%.2f", 100 * target, mean(target)));
    }
    return line.toString();
  }

  private double mean(double target) {
    return Math.exp(
        results.stream()
            .mapToDouble(result -> result.ratio(target))
            .filter(ratio -> ratio > 0 && Double.isFinite(ratio))
            .map(Math::log)
            .average()
            .orElse(Double.NaN));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
