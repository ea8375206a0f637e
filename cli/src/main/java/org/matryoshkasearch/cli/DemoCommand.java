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
package org.matryoshkasearch.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeSettings;
import org.matryoshkasearch.cli.node.Ports;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.QuerySplit;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;
import org.matryoshkasearch.cli.vectors.VectorSource;

/**
 * {@code ./matryoshka demo}: starts a node with the plugin, loads vectors, shows a search, and
 * compares it with exact search and with {@code dense_vector}.
 */
final class DemoCommand {

  private static final int BATCH = 200;

  private final Screen screen;
  private final DemoSettings settings;
  private final DemoReport report;

  DemoCommand(Screen screen, DemoSettings settings) {
    this.screen = screen;
    this.settings = settings;
    this.report = new DemoReport(screen.out());
  }

  /** Runs the demo; returns when the node has been stopped. */
  void run() throws IOException, UsageException {
    Path checkout = Path.of(System.getProperty("matryoshka.home", "")).toAbsolutePath();
    Ports.checkFree(settings.port());
    Artifacts artifacts = Artifacts.find(checkout);
    QuerySplit vectors = readVectors(checkout);
    NodeSettings nodeSettings =
        new NodeSettings(
            "demo",
            artifacts.distribution(),
            artifacts.plugin(),
            settings.port(),
            settings.heap(),
            Map.of());
    screen.err().println("Installing the plugin into a fresh Elasticsearch node");
    try (ElasticsearchNode node = new ElasticsearchNode(nodeSettings)) {
      try (ProgressBar bar = new ProgressBar(screen, "Starting Elasticsearch", 0)) {
        node.start(bar::tick);
      }
      double recall = show(node, vectors);
      if (settings.once()) {
        node.stop();
        screen.out().println(String.format(Locale.ROOT, "recall@10=%.3f", recall));
      } else {
        stayUp(node, vectors);
      }
    }
  }

  private QuerySplit readVectors(Path checkout) throws IOException, UsageException {
    VectorSource source = settings.source(checkout);
    QuerySplit vectors;
    try (ProgressBar bar = new ProgressBar(screen, "Reading " + source.name(), 0)) {
      vectors = QuerySplit.read(source, settings.queries(), bar::update);
    }
    if (vectors.dims() > DemoSettings.MAX_DIMS) {
      throw new IOException(
          source.name()
              + " has vectors of "
              + vectors.dims()
              + " dims; at most "
              + DemoSettings.MAX_DIMS
              + " are possible");
    }
    if (settings.prefixDims() > vectors.dims()) {
      throw new UsageException(
          "--prefix-dims must be at most the dims, "
              + vectors.dims()
              + ", found "
              + settings.prefixDims());
    }
    return vectors;
  }

  /** Loads, searches and compares; returns the recall of the default configuration. */
  private double show(ElasticsearchNode node, QuerySplit vectors) throws IOException {
    DemoSearch standard = standardSearch(node);
    DemoIndex demo = standard.index();
    DemoIndex dense = new DemoIndex(node.client(), "demo_dense");
    DemoIndex exact = new DemoIndex(node.client(), "demo_exact");
    ObjectNode field = field("matryoshka_vector", vectors.dims());
    if (settings.prefixDims() > 0) {
      field.put("prefix_dims", settings.prefixDims());
    }
    demo.create(field);
    dense.create(field("dense_vector", vectors.dims()));
    ObjectNode flat = field("dense_vector", vectors.dims());
    flat.putObject("index_options").put("type", "flat");
    exact.create(flat);

    ExactSearch truth = load(vectors, List.of(demo, dense, exact));

    VectorRow query = vectors.queries().get(0);
    report.mapping(demo);
    report.search(standard, query.vector());
    report.hits(DemoIndex.title(query), demo.search(standard.body(query.vector(), true)));
    return new DemoComparison(screen, standard, dense, exact).run(vectors.queries(), truth);
  }

  private static ObjectNode field(String type, int dims) {
    return Json.object()
        .put("type", type)
        .put("dims", dims)
        .put("similarity", Similarity.COSINE.mappingName());
  }

  private ExactSearch load(QuerySplit vectors, List<DemoIndex> indices) throws IOException {
    List<float[]> queries = vectors.queries().stream().map(VectorRow::vector).toList();
    ExactSearch truth = new ExactSearch(Similarity.COSINE, DemoSearch.K, queries);
    long documents = vectors.documentCount();
    try (ProgressBar bar = new ProgressBar(screen, "Loading", documents)) {
      long[] loaded = {0};
      vectors.forEachBatch(
          BATCH,
          batch -> {
            byte[] bulk = DemoIndex.bulk(batch);
            for (DemoIndex index : indices) {
              index.load(bulk);
            }
            truth.add(batch);
            loaded[0] += batch.size();
            bar.update(loaded[0]);
          });
      for (DemoIndex index : indices) {
        index.finish();
      }
    }
    return truth;
  }

  /** The search that a user gets who sets no option. */
  private static DemoSearch standardSearch(ElasticsearchNode node) {
    return new DemoSearch("", new DemoIndex(node.client(), "demo"), "matryoshka_knn", 0);
  }

  private void stayUp(ElasticsearchNode node, QuerySplit vectors) throws IOException {
    DemoSearch search = standardSearch(node);
    Path request = Files.createTempFile("matryoshka-query-", ".json");
    try {
      Files.write(request, Json.bytes(search.body(vectors.queries().get(0).vector(), true)));
      request.toFile().deleteOnExit();
      report.howToSearch(node.client().address() + "/" + search.index().name(), request);
      Runtime.getRuntime().addShutdownHook(new Thread(this::sayStopping, "say-stopping"));
      node.awaitEnd();
      throw new IOException("the node has stopped by itself");
    } finally {
      Files.deleteIfExists(request);
    }
  }

  private void sayStopping() {
    screen.err().println();
    screen.err().println("Stopping the node");
  }
}
