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
import java.util.List;
import java.util.stream.Collectors;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.IOUtils;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.DataSets;
import org.matryoshkasearch.benchmarks.index.Contenders;
import org.matryoshkasearch.benchmarks.index.ElasticsearchFormats;
import org.matryoshkasearch.benchmarks.measure.Ladder;
import org.matryoshkasearch.benchmarks.report.Machine;
import org.matryoshkasearch.benchmarks.report.RatioBars;
import org.matryoshkasearch.benchmarks.report.ResultFile;
import org.matryoshkasearch.cli.Screen;

/** Measures with one shape of data after another, and reports. */
public final class ShapesBench {

  private static final String CONDITIONS =
      """
      Whole vectors in the graphs, recall@10, one thread for builds and for searches, SEGMENTS, memory-mapped
      files, everything in memory. Times are microseconds a query, the mean of the best round; all contenders take
      turns. Each is judged at the first of the same steps of candidates whose recall reaches the target; one that
      compares candidates once more by their full vectors does so with all of them and with half, and the faster counts.
      – : no step up to 960 candidates reaches it, with the recall where it ends. The ratio is the time of the better of
      Lucene's over that of the better of ours: above 1 ours is faster.

      """;

  private static final int MOST_NAMED = 3; // in the name of a file

  private final Screen screen;
  private final ShapesSettings settings;
  private final Path checkout;
  private final Path work;
  private final List<ShapeResult> results = new ArrayList<>();

  /**
   * @param checkout the folder of the {@code matryoshka} script
   */
  public ShapesBench(Screen screen, ShapesSettings settings, Path checkout) {
    this.screen = screen;
    this.settings = settings;
    this.checkout = checkout;
    this.work =
        settings.work() == null ? checkout.resolve("benchmarks/target/bench") : settings.work();
  }

  /** Measures all. */
  public void run() throws IOException {
    // not measured, but Lucene loads all formats that it finds, and these must be ready then
    ElasticsearchFormats elasticsearch = ElasticsearchFormats.of(checkout, work);
    elasticsearch.start();
    for (int rows : settings.rows()) {
      for (Shape shape : settings.shapes()) {
        measure(shape, rows, elasticsearch);
      }
    }
    report(new ShapesSummary(results));
  }

  private void measure(Shape shape, int rows, ElasticsearchFormats elasticsearch)
      throws IOException {
    screen.err().println(shape.name() + ": " + shape.summary());
    Path folder = work.resolve("shapes").resolve(shape.name());
    try {
      DataSet data =
          new DataSets(folder, DataSets.ALL, screen)
              .drawn("vectors", shape.source().draw(rows, settings.dims(), settings.queries()));
      int dims = data.documents().dims();
      List<Entry> entries =
          new ShapeRun(
                  screen,
                  data,
                  Contenders.ofWholeVectors(dims, elasticsearch),
                  folder.resolve("indexes"),
                  settings.segments(),
                  settings.rounds())
              .run(results.isEmpty());
      ShapeResult result = new ShapeResult(shape.name(), rows, dims, entries);
      screen.out().println(ShapesSummary.line(result));
      results.add(result);
    } finally {
      IOUtils.rm(folder);
    }
  }

  private void report(ShapesSummary summary) throws IOException {
    String overview = summary.overview() + summary.notes();
    screen.out().println();
    screen.out().print(overview);
    Path folder =
        settings.results() == null ? checkout.resolve("benchmarks/results") : settings.results();
    screen.err().println("Results are in " + write(folder, summary, overview));
    screen.out().println(summary.ratios());
  }

  /** Of a few: what is measured of them does not take the place of what is of others. */
  private String names() {
    return settings.shapes().size() > MOST_NAMED
        ? ""
        : settings.shapes().stream().map(shape -> shape.name() + "-").collect(Collectors.joining());
  }

  private Path write(Path folder, ShapesSummary summary, String overview) throws IOException {
    String rows = settings.rows().stream().map(String::valueOf).collect(Collectors.joining("-"));
    String segments = settings.segments() == 1 ? "" : "-segments" + settings.segments();
    String conditions =
        CONDITIONS.replace(
            "SEGMENTS",
            settings.segments() == 1 ? "one segment" : settings.segments() + " segments");
    RatioBars bars =
        new RatioBars(
            "How many times as fast as with Lucene's formats a search with Matryoshka is",
            "The better of float32 and 4 bit on either side, at equal recall@10; "
                + rows.replace("-", " and ")
                + " vectors, one thread; scale is logarithmic",
            Ladder.TARGETS.stream().map(String::valueOf).toList(),
            summary.bars());
    return new ResultFile(
            "shapes-" + names() + rows + "x" + settings.dims() + segments + "-k" + Ladder.K,
            settings.shapes().size() + " shapes, " + settings.queries() + " queries of each",
            settings.arguments(),
            List.of(Machine.jarOf(IndexSearcher.class)))
        .write(
            folder,
            "Shapes of data, recall@" + Ladder.K,
            conditions,
            overview + "\n`" + summary.ratios() + "`\n",
            bars.svg(),
            summary.details().toString());
  }
}
