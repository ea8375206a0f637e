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
package org.matryoshkasearch.benchmarks;

import io.github.jbellis.jvector.graph.GraphSearcher;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.search.IndexSearcher;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswBinaryQuantizedVectorsFormat;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.DataSets;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Contenders;
import org.matryoshkasearch.benchmarks.index.ElasticsearchFormats;
import org.matryoshkasearch.benchmarks.index.Indexes;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.benchmarks.index.Searchable;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.measure.Result;
import org.matryoshkasearch.benchmarks.measure.Rounds;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.benchmarks.report.Machine;
import org.matryoshkasearch.benchmarks.report.Plot;
import org.matryoshkasearch.benchmarks.report.Plot.Curve;
import org.matryoshkasearch.benchmarks.report.ResultFile;
import org.matryoshkasearch.benchmarks.report.Summary;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.UsageException;

/** Builds, searches and reports. A contender that fails is reported and does not end the others. */
final class Bench {

  private static final List<String> LIBRARIES =
      List.of(
          Machine.jarOf(IndexSearcher.class),
          Machine.jarOf(ES93HnswBinaryQuantizedVectorsFormat.class),
          Machine.jarOf(GraphSearcher.class));

  private static final String CONDITIONS =
      """
      THREADS, SEGMENTS, memory-mapped files, everything in memory. A contender is
      judged at the first setting whose recall reaches %s; one that compares candidates once more by their full vectors
      (rescored) does so with all of them and with half, and the faster counts. Times are those of the median round; all
      contenders take turns. Hot bytes are those of codes and graph (or vectors and graph) a vector.
      """
          .replace("%s", String.valueOf(Recalls.TARGET));

  private final Screen screen;
  private final BenchSettings settings;
  private final Path checkout;
  private final Path work;

  /**
   * @param checkout the folder of the {@code matryoshka} script
   */
  Bench(Screen screen, BenchSettings settings, Path checkout) {
    this.screen = screen;
    this.settings = settings;
    this.checkout = checkout;
    this.work =
        settings.work() == null ? checkout.resolve("benchmarks/target/bench") : settings.work();
  }

  void run() throws IOException, UsageException {
    int dims = settings.data().knownDims();
    ElasticsearchFormats elasticsearch = ElasticsearchFormats.of(checkout, work);
    Contenders contenders = new Contenders(dims, settings.prefixesOf(dims), elasticsearch);
    List<Contender> selected = selected(contenders); // says what is wrong before anything is made
    elasticsearch.start();
    DataSet data =
        settings.data().prepare(new DataSets(work.resolve("data"), settings.filter(), screen));
    Indexes indexes =
        new Indexes(
            // a run that keeps nothing leaves alone what others keep
            work.resolve(settings.reuse() ? "indexes" : "passing")
                .resolve(data.documentsName() + segments("-segments")),
            data.inSegments(settings.segments()),
            settings.reuse(),
            screen);
    try {
      report(data, contenders, measure(data, selected, indexes));
    } finally {
      indexes.clear();
    }
  }

  private List<Contender> selected(Contenders contenders) throws UsageException {
    List<String> quick =
        List.of(
            Contenders.LUCENE_FLOAT32,
            Contenders.LUCENE_BIT1,
            contenders.stockPrefix(),
            contenders.ours());
    List<Contender> all =
        contenders.all().stream()
            .filter(contender -> !settings.quick() || quick.contains(contender.name()))
            .toList();
    List<String> chosen = settings.chosen(all.stream().map(Contender::name).toList());
    return all.stream().filter(contender -> chosen.contains(contender.name())).toList();
  }

  /** What to add to a name where there are many segments, or nothing. */
  private String segments(String before) {
    return settings.segments() == 1 ? "" : before + settings.segments();
  }

  private List<Result> measure(DataSet data, List<Contender> selected, Indexes indexes)
      throws IOException {
    Map<Contender, Result> results = new LinkedHashMap<>();
    tryOut(selected, indexes, results);
    for (Contender contender : selected) {
      results.computeIfAbsent(contender, each -> built(each, indexes, data.documents().size()));
    }
    search(data, indexes, results);
    return List.copyOf(results.values());
  }

  private void tryOut(List<Contender> selected, Indexes indexes, Map<Contender, Result> results) {
    try (ProgressBar bar = new ProgressBar(screen, "Trying all out", selected.size())) {
      int done = 0;
      for (Contender contender : selected) {
        try {
          indexes.tryOut(contender);
        } catch (IOException | RuntimeException | Error e) {
          results.put(contender, failed(contender, e));
        }
        bar.update(++done);
      }
    }
  }

  private Result built(Contender contender, Indexes indexes, int rows) {
    try {
      Indexes.Built built = indexes.build(contender);
      long bytes = indexes.size(contender);
      return new Result(contender, null, built.time(), built.reused(), rows, bytes, 0, List.of());
    } catch (IOException | RuntimeException | Error e) {
      return failed(contender, e);
    }
  }

  private Result failed(Contender contender, Throwable reason) {
    screen.err().println(contender.name() + " fails: " + reason);
    return Result.failed(contender, reason.toString());
  }

  private void search(DataSet data, Indexes indexes, Map<Contender, Result> results)
      throws IOException {
    Recalls recalls = new Recalls(data, settings.k(), settings.quick());
    Rounds rounds =
        new Rounds(
            data.queries(), settings.k(), settings.rounds(), Times::median, settings.threads());
    List<Closeable> open = new ArrayList<>();
    try {
      try (ProgressBar bar = new ProgressBar(screen, "Measuring recall", results.size())) {
        int done = 0;
        for (Map.Entry<Contender, Result> entry : results.entrySet()) {
          if (entry.getValue().ran()) {
            entry.setValue(searched(entry.getValue(), data, indexes, recalls, rounds, open));
          }
          bar.update(++done);
        }
      }
      try (ProgressBar bar = new ProgressBar(screen, "Timing searches", rounds.turns())) {
        for (Result timed : rounds.run(bar::update)) {
          results.put(timed.contender(), timed);
        }
      }
    } finally {
      for (Closeable index : open) {
        index.close();
      }
    }
  }

  private Result searched(
      Result result,
      DataSet data,
      Indexes indexes,
      Recalls recalls,
      Rounds rounds,
      List<Closeable> open) {
    Contender contender = result.contender();
    try {
      Searchable index = indexes.open(contender, data.accepted());
      open.add(index);
      List<Point> points = new ArrayList<>();
      List<Search> searches = new ArrayList<>();
      for (Search search : index.searches()) {
        List<Point> found = recalls.of(search);
        points.addAll(found);
        searches.addAll(Collections.nCopies(found.size(), search));
      }
      Result withRecalls = result.searched(index.hotBytes(), points);
      rounds.add(withRecalls, searches);
      return withRecalls;
    } catch (IOException | RuntimeException | Error e) {
      return failed(contender, e);
    }
  }

  private void report(DataSet data, Contenders contenders, List<Result> results)
      throws IOException {
    Summary summary = new Summary(results, settings.k());
    screen.out().print(summary.atTarget() + summary.notes());
    Path folder = settings.results();
    if (folder == null) {
      folder = settings.quick() ? work.resolve("results") : checkout.resolve("benchmarks/results");
    }
    screen.err().println("Results are in " + write(folder, data, results, summary));
    if (results.stream()
        .anyMatch(result -> result.ran() && result.contender().name().equals(contenders.ours()))) {
      String float32 = Contenders.LUCENE_FLOAT32;
      String oneBit = Contenders.LUCENE_BIT1;
      screen
          .out()
          .println(summary.ratios(contenders.ours(), float32, oneBit, contenders.stockPrefix()));
    }
  }

  private Path write(Path folder, DataSet data, List<Result> results, Summary summary)
      throws IOException {
    String load = settings.threads() == 1 ? "one thread" : settings.threads() + " threads";
    String segments =
        settings.segments() == 1
            ? "one segment"
            : settings.segments() + " segments of falling size";
    String title = data.name() + ", recall@" + settings.k();
    List<Curve> curves =
        results.stream()
            .filter(Result::ran)
            .map(
                result ->
                    new Curve(
                        result.contender().name(), result.contender().family(), result.frontier()))
            .toList();
    String threads = settings.threads() == 1 ? "" : "-threads" + settings.threads();
    return new ResultFile(
            data.name() + segments("-segments") + threads + "-k" + settings.k(),
            ResultFile.vectors(data),
            settings.arguments(),
            LIBRARIES)
        .write(
            folder,
            title,
            CONDITIONS.replace("THREADS", threadsText()).replace("SEGMENTS", segments)
                + filter(data),
            ResultFile.fenced(summary.atTarget() + summary.notes()),
            new Plot(plotTitle(data), load, curves).svg(),
            summary.all().toString());
  }

  private String threadsText() {
    return settings.threads() == 1
        ? "One thread for builds and for searches"
        : "One thread for builds; "
            + settings.threads()
            + " searches at the same time, a thread each: queries/s are those of all together";
  }

  private String plotTitle(DataSet data) {
    return String.format(
        Locale.ROOT,
        "The nearest %d of %,d × %d vectors: how many are found, and how fast",
        settings.k(),
        data.documents().size(),
        data.documents().dims());
  }

  private String filter(DataSet data) {
    if (data.accepted() == null) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        """
        Each search has a filter that accepts %d percent of the documents, taken at random. Elasticsearch's formats are
        searched with the heuristic that is its default (acorn), Lucene's with the one that is Lucene's (fanout).
        """,
        settings.filter());
  }
}
