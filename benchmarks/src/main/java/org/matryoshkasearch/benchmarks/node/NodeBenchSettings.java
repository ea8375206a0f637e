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
package org.matryoshkasearch.benchmarks.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.matryoshkasearch.benchmarks.data.DataChoice;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;

/**
 * What to measure on a node, and how.
 *
 * @param data which vectors to measure with
 * @param rounds how often each setting is timed
 * @param clients how many search at the same time, in rising order
 * @param asLoaded whether indices are searched in the segments that loading makes, not in one
 * @param only what the names of the contenders to measure begin with; empty for all
 * @param memoryLimit of the node where the page cache is limited: {@code auto}, {@code none} or a
 *     size
 * @param seconds how long a turn with limited memory warms up, and how long it is timed at most
 * @param heap heap of the node, as in {@code 2g}
 * @param work a folder for vectors, or null
 * @param results a folder for the results, or null
 * @param arguments the command line, for the results
 */
public record NodeBenchSettings(
    DataChoice data,
    int rounds,
    List<Integer> clients,
    boolean asLoaded,
    List<String> only,
    String memoryLimit,
    int seconds,
    String heap,
    Path work,
    Path results,
    List<String> arguments) {

  /** The value of {@code --memory-limit} that lets each index have its own limit. */
  static final String AUTO = "auto";

  /** The value of {@code --memory-limit} that leaves the measurement out. */
  static final String NONE = "none";

  /** The option that asks for this form of the command. */
  public static final String NODE = "--node";

  private static final String AS_LOADED = "--as-loaded";

  private static final List<Option> OWN =
      List.of(
          new Option(NODE, null, null),
          new Option("--rounds", "N", "3"),
          new Option("--clients", "N,...", "1,4"),
          new Option(AS_LOADED, null, null),
          new Option("--only", "NAME,...", null),
          new Option("--memory-limit", "SIZE", AUTO),
          new Option("--seconds", "N", "20"),
          new Option("--heap", "SIZE", "2g"),
          new Option("--work", "DIR", null),
          new Option("--results", "DIR", null));

  /** The options of this form of the command. */
  public static final List<Option> OPTIONS =
      Stream.of(DataChoice.OPTIONS, OWN).flatMap(List::stream).toList();

  /** Reads the command line. */
  public static NodeBenchSettings parse(List<String> arguments) throws UsageException {
    Options options = Options.parse(OPTIONS, DataChoice.HELP, arguments);
    String limit = options.text("--memory-limit");
    return new NodeBenchSettings(
        DataChoice.of(options),
        options.number("--rounds", 1, 1000),
        clients(options.list("--clients")),
        options.given(AS_LOADED),
        options.list("--only"),
        List.of(AUTO, NONE).contains(limit) ? limit : options.size("--memory-limit"),
        options.number("--seconds", 1, 3600),
        options.size("--heap"),
        options.path("--work"),
        options.path("--results"),
        List.copyOf(arguments));
  }

  private static List<Integer> clients(List<String> texts) throws UsageException {
    List<Integer> clients = new ArrayList<>();
    for (String text : texts) {
      if (!text.matches("[1-9][0-9]{0,2}")) {
        throw new UsageException("--clients must be numbers from 1 to 999, found " + text);
      }
      clients.add(Integer.valueOf(text));
    }
    return clients.stream().sorted().distinct().toList();
  }

  /** Whether a contender is to be measured. */
  boolean wants(String contender) {
    return only.isEmpty() || only.stream().anyMatch(contender::startsWith);
  }

  /** The memory limit in bytes, 0 if it is not a size. */
  long memoryLimitBytes() {
    if (List.of(AUTO, NONE).contains(memoryLimit)) {
      return 0;
    }
    int end = memoryLimit.length() - 1;
    int shift = Character.toLowerCase(memoryLimit.charAt(end)) == 'g' ? 30 : 20;
    return Long.parseLong(memoryLimit.substring(0, end)) << shift;
  }
}
