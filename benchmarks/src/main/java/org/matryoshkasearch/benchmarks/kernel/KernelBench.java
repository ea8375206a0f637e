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
package org.matryoshkasearch.benchmarks.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.matryoshkasearch.benchmarks.report.Machine;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.Table;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Times {@link ScoreRows} in JVMs with and without SIMD, and prints a table. */
public final class KernelBench {
  private static final List<String> SIMD = List.of("--add-modules=jdk.incubator.vector");

  private final Screen screen;
  private final KernelSettings settings;
  private final Path folder;

  /**
   * @param checkout the folder of the {@code matryoshka} script
   */
  public KernelBench(Screen screen, KernelSettings settings, Path checkout) {
    this.screen = screen;
    this.settings = settings;
    Path work =
        settings.work() == null ? checkout.resolve("benchmarks/target/bench") : settings.work();
    this.folder = work.resolve("kernels").toAbsolutePath();
  }

  /** Measures; the rows are deleted afterwards, as they take some gigabytes. */
  public void run() throws IOException {
    try {
      writeRows();
      String table = table(measure(SIMD), measure(List.of()));
      screen.out().print(table);
      if (settings.results() != null) {
        write(table);
      }
    } finally {
      deleteRows();
    }
  }

  private void writeRows() throws IOException {
    deleteRows();
    int files =
        PrefixEncoding.values().length * settings.prefixes().size() * settings.rows().size();
    try (ProgressBar bar = new ProgressBar(screen, "Writing rows", files)) {
      int done = 0;
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        for (int prefixDims : settings.prefixes()) {
          for (int rows : settings.rows()) {
            KernelRows.write(folder, encoding, prefixDims, rows);
            bar.update(++done);
          }
        }
      }
    }
  }

  private void deleteRows() throws IOException {
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Collection<RunResult> measure(List<String> simd) throws IOException {
    try {
      return new Runner(
              new OptionsBuilder()
                  .include(ScoreRows.class.getName())
                  .param("folder", folder.toString())
                  .param("prefixDims", texts(settings.prefixes()))
                  .param("rows", texts(settings.rows()))
                  .forks(1)
                  .warmupIterations(2)
                  .warmupTime(TimeValue.milliseconds(500))
                  .measurementIterations(3)
                  .measurementTime(TimeValue.milliseconds(300))
                  .jvmArgs("-Xmx1g", "--enable-native-access=ALL-UNNAMED")
                  .jvmArgsAppend(simd.toArray(String[]::new))
                  .shouldFailOnError(true)
                  .build())
          .run();
    } catch (RunnerException e) {
      throw new IOException(e);
    }
  }

  private static String[] texts(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).toArray(String[]::new);
  }

  /** A line for each code, prefix and number of rows. */
  private String table(Collection<RunResult> simd, Collection<RunResult> portable) {
    Map<String, Double> withSimd = times(simd);
    Map<String, Double> without = times(portable);
    Table table =
        new Table("ns a row", "rows", "one", "of a list", "one, portable", "of a list, portable");
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      for (int prefixDims : settings.prefixes()) {
        for (int rows : settings.rows()) {
          table.add(
              prefixDims + " dims " + encoding.name().toLowerCase(Locale.ROOT),
              Integer.toString(rows),
              nanos(withSimd, "one", encoding, prefixDims, rows),
              nanos(withSimd, "list", encoding, prefixDims, rows),
              nanos(without, "one", encoding, prefixDims, rows),
              nanos(without, "list", encoding, prefixDims, rows));
        }
      }
    }
    return table.toString();
  }

  private static Map<String, Double> times(Collection<RunResult> results) {
    Map<String, Double> times = new TreeMap<>();
    for (RunResult result : results) {
      times.put(
          String.join(
              " ",
              result.getPrimaryResult().getLabel(),
              result.getParams().getParam("code"),
              result.getParams().getParam("prefixDims"),
              result.getParams().getParam("rows")),
          result.getPrimaryResult().getScore());
    }
    return times;
  }

  private static String nanos(
      Map<String, Double> times, String method, PrefixEncoding code, int prefixDims, int rows) {
    double time = times.get(String.join(" ", method, code.name(), prefixDims + "", rows + ""));
    return String.format(Locale.ROOT, "%.1f", time);
  }

  private void write(String table) throws IOException {
    Machine machine = Machine.here();
    Files.createDirectories(settings.results());
    Path file =
        settings
            .results()
            .resolve(LocalDate.now(ZoneOffset.UTC) + "-" + machine.slug() + "-kernels.md");
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            "# Kernels%n%n%s, %d cores, %d GiB; %s%n%n`./matryoshka bench %s`%n%n```%n%s```%n",
            machine.processor(),
            machine.cores(),
            machine.memoryGiB(),
            machine.java(),
            String.join(" ", settings.arguments()),
            table));
    screen.err().println("Results are in " + file);
  }
}
