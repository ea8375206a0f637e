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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.benchmarks.data.DataSet;

/** A run as a file that can be kept: what was measured, where, with what, and the plot. */
public final class ResultFile {

  private final DataSet data;
  private final String kind;
  private final List<String> arguments;
  private final List<String> versions;

  /**
   * @param kind the end of the file's name, such as {@code k10}
   * @param arguments the command line
   * @param versions of what was measured, such as {@code lucene-core-10.5.1}
   */
  public ResultFile(DataSet data, String kind, List<String> arguments, List<String> versions) {
    this.data = data;
    this.kind = kind;
    this.arguments = List.copyOf(arguments);
    this.versions = List.copyOf(versions);
  }

  /**
   * Writes the file and, beside it, its plot. A second run on the same day replaces the first.
   *
   * @param title of the file
   * @param conditions how it was measured, and what the columns mean
   * @param overview the table that comes first
   * @param details the table that comes last
   * @return the file, named by date, machine and vectors
   */
  public Path write(
      Path folder, String title, String conditions, String overview, Plot plot, String details)
      throws IOException {
    Machine machine = Machine.here();
    String name =
        LocalDate.now(ZoneOffset.UTC) + "-" + machine.slug() + "-" + data.name() + "-" + kind;
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".svg"), plot.svg());
    Path file = folder.resolve(name + ".md");
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            """
            # %s

            | | |
            |---|---|
            | machine | %s |
            | versions | %s |
            | vectors | %s: %,d documents, %,d queries, %d dims |
            | command | `./matryoshka bench%s` |

            %s
            ```
            %s```

            ![recall against queries a second](%s)

            ```
            %s```
            """,
            title,
            machine.describe(),
            String.join(", ", versions),
            data.name(),
            data.documents().size(),
            data.queries().length,
            data.documents().dims(),
            arguments.isEmpty() ? "" : " " + String.join(" ", arguments),
            conditions,
            overview,
            name + ".svg",
            details));
    return file;
  }
}
