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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.Vectors;
import org.matryoshkasearch.benchmarks.node.NodeResult.Loaded;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.node.NodeClient;

/** Loads the same documents into an index for each contender; contenders may share one. */
final class Loader {

  private static final int TRIAL_ROWS = 3000;
  private static final int TRIAL_QUERIES = 200;
  private static final int TRIAL_CANDIDATES = 50;
  private static final double SPACE = 2.3; // of the vectors' size: an index, and while it is merged

  private final Screen screen;
  private final NodeClient client;
  private final DataSet data;
  private final boolean asLoaded;
  private final Map<String, NodeResult> byIndex = new HashMap<>();

  /**
   * @param asLoaded whether indices keep the segments that loading makes, or have one
   */
  Loader(Screen screen, NodeClient client, DataSet data, boolean asLoaded) {
    this.screen = screen;
    this.client = client;
    this.data = data;
    this.asLoaded = asLoaded;
  }

  /** Loads one index after the other, after all have been tried out. */
  List<NodeResult> load(List<NodeContender> contenders) {
    try (ProgressBar bar = new ProgressBar(screen, "Trying all out", contenders.size())) {
      int done = 0;
      for (NodeContender contender : contenders) {
        try {
          tryOut(contender);
        } catch (IOException | RuntimeException e) {
          byIndex.put(contender.index(), failed(contender, e));
        }
        bar.update(++done);
      }
    }
    return contenders.stream().map(this::result).toList();
  }

  /** Loads and searches a small index: shows whether that works, and warms up its code. */
  private void tryOut(NodeContender contender) throws IOException {
    NodeIndex trial = new NodeIndex(client, contender.index());
    Vectors some = data.documents().first(TRIAL_ROWS);
    trial.create(contender.field(some.dims()));
    try {
      trial.load(some, rows -> {});
      trial.merge(() -> {});
      NodeSearch search = new NodeSearch(client, contender);
      for (int i = 0; i < Math.min(TRIAL_QUERIES, some.size()); i++) {
        search.search(some.row(i), Clients.K, TRIAL_CANDIDATES);
      }
    } finally {
      trial.delete();
    }
  }

  private NodeResult result(NodeContender contender) {
    NodeResult result = byIndex.computeIfAbsent(contender.index(), index -> loaded(contender));
    return result.ran()
        ? NodeResult.of(contender, result.loaded())
        : NodeResult.failed(contender, result.failure());
  }

  private NodeResult loaded(NodeContender contender) {
    Vectors documents = data.documents();
    int rows = documents.size();
    try {
      checkSpace((long) rows * documents.dims() * Float.BYTES);
      NodeIndex index = new NodeIndex(client, contender.index());
      index.create(contender.field(documents.dims()));
      double loadSeconds;
      try (ProgressBar bar = new ProgressBar(screen, "Loading " + contender.index(), rows)) {
        loadSeconds = index.load(documents, bar::update);
      }
      double mergeSeconds;
      try (ProgressBar bar = new ProgressBar(screen, "Merging " + contender.index(), 0)) {
        mergeSeconds = asLoaded ? index.settle(bar::tick) : index.merge(bar::tick);
      }
      return NodeResult.of(contender, new Loaded(rows, loadSeconds, mergeSeconds, index.size()));
    } catch (IOException | RuntimeException e) {
      return failed(contender, e);
    }
  }

  /** Says at once that a contender has failed. */
  NodeResult failed(NodeContender contender, Exception reason) {
    screen.err().println(contender.name() + " fails: " + reason);
    return NodeResult.failed(contender, reason.toString());
  }

  private void checkSpace(long vectorBytes) throws IOException {
    double needed = SPACE * vectorBytes;
    JsonNode node = client.get("/_nodes/stats/fs").path("nodes").elements().next();
    long free = node.at("/fs/total/available_in_bytes").asLong();
    if (free < needed) {
      throw new IOException(
          "needs " + Math.round(needed / 1e9) + " GB of disk, free are " + free / 1_000_000_000);
    }
  }
}
