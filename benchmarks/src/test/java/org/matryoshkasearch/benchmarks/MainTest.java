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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.kernel.KernelSettings;
import org.matryoshkasearch.benchmarks.node.NodeBenchSettings;
import org.matryoshkasearch.benchmarks.shapes.ShapesSettings;
import org.matryoshkasearch.benchmarks.shapes.TargetsSettings;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.Screen;

public class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  public void testUsageTellsEveryOptionInShortLines() {
    assertEquals(0, run("--help"));
    String usage = out.toString(StandardCharsets.UTF_8);
    usage.lines().forEach(line -> assertTrue(line, line.length() <= 80));
    String[] parts = usage.split("\nOptions[^\n]*:\n", -1);
    assertEquals(6, parts.length);
    assertTells(parts[1], BenchSettings.OPTIONS);
    assertTells(parts[2], NodeBenchSettings.OPTIONS);
    assertTells(parts[3], KernelSettings.OPTIONS);
    assertTells(parts[4], ShapesSettings.OPTIONS);
    assertTells(parts[5], TargetsSettings.OPTIONS);
  }

  /** All of them, with their defaults, and no others. */
  private static void assertTells(String part, List<Option> options) {
    List<String> entries = Arrays.asList(("\n" + part).split("\n  (?=-)", -1));
    assertEquals(part, options.size(), entries.size() - 1);
    for (Option option : options) {
      String entry =
          entries.stream()
              .filter(each -> each.startsWith(option.form() + " "))
              .findFirst()
              .orElseThrow(() -> new AssertionError("nothing of " + option.form()));
      String standard = option.fallback() == null ? "" : "(default " + option.fallback() + ")";
      assertTrue(entry, entry.contains(standard));
    }
  }

  @Test
  public void testBadUsageIsOneLine() {
    assertBad("unknown option --rowz; ./matryoshka bench --help lists the options", "--rowz", "1");
    assertBad("unknown option --k; ./matryoshka bench --help lists the options", "--node", "--k=1");
    assertBad("--rows needs a value: --rows N", "--rows");
    assertBad("--k must be a whole number from 10 to 100, found 1", "--k", "1");
    assertBad("--prefix-dims must be from 1 to 64, found 65", "--dims=64", "--prefix-dims=32,65");
    assertBad("a .f32 file does not say its dims: give --dims N", "--vectors", "x.f32");
  }

  @Test
  public void testUnknownNamesAreRefusedBeforeAnythingIsMade() {
    assertBad(
        "--only must name some of lucene, elasticsearch, jvector, stock, matryoshka",
        "--only=lucene-float32,wrong");
    assertBad("--only must name some of lucene, stock, matryoshka", "--quick", "--only", "jvector");
    assertBad(
        "--shapes must name some of nested, nested_ordered, gap, random_queries, copies,"
            + " near_copies, skewed_lengths, unit_products, filter_for, filter_against, deletes,"
            + " clusters_20, clusters_many, filter_category, gaussian, two_lengths, l2 (more with --real DIR); found wrong",
        "--shapes=nested,wrong");
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  public void testMissingFileIsOneLine() {
    assertEquals(1, run("--vectors", "missing.npy"));
    assertEquals("matryoshka: missing.npy: no such file\n", err.toString(StandardCharsets.UTF_8));
  }

  private void assertBad(String message, String... arguments) {
    err.reset();
    assertEquals(2, run(arguments));
    assertEquals("matryoshka: " + message + "\n", err.toString(StandardCharsets.UTF_8));
  }

  private int run(String... arguments) {
    Screen screen = new Screen(stream(out), stream(err), false);
    return Main.run(screen, List.of(arguments));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
