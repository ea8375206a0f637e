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

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.measure.Result;
import org.matryoshkasearch.cli.Table;

/** Results as tables. */
public final class Summary {

  private static final double MEGA = 1e6;

  private final List<Result> results;
  private final int k;

  /**
   * @param k of the recall
   */
  public Summary(List<Result> results, int k) {
    this.results = List.copyOf(results);
    this.k = k;
  }

  /** A line a contender, at the best setting that reaches {@link Recalls#TARGET}. */
  public Table atTarget() {
    Table table =
        new Table(
            "at recall >= " + Recalls.TARGET,
            "candidates",
            "rescored",
            "recall@" + k,
            "queries/s",
            "p50 us",
            "p99 us",
            "visited",
            "build cpu s",
            "of it merge",
            "disk MB",
            "hot bytes");
    for (Result result : results) {
      if (result.ran()) {
        Point point = result.best(Recalls.TARGET);
        String fallsShort = point.recall() < Recalls.TARGET ? " (falls short)" : "";
        table.add(
            result.contender().name() + fallsShort,
            String.valueOf(point.candidates()),
            rescored(point),
            format("%.4f", point.recall()),
            format("%.0f", point.times().queriesPerSecond()),
            format("%.0f", point.times().p50Micros()),
            format("%.0f", point.times().p99Micros()),
            format("%.0f", point.visited()),
            format("%.1f", result.build().seconds()) + (result.reused() ? "*" : ""),
            format("%.1f", result.build().mergeSeconds()),
            format("%.0f", result.diskBytes() / MEGA),
            format("%.0f", (double) result.hotBytes() / result.rows()));
      }
    }
    return table;
  }

  /** A line for each setting of each contender. */
  public Table all() {
    Table table =
        new Table(
            "all settings",
            "candidates",
            "rescored",
            "recall@" + k,
            "queries/s",
            "p50 us",
            "p99 us",
            "visited");
    for (Result result : results) {
      for (Point point : result.points()) {
        table.add(
            result.contender().name(),
            String.valueOf(point.candidates()),
            rescored(point),
            format("%.4f", point.recall()),
            format("%.0f", point.times().queriesPerSecond()),
            format("%.0f", point.times().p50Micros()),
            format("%.0f", point.times().p99Micros()),
            format("%.0f", point.visited()));
      }
    }
    return table;
  }

  private String rescored(Point point) {
    return String.valueOf(Search.rescored(point.rescored(), k, point.candidates()));
  }

  /** What is to be said below the tables; each line ends with a line feed. */
  public String notes() {
    StringBuilder text = new StringBuilder();
    if (results.stream().anyMatch(Result::reused)) {
      text.append("* built in an earlier run\n");
    }
    for (Result result : results) {
      if (!result.ran()) {
        text.append(result.contender().name() + " not run: " + result.failure() + "\n");
      }
    }
    return text.toString();
  }

  /**
   * One line for scripts: queries a second of ours over Lucene's float32, Lucene's 1-bit and the
   * stock format on the same prefix, build time of Lucene's float32 over ours, and our recall, each
   * at the setting of {@link #atTarget}. A ratio is NaN if either was not run.
   */
  public String ratios(String ours, String float32, String oneBit, String stockPrefix) {
    Map<String, Result> byName =
        results.stream()
            .filter(Result::ran)
            .collect(Collectors.toMap(result -> result.contender().name(), Function.identity()));
    Result mine = byName.get(ours);
    return format(
        "float32=%.2f onebit=%.2f stock_prefix=%.2f build=%.2f recall=%.4f",
        speed(mine) / speed(byName.get(float32)),
        speed(mine) / speed(byName.get(oneBit)),
        speed(mine) / speed(byName.get(stockPrefix)),
        build(byName.get(float32)) / build(mine),
        mine == null ? Double.NaN : mine.best(Recalls.TARGET).recall());
  }

  private static double speed(Result result) {
    return result == null ? Double.NaN : result.best(Recalls.TARGET).times().queriesPerSecond();
  }

  private static double build(Result result) {
    return result == null ? Double.NaN : result.build().seconds();
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
