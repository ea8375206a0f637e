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
import java.util.List;
import org.matryoshkasearch.benchmarks.data.DataChoice;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * How to measure what searches for a target recall find.
 *
 * @param shapes the shapes
 * @param rows how many documents are generated
 * @param dims components of each
 * @param queries how many are searched for
 * @param work a folder for vectors and indexes, or null
 * @param results a folder for the results, or null
 * @param arguments the command line, for the results
 */
public record TargetsSettings(
    List<Shape> shapes,
    int rows,
    int dims,
    int queries,
    Path work,
    Path results,
    List<String> arguments) {

  /** The option that asks for this form of the command. */
  public static final String TARGETS = "--targets";

  /** The options of this form of the command. */
  public static final List<Option> OPTIONS =
      List.of(
          new Option(TARGETS, null, null),
          new Option("--only", "NAME,...", "nested,skewed_lengths,l2,gap"),
          new Option("--rows", "N", "100000"),
          new Option("--dims", "N", "1024"),
          new Option("--queries", "N", "300"),
          new Option("--real", "DIR", null),
          new Option("--work", "DIR", null),
          new Option("--results", "DIR", null));

  /** Reads the command line. */
  public static TargetsSettings parse(List<String> arguments) throws UsageException, IOException {
    Options options = Options.parse(OPTIONS, DataChoice.HELP, arguments);
    List<String> names = options.list("--only");
    Path real = options.path("--real");
    return new TargetsSettings(
        ShapeChoice.of("--only", names, real),
        options.number("--rows", 2000, 10_000_000),
        options.number("--dims", 8, MatryoshkaHnswVectorsFormat.MAX_DIMS),
        options.number("--queries", 1, 100_000),
        options.path("--work"),
        options.path("--results"),
        List.copyOf(arguments));
  }
}
