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
import org.matryoshkasearch.benchmarks.data.DataChoice;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * Which shapes of data to measure with, and how.
 *
 * @param shapes the shapes
 * @param rows how many documents each has, one number after another
 * @param dims components of each vector, but for real ones
 * @param queries how many are searched for
 * @param segments how many segments an index has
 * @param rounds how often each setting is timed
 * @param work a folder for vectors and indexes, or null
 * @param results a folder for the results, or null
 * @param arguments the command line, for the results
 */
public record ShapesSettings(
    List<Shape> shapes,
    List<Integer> rows,
    int dims,
    int queries,
    int segments,
    int rounds,
    Path work,
    Path results,
    List<String> arguments) {

  private static final String SHAPES = "--shapes";

  /** The options of this form of the command. */
  public static final List<Option> OPTIONS =
      List.of(
          new Option(SHAPES, "NAME,...", ShapeChoice.ALL),
          new Option("--rows", "N,...", "40000"),
          new Option("--dims", "N", "128"),
          new Option("--queries", "N", "300"),
          new Option("--segments", "N", "1"),
          new Option("--rounds", "N", "5"),
          new Option("--real", "DIR", null),
          new Option("--work", "DIR", null),
          new Option("--results", "DIR", null));

  private static final int LEAST_ROWS = 2000; // a tenth of them, with a filter, or a few less

  /** Whether a command line asks for this form of the command. */
  public static boolean wanted(List<String> arguments) {
    return arguments.stream()
        .anyMatch(each -> each.equals(SHAPES) || each.startsWith(SHAPES + "="));
  }

  /** Reads the command line. */
  public static ShapesSettings parse(List<String> arguments) throws UsageException, IOException {
    Options options = Options.parse(OPTIONS, DataChoice.HELP, withName(arguments));
    return new ShapesSettings(
        ShapeChoice.of(SHAPES, options.list(SHAPES), options.path("--real")),
        rows(options.list("--rows")),
        options.number("--dims", 8, MatryoshkaHnswVectorsFormat.MAX_DIMS),
        options.number("--queries", 1, 100_000),
        options.number("--segments", 1, 100),
        options.number("--rounds", 1, 1000),
        options.path("--work"),
        options.path("--results"),
        List.copyOf(arguments));
  }

  /** Without names all are meant. */
  private static List<String> withName(List<String> arguments) {
    List<String> whole = new ArrayList<>(arguments);
    int at = whole.indexOf(SHAPES);
    if (at >= 0 && (at + 1 == whole.size() || whole.get(at + 1).startsWith("--"))) {
      whole.add(at + 1, ShapeChoice.ALL);
    }
    return whole;
  }

  private static List<Integer> rows(List<String> texts) throws UsageException {
    List<Integer> rows = new ArrayList<>();
    for (String text : texts) {
      if (!text.matches("[1-9][0-9]{3,7}") || Integer.parseInt(text) < LEAST_ROWS) {
        throw new UsageException(
            "--rows must be whole numbers from " + LEAST_ROWS + " to 99999999, found " + text);
      }
      rows.add(Integer.valueOf(text));
    }
    return rows;
  }
}
