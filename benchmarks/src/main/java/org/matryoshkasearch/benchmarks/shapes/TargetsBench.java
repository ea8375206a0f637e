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

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IOUtils;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.DataSets;
import org.matryoshkasearch.benchmarks.data.Drawn;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Contenders;
import org.matryoshkasearch.benchmarks.index.ElasticsearchFormats;
import org.matryoshkasearch.benchmarks.index.Indexes;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.benchmarks.index.Searchable;
import org.matryoshkasearch.benchmarks.report.Machine;
import org.matryoshkasearch.benchmarks.report.MarkdownTable;
import org.matryoshkasearch.benchmarks.report.ResultFile;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Measures what searches for a target recall find, and what they read for it. */
public final class TargetsBench {
  private static final int K = 10;
  private static final List<Double> TARGETS = List.of(0.90, 0.95, 0.98, 0.99);
  private static final double DEFAULT = 0.98;
  private static final List<Integer> SEGMENTS = List.of(1, 12);
  private static final List<Integer> FILTERS = List.of(50, 10, 1);
  private static final int ALL = 100;
  private static final int MOST = 2000;

  private static final String CONDITIONS =
      """
      Prefixes of a quarter of the dims, recall@10 of held-out queries; of each target the recall that was reached, and the full vectors
      that a query rescored: the mean, and what 99 of 100 queries need at most. The last column is the least fixed
      number of candidates, all rescored, that finds as much as the target 0.98 did.

      """;

  private final Screen screen;
  private final TargetsSettings settings;
  private final Path checkout;
  private final Path work;
  private final MarkdownTable table = new MarkdownTable(header());
  private double worst = 1;

  /**
   * @param checkout the folder of the {@code matryoshka} script
   */
  public TargetsBench(Screen screen, TargetsSettings settings, Path checkout) {
    this.screen = screen;
    this.settings = settings;
    this.checkout = checkout;
    this.work =
        settings.work() == null ? checkout.resolve("benchmarks/target/bench") : settings.work();
  }

  private static List<String> header() {
    List<String> header = new ArrayList<>(List.of("set", "vectors", "code", "segments", "filter"));
    TARGETS.forEach(target -> header.add(String.format(Locale.ROOT, "%.2f", target)));
    header.add("fixed");
    return header;
  }

  /** Measures all. */
  public void run() throws IOException {
    ElasticsearchFormats elasticsearch = ElasticsearchFormats.of(checkout, work);
    elasticsearch.start();
    for (Shape shape : settings.shapes()) {
      measure(shape, elasticsearch);
    }
    screen.out().println();
    screen.out().print(table);
    Path folder =
        settings.results() == null ? checkout.resolve("benchmarks/results") : settings.results();
    Path file =
        new ResultFile(
                "targets-" + settings.rows() + "x" + settings.dims() + "-k" + K,
                settings.shapes().size() + " sets, " + settings.queries() + " queries of each",
                settings.arguments(),
                List.of(Machine.jarOf(IndexSearcher.class)))
            .write(folder, "Recall that was asked for, and reached", CONDITIONS, table.toString());
    screen.err().println("Results are in " + file);
    screen.out().printf(Locale.ROOT, "worst_against_target=%.4f%n", worst);
  }

  private void measure(Shape shape, ElasticsearchFormats elasticsearch) throws IOException {
    screen.err().println(shape.name() + ": " + shape.summary());
    Path folder = work.resolve("targets").resolve(shape.name());
    try {
      Drawn drawn = shape.source().draw(settings.rows(), settings.dims(), settings.queries());
      boolean widely = shape.name().equals("nested");
      DataSet all = new DataSets(folder, DataSets.ALL, screen).drawn("vectors", drawn);
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        for (int segments : SEGMENTS) {
          if (widely || encoding == PrefixEncoding.INT4) {
            measure(shape, all, elasticsearch, encoding, segments, ALL, folder);
          }
        }
      }
      for (int percent : widely ? FILTERS : List.<Integer>of()) {
        DataSet some =
            new DataSets(folder, DataSets.ALL, screen)
                .drawn("vectors-" + percent, drawn.accepting(accepted(percent)));
        measure(shape, some, elasticsearch, PrefixEncoding.INT4, 1, percent, folder);
      }
    } finally {
      IOUtils.rm(folder);
    }
  }

  private FixedBitSet accepted(int percent) {
    Noise noise = new Noise();
    FixedBitSet accepted = new FixedBitSet(settings.rows());
    for (int row = 0; row < settings.rows(); row++) {
      if (noise.number(ALL) < percent) {
        accepted.set(row);
      }
    }
    return accepted;
  }

  private void measure(
      Shape shape,
      DataSet data,
      ElasticsearchFormats elasticsearch,
      PrefixEncoding encoding,
      int segments,
      int percent,
      Path folder)
      throws IOException {
    int dims = data.documents().dims();
    Contender ours = Contenders.ours(dims, Math.max(1, dims / 4), encoding, elasticsearch);
    Indexes indexes =
        new Indexes(folder.resolve("indexes"), data.inSegments(segments), false, screen);
    try {
      indexes.build(ours);
      List<String> cells = new ArrayList<>();
      cells.add(shape.name());
      cells.add(data.documents().size() + "x" + dims);
      cells.add(encoding.bits() + " bit");
      cells.add(String.valueOf(segments));
      cells.add(percent == ALL ? "" : percent + "%");
      try (Searchable index = indexes.open(ours, data.accepted())) {
        double usual = 0;
        for (double target : TARGETS) {
          double recall = target(index, data, target, cells);
          usual = target == DEFAULT ? recall : usual;
          worst = Math.min(worst, recall - target);
        }
        cells.add(fixed(index.searches().get(0), data, usual));
      }
      table.add(cells);
      screen.out().println(String.join("  ", cells));
    } finally {
      indexes.clear();
    }
  }

  private static double target(Searchable index, DataSet data, double target, List<String> cells)
      throws IOException {
    int queries = data.queries().length;
    int[] rescored = new int[queries];
    double recall = 0;
    for (int query = 0; query < queries; query++) {
      Searchable.Targeted found = index.search(data.queries()[query], K, target);
      recall += data.recall(query, found.rows(), K) / queries;
      rescored[query] = found.rescored();
    }
    Arrays.sort(rescored);
    cells.add(
        String.format(
            Locale.ROOT,
            "%.3f %.0f/%d",
            recall,
            Arrays.stream(rescored).average().orElse(0),
            rescored[(int) Math.min(queries - 1L, Math.round(0.99 * queries))]));
    return recall;
  }

  /** The least candidates that find as much, to about a twentieth. */
  private static String fixed(Search search, DataSet data, double wanted) throws IOException {
    for (int candidates = K; candidates <= MOST; candidates += Math.max(1, candidates / 20)) {
      double recall = 0;
      for (int query = 0; query < data.queries().length; query++) {
        int[] found = search.search(data.queries()[query], K, candidates);
        recall += data.recall(query, found, K) / data.queries().length;
      }
      if (recall >= wanted) {
        return String.valueOf(candidates);
      }
    }
    return "more";
  }
}
