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
package org.matryoshkasearch.examples;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Runs each program, and looks at what it prints. */
public class ExamplesTest {
  @FunctionalInterface
  private interface Program {
    void run(String[] arguments) throws IOException;
  }

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  @Test
  public void testReadmeShowsTheFirst() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    int start = readme.indexOf("```java\n") + "```java\n".length();
    String shown = readme.substring(start, readme.indexOf("```", start));
    String example =
        Files.readString(
            Path.of("src/main/java/org/matryoshkasearch/examples/IndexAndSearch.java"));
    assertTrue(
        "the first Java block of the README must be a part of IndexAndSearch",
        example.contains(shown.strip().indent(2).stripTrailing().replace("\n  \n", "\n\n")));
  }

  @Test
  public void testIndexAndSearch() throws IOException {
    String folder = temporary.newFolder().toString();
    List<String> lines = run(IndexAndSearch::main, folder);
    assertEquals("What does a cat eat?", lines.get(0));
    assertTrue(lines.get(1), lines.get(1).matches("  0\\.\\d{3}  (Feeding kittens|Why a fel).*"));
    assertTrue(lines.get(2), lines.get(2).matches("  0\\.\\d{3}  (Feeding kittens|Why a fel).*"));
    assertEquals(8, lines.size());
    assertEquals("The index is in " + folder, lines.get(7));
    assertEquals("a second run adds nothing", lines, run(IndexAndSearch::main, folder));
  }

  /** Neither words nor vectors have both of what is in both. */
  @Test
  public void testHybridSearch() throws IOException {
    List<String> lines = run(HybridSearch::main);
    assertEquals(List.of("vehicle X200 noise", "  fused  words  vectors"), lines.subList(0, 2));
    assertEquals(5, lines.size());
    String all = String.join("\n", lines);
    assertTrue(all, all.contains("Engine noise of the X200"));
    assertTrue(all, all.contains("The X200 automobile is loud at high speed"));
    List<String> other = run(HybridSearch::main, "crust", "of", "bread");
    assertTrue(other.toString(), other.get(2).matches(".* 1 +1 +A recipe for bread.*"));
  }

  @Test
  public void testMoveAnIndex() throws IOException {
    List<String> lines = run(MoveAnIndex::main);
    assertEquals(3, lines.size());
    double[] before = numbers(lines.get(1), "Lucene's format");
    double[] after = numbers(lines.get(2), "ours, prefix of 256");
    assertTrue("recall " + lines, before[0] >= 0.9 && after[0] >= 0.9);
    assertTrue("all of 3000 vectors of 1024 floats " + lines, before[2] > 12.3);
    assertEquals("3000 codes of 256 dims, and a graph", 0.5, after[2], 0.1);
    assertTrue("vectors are stored once " + lines, after[1] < 13 && before[1] < 13);
  }

  @Test
  public void testFunnelSearch() throws IOException {
    List<String> lines = run(FunnelSearch::main, "1500");
    assertEquals(7, lines.size());
    double[] all = numbers(lines.get(2), "all vectors, 2048");
    double[] funnel = numbers(lines.get(6), "funnel of 800");
    assertEquals("" + lines, 1, all[0], 0);
    assertEquals("" + lines, 1500 * 2048 / 1e6, all[1], 0.001);
    assertTrue("recall " + lines, funnel[0] >= 0.9);
    assertTrue("less work " + lines, funnel[1] < all[1] / 10);
  }

  private static double[] numbers(String line, String what) {
    assertTrue(line, line.startsWith(what));
    String[] parts = line.substring(what.length()).strip().split(" +", -1);
    assertEquals(line, 3, parts.length);
    return new double[] {
      Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), Double.parseDouble(parts[2])
    };
  }

  private static List<String> run(Program program, String... arguments) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run(arguments);
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
