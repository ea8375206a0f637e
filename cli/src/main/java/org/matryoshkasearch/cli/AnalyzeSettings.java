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

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * What is to be analyzed, and how.
 *
 * @param file the vectors
 * @param dims components of a vector, or 0 for what the file says
 * @param queries vectors to search for, or null for some of the file
 * @param target recall to reach
 * @param similarity what near means
 * @param plot where to draw
 */
record AnalyzeSettings(
    Path file, int dims, Path queries, double target, Similarity similarity, Path plot) {

  /** What {@code usage.txt} tells of. */
  static final List<Option> OPTIONS =
      List.of(
          new Option("--dims", "N", null),
          new Option("--queries", "FILE", null),
          new Option("--target", "R", "0.95"),
          new Option("--similarity", "NAME", "cosine"),
          new Option("--plot", "FILE", "recall.svg"));

  /** Reads the command line, in which the file may stand anywhere. */
  static AnalyzeSettings parse(List<String> arguments) throws UsageException {
    List<String> files = new ArrayList<>();
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        files.add(argument);
        continue;
      }
      rest.add(argument);
      boolean valueFollows = !argument.contains("=") && i + 1 < arguments.size();
      if (valueFollows && !arguments.get(i + 1).startsWith("--")) {
        rest.add(arguments.get(++i));
      }
    }
    Options options = Options.parse(OPTIONS, "./matryoshka", rest);
    if (files.size() != 1) {
      throw new UsageException(
          files.isEmpty()
              ? "analyze needs a file of vectors: ./matryoshka analyze FILE"
              : "analyze takes one file, found " + String.join(", ", files));
    }
    int dims = options.number("--dims", 1, DemoSettings.MAX_DIMS);
    if (dims == 0 && files.get(0).toLowerCase(Locale.ROOT).endsWith(".f32")) {
      throw new UsageException("a .f32 file does not say its dims: give --dims N");
    }
    List<String> similarities =
        Arrays.stream(Similarity.values()).map(Similarity::mappingName).toList();
    String similarity = options.oneOf("--similarity", similarities);
    try {
      return new AnalyzeSettings(
          Path.of(files.get(0)),
          dims,
          options.path("--queries"),
          options.decimal(
              "--target", MatryoshkaKnnQuery.LEAST_RECALL, MatryoshkaKnnQuery.MOST_RECALL),
          Similarity.valueOf(similarity.toUpperCase(Locale.ROOT)),
          options.path("--plot"));
    } catch (InvalidPathException e) {
      throw new UsageException("no name of a file: " + e.getInput());
    }
  }
}
