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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.matryoshkasearch.benchmarks.data.DataChoice;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;

/**
 * What to measure of the kernels.
 *
 * @param prefixes dimensions of the prefixes
 * @param rows how many rows there are to pick from
 * @param work a folder for rows, or null
 * @param results a folder for the results, or null to only print them
 * @param arguments the command line, for the results
 */
public record KernelSettings(
    List<Integer> prefixes, List<Integer> rows, Path work, Path results, List<String> arguments) {
  /** The option that asks for this form of the command. */
  public static final String KERNELS = "--kernels";

  /** The options of this form of the command. */
  public static final List<Option> OPTIONS =
      List.of(
          new Option(KERNELS, null, null),
          new Option("--prefix-dims", "N,...", "128,256"),
          new Option("--rows", "N,...", "100000,1000000"),
          new Option("--work", "DIR", null),
          new Option("--results", "DIR", null));

  /** Reads the command line. */
  public static KernelSettings parse(List<String> arguments) throws UsageException {
    Options options = Options.parse(OPTIONS, DataChoice.HELP, arguments);
    return new KernelSettings(
        numbers(options, "--prefix-dims"),
        numbers(options, "--rows"),
        options.path("--work"),
        options.path("--results"),
        List.copyOf(arguments));
  }

  private static List<Integer> numbers(Options options, String name) throws UsageException {
    List<Integer> numbers = new ArrayList<>();
    for (String text : options.list(name)) {
      if (!text.matches("[1-9][0-9]{0,7}")) {
        throw new UsageException(name + " must be whole numbers, found " + text);
      }
      numbers.add(Integer.valueOf(text));
    }
    return numbers;
  }
}
