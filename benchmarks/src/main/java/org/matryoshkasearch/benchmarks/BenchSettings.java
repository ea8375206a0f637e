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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.matryoshkasearch.benchmarks.data.DataChoice;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * What to measure, and how.
 *
 * @param quick whether to measure only what the last line needs
 * @param data which vectors to measure with
 * @param k how many documents a search wants: 10 or 100
 * @param filter how many percent of the documents, at random, a search may find
 * @param segments how many segments an index has
 * @param threads how many searches there are at the same time
 * @param rounds how often each setting is timed
 * @param prefixes leading components to index; empty for those that suit the dimension
 * @param only what the names of the contenders to measure begin with; empty for all
 * @param reuse whether indexes are kept, and those of others taken from earlier runs
 * @param work a folder for vectors and indexes, or null
 * @param results a folder for the results, or null
 * @param arguments the command line, for the results
 */
record BenchSettings(
    boolean quick,
    DataChoice data,
    int k,
    int filter,
    int segments,
    int threads,
    int rounds,
    List<Integer> prefixes,
    List<String> only,
    boolean reuse,
    Path work,
    Path results,
    List<String> arguments) {

  private static final List<Option> OWN =
      List.of(
          new Option("--quick", null, null),
          new Option("--k", "N", "10"),
          new Option("--filter", "PERCENT", "100"),
          new Option("--segments", "N", "1"),
          new Option("--threads", "N", "1"),
          new Option("--rounds", "N", "5"),
          new Option("--prefix-dims", "N,...", null),
          new Option("--only", "NAME,...", null),
          new Option("--reuse", null, null),
          new Option("--work", "DIR", null),
          new Option("--results", "DIR", null));

  static final List<Option> OPTIONS =
      Stream.of(DataChoice.OPTIONS, OWN).flatMap(List::stream).toList();

  private static final int MOST_SEGMENTS = 100; // of the fewest documents that there may be
  private static final int DEEP = 100;
  private static final int ALL = 100; // percent

  /** Reads the command line. */
  static BenchSettings parse(List<String> arguments) throws UsageException {
    Options options = Options.parse(OPTIONS, DataChoice.HELP, arguments);
    int k = options.number("--k", 10, DEEP);
    if (k != 10 && k != DEEP) {
      throw new UsageException("--k must be 10 or 100, found " + k);
    }
    BenchSettings settings =
        new BenchSettings(
            options.given("--quick"),
            DataChoice.of(options),
            k,
            options.number("--filter", 1, ALL),
            options.number("--segments", 1, MOST_SEGMENTS),
            options.number("--threads", 1, 1000),
            options.number("--rounds", 1, 1000),
            numbers(options.list("--prefix-dims")),
            options.list("--only"),
            options.given("--reuse"),
            options.path("--work"),
            options.path("--results"),
            List.copyOf(arguments));
    if (settings.data().dims() > 0) {
      settings.prefixesOf(settings.data().dims()); // what cannot be is said before anything is done
    }
    return settings;
  }

  private static List<Integer> numbers(List<String> parts) throws UsageException {
    List<Integer> numbers = new ArrayList<>();
    for (String part : parts) {
      try {
        numbers.add(Integer.valueOf(part.strip()));
      } catch (NumberFormatException e) {
        throw new UsageException("--prefix-dims must be whole numbers, found " + part);
      }
    }
    return numbers;
  }

  /** The prefixes to index of vectors of some dimension. */
  List<Integer> prefixesOf(int dimension) throws UsageException {
    for (int prefix : prefixes) {
      if (prefix < 1 || prefix > dimension) {
        throw new UsageException(
            "--prefix-dims must be from 1 to " + dimension + ", found " + prefix);
      }
    }
    if (!prefixes.isEmpty()) {
      return prefixes;
    }
    int standard = Math.min(dimension, MatryoshkaHnswVectorsFormat.DEFAULT_PREFIX_DIMS);
    return List.copyOf(
        new TreeSet<>(List.of(dimension / 8, dimension / 4, dimension / 2, standard)));
  }

  /**
   * Those of the names of contenders that are to be measured.
   *
   * @throws UsageException if one of {@link #only} begins none of them
   */
  List<String> chosen(List<String> names) throws UsageException {
    for (String beginning : only) {
      if (names.stream().noneMatch(name -> name.startsWith(beginning))) {
        throw Options.leavesNothing("--only", names);
      }
    }
    return names.stream().filter(this::wants).toList();
  }

  /** Whether a contender is to be measured. */
  private boolean wants(String contender) {
    return only.isEmpty() || only.stream().anyMatch(contender::startsWith);
  }
}
