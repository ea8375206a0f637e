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

import io.github.jbellis.jvector.graph.GraphSearcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.search.IndexSearcher;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswBinaryQuantizedVectorsFormat;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.measure.Recalls;
import org.matryoshkasearch.benchmarks.measure.Result;

/** A run as a file that can be kept: what was measured, where, with what, and the plot. */
public final class ResultFile {

  private final DataSet data;
  private final int k;
  private final List<String> arguments;
  private final List<Result> results;

  /**
   * @param k of the recall
   * @param arguments the command line
   */
  public ResultFile(DataSet data, int k, List<String> arguments, List<Result> results) {
    this.data = data;
    this.k = k;
    this.arguments = List.copyOf(arguments);
    this.results = List.copyOf(results);
  }

  /**
   * Writes the file and, beside it, its plot. A second run on the same day replaces the first.
   *
   * @return the file, named by date, machine and vectors
   */
  public Path write(Path folder) throws IOException {
    Machine machine = Machine.here();
    String name =
        LocalDate.now(ZoneOffset.UTC) + "-" + machine.slug() + "-" + data.name() + "-k" + k;
    String title = data.name() + ", recall@" + k;
    Files.writeString(folder.resolve(name + ".svg"), new Plot(title, results).svg());
    Path file = folder.resolve(name + ".md");
    Files.writeString(file, text(machine, name + ".svg"));
    return file;
  }

  private String text(Machine machine, String plot) {
    Summary summary = new Summary(results, k);
    return String.format(
        Locale.ROOT,
        """
        # %s, recall@%d

        | | |
        |---|---|
        | machine | %s |
        | versions | %s, %s, %s |
        | vectors | %s: %,d documents, %,d queries, %d dims |
        | command | `./matryoshka bench%s` |

        One thread for builds and for searches, one segment, memory-mapped files, everything in memory. Each contender is
        judged at the first setting whose recall reaches %.2f. Times are those of the median round; all contenders take turns.
        Hot bytes are those of codes and graph (or vectors and graph) a vector.

        ```
        %s%s```

        ![recall against queries a second](%s)

        ```
        %s```
        """,
        data.name(),
        k,
        machine.describe(),
        jarOf(IndexSearcher.class),
        jarOf(ES93HnswBinaryQuantizedVectorsFormat.class),
        jarOf(GraphSearcher.class),
        data.name(),
        data.documents().size(),
        data.queries().length,
        data.documents().dims(),
        arguments.isEmpty() ? "" : " " + String.join(" ", arguments),
        Recalls.TARGET,
        summary.atTarget(),
        summary.notes(),
        plot,
        summary.all());
  }

  /** The name of the jar that a class is in, which tells its version. */
  private static String jarOf(Class<?> type) {
    String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.substring(jar.lastIndexOf('/') + 1).replace(".jar", "");
  }
}
