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

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.matryoshkasearch.benchmarks.kernel.KernelBench;
import org.matryoshkasearch.benchmarks.kernel.KernelSettings;
import org.matryoshkasearch.benchmarks.node.NodeBench;
import org.matryoshkasearch.benchmarks.node.NodeBenchSettings;
import org.matryoshkasearch.benchmarks.shapes.ShapesBench;
import org.matryoshkasearch.benchmarks.shapes.ShapesSettings;
import org.matryoshkasearch.benchmarks.shapes.TargetsBench;
import org.matryoshkasearch.benchmarks.shapes.TargetsSettings;
import org.matryoshkasearch.cli.Faults;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.UsageException;

/** Entry point of {@code ./matryoshka bench}. */
public final class Main {

  private Main() {}

  /** Measures; exits 0 if that worked, 1 if it failed, 2 if the command was not understood. */
  public static void main(String[] arguments) {
    // what competitors say when they start is not progress
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    Logger.getLogger("").setLevel(Level.WARNING);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    Screen screen = new Screen(out, err, Boolean.getBoolean("matryoshka.terminal"));
    AtomicBoolean done = new AtomicBoolean();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> sayIfEarly(done, err), "say-if-early"));
    int status = run(screen, List.of(arguments));
    out.flush();
    done.set(true);
    System.exit(status);
  }

  /** A signal, or a competitor that ends this JVM, must not look like a run that is complete. */
  private static void sayIfEarly(AtomicBoolean done, PrintStream err) {
    if (!done.get()) {
      err.println();
      err.println("matryoshka: ended before everything was measured");
    }
  }

  /** Runs the command and returns the exit status. */
  static int run(Screen screen, List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      screen.out().print(usage());
      return 0;
    }
    Path checkout = Path.of(System.getProperty("matryoshka.home", ""));
    try {
      if (arguments.contains(KernelSettings.KERNELS)) {
        new KernelBench(screen, KernelSettings.parse(arguments), checkout).run();
      } else if (arguments.contains(NodeBenchSettings.NODE)) {
        new NodeBench(screen, NodeBenchSettings.parse(arguments), checkout).run();
      } else if (arguments.contains(TargetsSettings.TARGETS)) {
        new TargetsBench(screen, TargetsSettings.parse(arguments), checkout).run();
      } else if (ShapesSettings.wanted(arguments)) {
        new ShapesBench(screen, ShapesSettings.parse(arguments), checkout).run();
      } else {
        new Bench(screen, BenchSettings.parse(arguments), checkout).run();
      }
      return 0;
    } catch (UsageException | IOException | RuntimeException | Error e) {
      return Faults.tell(screen, e);
    }
  }

  /** The text that the script shows too, which needs no build for that. */
  private static String usage() {
    try (InputStream text = Main.class.getResourceAsStream("usage.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
