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

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Entry point of {@code ./matryoshka}: finds the command and turns its faults into one line. */
public final class Main {

  private static volatile boolean ending;

  private Main() {}

  /** Runs a command; exits 0 if it worked, 1 if it failed, 2 if it was not understood. */
  public static void main(String[] arguments) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "note-end"));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    Screen screen = new Screen(out, err, Boolean.getBoolean("matryoshka.terminal"));
    int status = run(screen, List.of(arguments));
    out.flush();
    System.exit(status);
  }

  /** Runs a command and returns the exit status. */
  static int run(Screen screen, List<String> arguments) {
    try {
      if (arguments.isEmpty() || List.of("help", "--help", "-h").contains(arguments.get(0))) {
        screen.out().print(usage());
        return 0;
      }
      String command = arguments.get(0);
      if (!List.of("demo", "analyze").contains(command)) {
        throw new UsageException(
            "unknown command " + command + "; ./matryoshka lists what there is");
      }
      List<String> rest = arguments.subList(1, arguments.size());
      if (rest.contains("--help") || rest.contains("-h")) {
        screen.out().print(usage());
        return 0;
      }
      if (command.equals("demo")) {
        new DemoCommand(screen, DemoSettings.parse(rest)).run();
      } else {
        new AnalyzeCommand(screen, AnalyzeSettings.parse(rest)).run();
      }
      return 0;
    } catch (UsageException | IOException | RuntimeException | Error e) {
      // after Ctrl-C everything fails, and nobody wants to know
      return ending ? Faults.FAILED : Faults.tell(screen, e);
    }
  }

  /** The text that the script shows too, which needs no build for that. */
  private static String usage() throws IOException {
    try (InputStream text = Main.class.getResourceAsStream("usage.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
