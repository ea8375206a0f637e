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

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.report.Plot;
import org.matryoshkasearch.benchmarks.report.Plot.Curve;
import org.matryoshkasearch.benchmarks.report.ResultFile;
import org.matryoshkasearch.cli.Artifacts;
import org.matryoshkasearch.cli.Screen;

/** Gathers what was measured on a node, and writes it at the end. */
final class NodeReport {

  private final Screen screen;
  private final NodeBenchSettings settings;
  private final DataSet data;
  private final Artifacts artifacts;
  private List<NodeResult> results = List.of();
  private String whyNotLimited = null;

  NodeReport(Screen screen, NodeBenchSettings settings, DataSet data, Artifacts artifacts) {
    this.screen = screen;
    this.settings = settings;
    this.data = data;
    this.artifacts = artifacts;
  }

  /** Takes the results of all contenders, instead of earlier ones. */
  void results(List<NodeResult> measured) {
    results = List.copyOf(measured);
  }

  /** Takes the reason why nothing was measured with limited memory. */
  void notLimited(String reason) {
    whyNotLimited = reason;
    screen.err().println("Memory is not limited: " + reason);
  }

  /** Prints the tables, writes a file with them and the plot, and prints the line for scripts. */
  void write(Path folder) throws IOException {
    NodeSummary summary = new NodeSummary(results, settings.clients());
    String limited =
        whyNotLimited == null
            ? "\n" + summary.limited()
            : "Memory is not limited: " + whyNotLimited + "\n";
    String overview = summary.atTarget() + limited + summary.notes();
    screen.out().print(overview);
    int most = settings.clients().get(settings.clients().size() - 1);
    String title = data.name() + " on a node, recall@" + Clients.K;
    List<Curve> curves =
        results.stream()
            .filter(NodeResult::ran)
            .map(
                result ->
                    new Curve(
                        result.contender().name(),
                        result.contender().family(),
                        result.timed().get(most)))
            .toList();
    Path file =
        new ResultFile(
                data.name() + (settings.asLoaded() ? "-node-as-loaded" : "-node"),
                ResultFile.vectors(data),
                settings.arguments(),
                versions())
            .write(
                folder,
                title,
                conditions(),
                ResultFile.fenced(overview),
                new Plot(title, most == 1 ? "one client" : most + " clients", curves).svg(),
                summary.all().toString());
    screen.err().println("Results are in " + file);
    screen.out().println(summary.ratios());
  }

  private String conditions() {
    String limit =
        settings.memoryLimit().equals(NodeBenchSettings.AUTO)
            ? "to what it needs without open indices (heap, JVM, mapped code) and a quarter of the index,"
                + " at least 64 MiB"
            : "to " + settings.memoryLimit();
    return String.format(
        Locale.ROOT,
        """
              One node with a heap of %s, over HTTP on the same machine; an index with one shard, no replicas and %s for each
              field, of the same documents; `_source` without vectors, as is the default. Loaded by as many clients as there are cores,
              nothing refreshed meanwhile; docs/s is until they are flushed. All `num_candidates` are rescored (`rescore_vector.oversample` =
              candidates / k), but for `-half`, which rescores half of them, and `hnsw` and `int8_hnsw`, which rescore none. Each contender is judged at the first setting whose recall reaches %s; all take turns, and
              times are those of the median round. Hot bytes are those of codes and graph (or vectors and graph) a vector.

              With limited memory, only the searched index is open, and a control group limits the node's memory, page cache included:
              %s.
              The queries are others than those that filled the cache before.
              """,
        settings.heap(),
        settings.asLoaded() ? "the segments that loading and its merges leave" : "one segment",
        Recalls.TARGET,
        limit);
  }

  private List<String> versions() {
    return List.of(name(artifacts.distribution()), name(artifacts.plugin()));
  }

  private static String name(Path zip) {
    return zip.getFileName().toString().replace(".zip", "");
  }
}
