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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.Screen;

/** The whole command on a real node, small; memory is limited where the machine allows it. */
public class NodeBenchIT {

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  @Test
  public void testEndToEnd() throws Exception {
    String text =
        run(
            "--rows 500 --dims 64 --queries 20 --rounds 1 --clients 1,2 --seconds 1",
            "--only matryoshka-int4,dense-bbq_hnsw");
    List<String> lines = text.lines().toList();
    String number = "(NaN|[0-9]+\\.[0-9]{2})";
    assertTrue(
        text,
        lines
            .get(lines.size() - 1)
            .matches(
                "node: bbq_hnsw throughput=# docs=# merged=# hot=#; limited: bbq_hnsw=# int8_hnsw=NaN"
                    .replace("#", number)));
    for (String name : List.of("matryoshka-int4_hnsw", "dense-bbq_hnsw", "dense-bbq_hnsw-half")) {
      assertTrue(text, lines.stream().anyMatch(line -> line.startsWith(name + " ")));
    }
    assertTrue(text, !text.contains("not run"));
    assertTrue(text, text.contains("with limited memory") || text.contains("is not limited"));
    assertEquals(List.of(".md", ".svg"), endings(results()));
    assertTrue(groups().isEmpty());
  }

  /** More than the indexing buffer holds (a tenth of the heap), and nothing that merges it. */
  @Test
  public void testAsLoaded() throws Exception {
    String text =
        run(
            "--as-loaded --rows 40000 --dims 512 --queries 20 --rounds 1 --clients 1",
            "--memory-limit none --only matryoshka-int4");
    Matcher segments =
        Pattern.compile("matryoshka-int4_hnsw .* ([0-9]+) +[0-9]+ +[0-9]+\n").matcher(text);
    assertTrue(text, segments.find());
    assertTrue(text, Integer.parseInt(segments.group(1)) > 1);
    assertTrue(text, !text.contains("not run"));
  }

  private Path results() {
    return temporary.getRoot().toPath().resolve("results");
  }

  /** Gives what it writes. */
  private String run(String... arguments) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Screen screen =
        new Screen(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            false);
    String folders = " --work " + temporary.getRoot() + " --results " + results();
    String words = "--node --heap 512m " + String.join(" ", arguments) + folders;
    new NodeBench(
            screen,
            NodeBenchSettings.parse(List.of(words.split(" "))),
            Path.of(System.getProperty("matryoshka.home")))
        .run();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<String> endings(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.toString().substring(file.toString().lastIndexOf('.')))
          .sorted()
          .toList();
    }
  }

  /** The control groups that this process has left behind. */
  private static List<Path> groups() throws IOException {
    MemoryController controller;
    try {
      controller = MemoryController.find();
    } catch (IOException e) {
      return List.of(); // it could not make any
    }
    try (Stream<Path> files = Files.list(controller.parent())) {
      return files
          .filter(file -> file.endsWith("matryoshka-bench-" + ProcessHandle.current().pid()))
          .toList();
    }
  }
}
