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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.DataSets;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.cli.Artifacts;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.UsageException;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeSettings;
import org.matryoshkasearch.cli.node.Ports;

/**
 * {@code ./matryoshka bench --node}: loads the same documents into indices of one node, and
 * searches them. A contender that fails is reported and does not end the others.
 */
public final class NodeBench {

  private final Screen screen;
  private final NodeBenchSettings settings;
  private final Path checkout;
  private final Path work;

  /**
   * @param checkout the folder of the {@code matryoshka} script
   */
  public NodeBench(Screen screen, NodeBenchSettings settings, Path checkout) {
    this.screen = screen;
    this.settings = settings;
    this.checkout = checkout;
    this.work =
        settings.work() == null ? checkout.resolve("benchmarks/target/bench") : settings.work();
  }

  /** Measures and reports. */
  public void run() throws IOException, UsageException {
    List<NodeContender> selected = selected();
    Artifacts artifacts = Artifacts.find(checkout);
    DataSet data =
        settings.data().prepare(new DataSets(work.resolve("data"), DataSets.ALL, screen));
    NodeReport report = new NodeReport(screen, settings, data, artifacts);
    try (MemoryGroup memory = memory(report);
        ElasticsearchNode node = install(artifacts)) {
      List<String> through = memory == null ? List.of() : memory.command();
      try (ProgressBar bar = new ProgressBar(screen, "Starting Elasticsearch", 0)) {
        node.start(through, bar::tick);
      }
      Loader loader = new Loader(screen, node.client(), data, settings.asLoaded());
      List<NodeResult> results = search(data, loader, selected, node.client());
      report.results(results);
      if (memory != null) {
        try {
          report.results(limited(data, results, memory, node.client()));
        } catch (IOException e) {
          report.notLimited("the node did not go on with so little (" + e + ")");
        }
      }
    }
    Path folder = settings.results();
    report.write(folder == null ? checkout.resolve("benchmarks/results") : folder);
  }

  private List<NodeContender> selected() throws UsageException {
    List<NodeContender> all = NodeContender.all();
    List<NodeContender> selected =
        all.stream().filter(contender -> settings.wants(contender.name())).toList();
    if (selected.isEmpty()) {
      List<String> names = all.stream().map(NodeContender::name).toList();
      throw Options.leavesNothing("--only", names);
    }
    return selected;
  }

  /** A group for the node, or null if there is to be none, or cannot be. */
  private MemoryGroup memory(NodeReport report) {
    if (settings.memoryLimit().equals(NodeBenchSettings.NONE)) {
      report.notLimited("not asked for");
      return null;
    }
    try {
      return new MemoryGroup(MemoryController.find());
    } catch (IOException e) {
      report.notLimited(e.getMessage());
      return null;
    }
  }

  private ElasticsearchNode install(Artifacts artifacts) throws IOException {
    screen.err().println("Installing the plugin into a fresh Elasticsearch node");
    return new ElasticsearchNode(
        new NodeSettings(
            "bench",
            artifacts.distribution(),
            artifacts.plugin(),
            Ports.free(),
            settings.heap(),
            Map.of()));
  }

  private List<NodeResult> search(
      DataSet data, Loader loader, List<NodeContender> selected, NodeClient client)
      throws IOException {
    List<NodeResult> loaded = loader.load(selected);
    Recalls recalls = new Recalls(data, Clients.K, false);
    NodeRounds rounds = new NodeRounds(prepared(data), settings.clients(), settings.rounds());
    List<NodeResult> results = new ArrayList<>();
    try (ProgressBar bar = new ProgressBar(screen, "Measuring recall", loaded.size())) {
      int done = 0;
      for (NodeResult result : loaded) {
        if (result.ran()) {
          try {
            NodeSearch search = new NodeSearch(client, result.contender());
            rounds.add(result, search, recalls.of(search));
          } catch (IOException | RuntimeException e) {
            results.add(loader.failed(result.contender(), e));
          }
        } else {
          results.add(result);
        }
        bar.update(++done);
      }
    }
    try (ProgressBar bar = new ProgressBar(screen, "Timing searches", rounds.turns())) {
      results.addAll(0, rounds.run(bar::update));
    }
    return results;
  }

  private static List<String> prepared(DataSet data) {
    return Arrays.stream(data.queries()).map(NodeSearch::prepare).toList();
  }

  private List<NodeResult> limited(
      DataSet data, List<NodeResult> results, MemoryGroup memory, NodeClient client)
      throws IOException {
    List<NodeResult> ran = results.stream().filter(NodeResult::ran).toList();
    LimitedRounds rounds =
        new LimitedRounds(
            client,
            memory,
            settings.memoryLimitBytes(),
            settings.clients(),
            Duration.ofSeconds(settings.seconds()),
            data.documents(),
            prepared(data));
    List<NodeResult> all = new ArrayList<>();
    try (ProgressBar bar =
        new ProgressBar(
            screen, "Searching with limited memory", (long) ran.size() * settings.rounds())) {
      all.addAll(rounds.run(ran, settings.rounds(), bar::update));
    }
    results.stream().filter(result -> !result.ran()).forEach(all::add);
    return all;
  }
}
