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

  private final String name;
  private final String vectors;
  private final List<String> arguments;
  private final List<String> versions;

  /**
   * @param name the end of the file's name, such as {@code generated-100000x1024-k10}
   * @param vectors what was measured with
   * @param arguments the command line
   * @param versions of what was measured, such as {@code lucene-core-10.5.1}
   */
  public ResultFile(String name, String vectors, List<String> arguments, List<String> versions) {
    this.name = name;
    this.vectors = vectors;
    this.arguments = List.copyOf(arguments);
    this.versions = List.copyOf(versions);
  }

  /** What there is to say of a set of vectors. */
  public static String vectors(DataSet data) {
    return String.format(
        Locale.ROOT,
        "%s: %,d documents, %,d queries, %d dims",
        data.name(),
        data.documents().size(),
        data.queries().length,
        data.documents().dims());
  }

  /** A text whose lines and spaces are kept. */
  public static String fenced(String text) {
    return "```\n" + text + "```\n";
  }

  /** Writes the file without a plot. */
  public Path write(Path folder, String title, String conditions, String table) throws IOException {
    return write(folder, title, conditions, table, null, "");
  }

  /**
   * Writes the file and, beside it, its plot. A second run on the same day replaces the first.
   *
   * @param title of the file
   * @param conditions how it was measured, and what the columns mean
   * @param overview the table that comes first, as Markdown
   * @param plot the picture, as SVG; null for none
   * @param details the table that comes last
   * @return the file, named by date, machine and vectors
   */
  public Path write(
      Path folder, String title, String conditions, String overview, String plot, String details)
      throws IOException {
    Machine machine = Machine.here();
    String dated = LocalDate.now(ZoneOffset.UTC) + "-" + machine.slug() + "-" + name;
    Files.createDirectories(folder);
    String picture = "";
    if (plot != null) {
      Files.writeString(folder.resolve(dated + ".svg"), plot);
      picture = "![what was found against what it took](" + dated + ".svg)\n";
    }
    Path file = folder.resolve(dated + ".md");
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
            | vectors | %s |
            | command | `./matryoshka bench%s` |

            %s
            %s
            %s
            %s""",
            title,
            machine.describe(),
            String.join(", ", versions),
            vectors,
            arguments.isEmpty() ? "" : " " + String.join(" ", arguments),
            conditions,
            overview,
            picture,
            details.isEmpty() ? "" : fenced(details)));
    return file;
  }
}
