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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.cli.Table;

/** Results of a node as tables. */
final class NodeSummary {

  private static final double MEGA = 1e6;

  private final List<NodeResult> results;
  private final List<Integer> clients;

  /**
   * @param clients how many searched at the same time, in rising order
   */
  NodeSummary(List<NodeResult> results, List<Integer> clients) {
    this.results = List.copyOf(results);
    this.clients = List.copyOf(clients);
  }

  /** A line a contender, at the first setting that reaches {@link Recalls#TARGET}. */
  Table atTarget() {
    Table table = table("at recall >= " + Recalls.TARGET, SETTING, BUILD);
    for (NodeResult result : results) {
      if (result.ran()) {
        List<String> cells = new ArrayList<>();
        cells.add(result.contender().name() + (result.reachesTarget() ? "" : " (falls short)"));
        addSetting(cells, result.atTarget(clients.get(0)));
        clients.forEach(count -> addTimes(cells, result.atTarget(count).times()));
        cells.add(format("%.0f", result.loaded().documentsPerSecond()));
        cells.add(format("%.1f", result.loaded().mergeSeconds()));
        cells.add(String.valueOf(result.loaded().size().segments()));
        cells.add(format("%.0f", result.loaded().size().diskBytes() / MEGA));
        cells.add(format("%.0f", result.loaded().hotBytes()));
        table.add(cells.toArray(String[]::new));
      }
    }
    return table;
  }

  private static final List<String> SETTING = List.of("candidates", "recall@" + Clients.K);
  private static final List<String> BUILD =
      List.of("docs/s", "merge s", "segments", "disk MB", "hot bytes");

  private Table table(String title, List<String> before, List<String> after) {
    List<String> header = new ArrayList<>();
    header.add(title);
    header.addAll(before);
    for (int count : clients) {
      String many = count == 1 ? "1 client" : count + " clients";
      header.addAll(List.of(many + ": queries/s", "p50 ms", "p99 ms"));
    }
    header.addAll(after);
    return new Table(header.toArray(String[]::new));
  }

  private static void addSetting(List<String> cells, Point point) {
    cells.add(String.valueOf(point.candidates()));
    cells.add(format("%.4f", point.recall()));
  }

  private static void addTimes(List<String> cells, Times times) {
    cells.add(format("%.1f", times.queriesPerSecond()));
    cells.add(format("%.2f", times.p50Micros() / 1e3));
    cells.add(format("%.2f", times.p99Micros() / 1e3));
  }

  /** The same settings with limited memory; a table without lines if that was not measured. */
  Table limited() {
    Table table = table("with limited memory", List.of(), List.of());
    for (NodeResult result : results) {
      if (!result.limited().isEmpty()) {
        List<String> cells = new ArrayList<>();
        cells.add(result.contender().name());
        clients.forEach(count -> addTimes(cells, result.limited().get(count)));
        table.add(cells.toArray(String[]::new));
      }
    }
    return table;
  }

  /** A line for each setting of each contender. */
  Table all() {
    Table table = table("all settings", SETTING, List.of());
    for (NodeResult result : results) {
      if (result.ran()) {
        for (int i = 0; i < result.timed().get(clients.get(0)).size(); i++) {
          int setting = i;
          List<String> cells = new ArrayList<>();
          cells.add(result.contender().name());
          addSetting(cells, result.timed().get(clients.get(0)).get(i));
          clients.forEach(count -> addTimes(cells, result.timed().get(count).get(setting).times()));
          table.add(cells.toArray(String[]::new));
        }
      }
    }
    return table;
  }

  /** What failed; each line ends with a line feed. */
  String notes() {
    StringBuilder text = new StringBuilder();
    for (NodeResult result : results) {
      if (!result.ran()) {
        text.append(result.contender().name() + " not run: " + result.failure() + "\n");
      }
    }
    return text.toString();
  }

  /**
   * One line for scripts, ours with default codes over theirs: queries a second of most clients,
   * documents loaded a second, the same until they are merged, hot bytes; and queries a second with
   * limited memory. Theirs are searched in the way that gives most queries a second. A ratio is NaN
   * if one of the two was not measured.
   */
  String ratios() {
    int most = clients.get(clients.size() - 1);
    ToDoubleFunction<NodeResult> speed = result -> result.atTarget(most).times().queriesPerSecond();
    ToDoubleFunction<NodeResult> limited =
        result ->
            result.limited().containsKey(most)
                ? result.limited().get(most).queriesPerSecond()
                : Double.NaN;
    return format(
        "node: bbq_hnsw throughput=%.2f docs=%.2f merged=%.2f hot=%.2f;"
            + " limited: bbq_hnsw=%.2f int8_hnsw=%.2f",
        ratio("bbq_hnsw", speed),
        ratio("bbq_hnsw", result -> result.loaded().documentsPerSecond()),
        ratio("bbq_hnsw", result -> result.loaded().mergedDocumentsPerSecond()),
        ratio("bbq_hnsw", result -> result.loaded().hotBytes()),
        ratio("bbq_hnsw", limited),
        ratio("int8_hnsw", limited));
  }

  private double ratio(String codes, ToDoubleFunction<NodeResult> value) {
    return best(NodeContender.OURS, NodeContender.DEFAULT_CODES, value)
        / best(NodeContender.THEIRS, codes, value);
  }

  /** The greatest value of the contenders of a field that reach the target. */
  private double best(String type, String codes, ToDoubleFunction<NodeResult> value) {
    return results.stream()
        .filter(result -> result.ran() && result.reachesTarget())
        .filter(result -> result.contender().type().equals(type))
        .filter(result -> result.contender().codes().equals(codes))
        .mapToDouble(value)
        .max()
        .orElse(Double.NaN);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
