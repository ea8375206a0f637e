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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.Screen;

public class ShapesBenchTest {

  private static final String NAMES = "skewed_lengths,l2";

  @Rule public TemporaryFolder temporary = new TemporaryFolder();

  private String run(String... more) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Path folder = temporary.getRoot().toPath();
    List<String> arguments =
        Stream.concat(
                Stream.of(
                    "--rows=2000",
                    "--dims=32",
                    "--queries=20",
                    "--rounds=1",
                    "--work=" + folder.resolve("work"),
                    "--results=" + folder.resolve("results")),
                Stream.of(more))
            .toList();
    new ShapesBench(
            new Screen(stream(out), stream(err), false), ShapesSettings.parse(arguments), folder)
        .run();
    String errors = err.toString(StandardCharsets.UTF_8);
    assertFalse(errors, errors.contains("fails"));
    return out.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  public void testEndToEnd() throws Exception {
    List<String> lines = run("--shapes", NAMES).lines().toList();
    String last = lines.get(lines.size() - 1);
    assertTrue(last, last.matches("shapes_at_or_above_1=[0-2]/2 mean95=[0-9.]+ mean99=[0-9.]+"));
    // each contender gets there with each of these
    lines.forEach(line -> assertFalse(line, line.contains("–") || line.contains("failed")));
    assertEquals("a line and a row of the table each", 2, count(lines, "skewed_lengths"));
    try (Stream<Path> files = Files.list(temporary.getRoot().toPath().resolve("results"))) {
      String name = "shapes-" + NAMES.replace(',', '-') + "-2000x32-k10.";
      assertTrue(files.allMatch(file -> file.toString().contains(name)));
    }
    assertFalse(Files.exists(temporary.getRoot().toPath().resolve("work/shapes/l2")));
  }

  @Test
  public void testManySegments() throws Exception {
    List<String> lines = run("--shapes=deletes", "--segments=5").lines().toList();
    assertTrue(lines.get(lines.size() - 1).startsWith("shapes_at_or_above_1="));
    lines.forEach(line -> assertFalse(line, line.contains("–") || line.contains("failed")));
    assertEquals(2, count(lines, "deletes"));
  }

  private static long count(List<String> lines, String text) {
    return lines.stream().filter(line -> line.contains(text)).count();
  }
}
