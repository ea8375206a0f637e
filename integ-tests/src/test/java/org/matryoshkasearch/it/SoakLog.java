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
package org.matryoshkasearch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run has done so far, a line for each step, for whoever has to find out why it failed. */
final class SoakLog {

  private static final int SHOWN = 25;

  private final List<String> steps = new ArrayList<>();

  /** Notes a step before it is done, so that the last one is that which failed. */
  void add(String text, Object... values) {
    steps.add(steps.size() + " " + String.format(Locale.ROOT, text, values));
  }

  /** Writes all steps to a file in the module's {@code target}, and gives the last of them. */
  String tell(String name) {
    Path file = Path.of("target", "soak", name + ".steps");
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, steps);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> last = steps.subList(Math.max(0, steps.size() - SHOWN), steps.size());
    return "all steps: " + file.toAbsolutePath() + "\nthe last:\n" + String.join("\n", last);
  }
}
