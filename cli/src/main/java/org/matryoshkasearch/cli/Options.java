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

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The options of a command, given as {@code --name value} or {@code --name=value}. */
public final class Options {

  /**
   * An option that a command knows.
   *
   * @param name with its dashes, as in {@code --port}
   * @param value what stands for its value in the usage, or null if it takes none
   * @param fallback the value if it is not given, or null
   */
  public record Option(String name, String value, String fallback) {

    /** How the option is written, as in {@code --port N}. */
    public String form() {
      return value == null ? name : name + " " + value;
    }
  }

  private final Map<String, Option> known = new HashMap<>();
  private final Map<String, String> given = new HashMap<>();

  private Options(List<Option> known) {
    known.forEach(option -> this.known.put(option.name(), option));
  }

  /**
   * Reads the arguments of a command.
   *
   * @param help the command that lists the options
   */
  public static Options parse(List<Option> known, String help, List<String> arguments)
      throws UsageException {
    Options options = new Options(known);
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? argument : argument.substring(0, equals);
      Option option = options.known.get(name);
      if (option == null) {
        throw new UsageException("unknown option " + name + "; " + help + " lists the options");
      }
      String value = equals < 0 ? "" : argument.substring(equals + 1);
      if (option.value() == null) {
        if (equals >= 0) {
          throw new UsageException(name + " takes no value, found " + value);
        }
      } else if (equals < 0) {
        if (i + 1 == arguments.size() || arguments.get(i + 1).startsWith("--")) {
          throw new UsageException(name + " needs a value: " + option.form());
        }
        value = arguments.get(++i);
      }
      if (option.value() != null && value.isEmpty()) {
        throw new UsageException(name + " needs a value: " + option.form());
      }
      if (options.given.put(name, value) != null) {
        throw new UsageException(name + " is given twice");
      }
    }
    return options;
  }

  /**
   * Says that an option that chooses by the beginnings of names chose none.
   *
   * @param names all that there are, each of several parts with dashes between
   */
  public static UsageException leavesNothing(String name, List<String> names) {
    List<String> beginnings =
        names.stream().map(each -> each.replaceAll("-.*", "")).distinct().toList();
    return new UsageException(name + " must name some of " + String.join(", ", beginnings));
  }

  /** Whether the option stands in the command line. */
  public boolean given(String name) {
    return given.containsKey(name);
  }

  /** The value of an option, its default if it is not given, null if it has none. */
  public String text(String name) {
    return given.getOrDefault(name, known.get(name).fallback());
  }

  /**
   * The value of an option as a whole number.
   *
   * @param min the least value that makes sense
   * @param max the greatest value that makes sense
   * @return 0 if the option is not given and has no default
   */
  public int number(String name, int min, int max) throws UsageException {
    String text = text(name);
    if (text == null) {
      return 0;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // is told like a number that is out of range
    }
    throw new UsageException(
        name + " must be a whole number from " + min + " to " + max + ", found " + text);
  }

  /**
   * The value of an option as a number that need not be whole.
   *
   * @param min the least value that makes sense
   * @param max the greatest value that makes sense
   */
  public double decimal(String name, double min, double max) throws UsageException {
    String text = text(name);
    try {
      double number = Double.parseDouble(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // is told like a number that is out of range
    }
    throw new UsageException(
        name + " must be a number from " + min + " to " + max + ", found " + text);
  }

  /** The value of an option that must be one of some words. */
  public String oneOf(String name, List<String> words) throws UsageException {
    String text = text(name);
    if (!words.contains(text)) {
      throw new UsageException(
          name + " must be one of " + String.join(", ", words) + ", found " + text);
    }
    return text;
  }

  /** The value of an option as a file or folder, null if it has none. */
  public Path path(String name) {
    String text = text(name);
    return text == null ? null : Path.of(text);
  }

  /**
   * Makes sure that a file of vectors that does not say how long they are is not given alone.
   *
   * @param vectors the option that names the file
   * @param dims the option that tells the length
   */
  public void checkDimsOf(String vectors, String dims) throws UsageException {
    if (given(vectors) && !given(dims) && text(vectors).toLowerCase(Locale.ROOT).endsWith(".f32")) {
      throw new UsageException("a .f32 file does not say its dims: give " + dims + " N");
    }
  }

  /** The values of an option that are separated by commas, none if it is not given. */
  public List<String> list(String name) {
    String text = text(name);
    return text == null ? List.of() : List.of(text.split(",", -1));
  }

  /** The value of an option as a size of memory in the form that a JVM takes, as in {@code 2g}. */
  public String size(String name) throws UsageException {
    String text = text(name);
    if (!text.matches("[1-9][0-9]{0,5}[mMgG]")) {
      throw new UsageException(name + " must be a size such as 512m or 2g, found " + text);
    }
    return text;
  }
}
