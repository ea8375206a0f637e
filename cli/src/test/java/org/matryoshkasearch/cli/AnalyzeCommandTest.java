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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.vectors.GeneratedVectors;
import org.matryoshkasearch.cli.vectors.VectorReader;

/** {@code ./matryoshka analyze}, but for the script. */
public class AnalyzeCommandTest {

  private static final String LAST =
      "verdict=(nested|weakly-nested|not-nested|unsure) prefix_dims=\\d+"
          + " type=(|int8_|int4_|bbq_)hnsw oversample=\\d+ recall@10=[01]\\.\\d{3}";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  public void testNested() throws Exception {
    Path file = generated("nested & more.f32", 600, 384);
    List<String> lines = analyze("--dims", "384", file.toString(), "--target=0.9");
    assertTrue(lines.toString(), last(lines).startsWith("verdict=nested prefix_dims="));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("The vectors are nested: ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("For a recall of 0.9, take ")));
    lines.forEach(line -> assertTrue(line, line.length() <= 80));
    String svg = Files.readString(plot());
    assertTrue(svg, svg.contains("nested &amp; more.f32: 600 vectors of 384 dims, nested"));
    assertEquals("a line for each oversample", 6, svg.split("<polyline", -1).length - 1);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertTrue(errors(), errors().contains("Comparing\n"));
  }

  @Test
  public void testQueriesAndSimilarities() throws Exception {
    Path file = generated("a.f32", 200, 48);
    Path queries = generated("q.f32", 30, 48);
    for (String name : List.of("cosine", "dot_product", "l2_norm", "max_inner_product")) {
      List<String> lines =
          analyze(
              file.toString(), "--dims=48", "--queries", queries.toString(), "--similarity", name);
      String text = String.join(" ", lines);
      assertTrue(text, text.contains("similarity " + name + "."));
      assertTrue(text, text.contains("nearest of 30 queries is found"));
    }
  }

  /** Too little to say much of, and yet an answer. */
  @Test
  public void testSmallest() throws Exception {
    for (int rows : new int[] {2, 9, 10, 11}) {
      for (int dims : new int[] {1, 3, 64}) {
        List<String> lines =
            analyze(generated("a.f32", rows, dims).toString(), "--dims", String.valueOf(dims));
        assertFalse(last(lines), last(lines).startsWith("verdict=not-nested "));
      }
    }
    float[][] equal = new float[30][];
    Arrays.fill(equal, new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    List<String> lines = analyze(write("e.f32", equal).toString(), "--dims", "9");
    assertTrue(String.join(" ", lines).contains("nested: all vectors are equal."));
  }

  @Test
  public void testWrongUsage() throws Exception {
    String file = generated("a.f32", 20, 8).toString();
    assertFault(2, "analyze needs a file of vectors: ./matryoshka analyze FILE");
    assertFault(2, "analyze takes one file, found a.npy, b.npy", "a.npy", "b.npy");
    assertFault(2, "unknown option --dim; ./matryoshka lists the options", file, "--dim", "8");
    assertFault(2, "a .f32 file does not say its dims: give --dims N", file);
    assertFault(2, "--dims must be a whole number from 1 to 4096, found 0", file, "--dims", "0");
    for (String target : List.of("0.4", "1", "NaN", "high")) {
      assertFault(
          2,
          "--target must be a number from 0.5 to 0.999, found " + target,
          "a.npy",
          "--target",
          target);
    }
    assertFault(
        2,
        "--similarity must be one of cosine, dot_product, l2_norm, max_inner_product, found dot",
        "a.npy",
        "--similarity=dot");
    assertFault(
        2,
        "--plot must be in a folder that is there, found " + folder.getRoot() + "/none",
        "a.npy",
        "--plot=" + folder.getRoot() + "/none/x.svg");
    assertFault(
        2,
        "--plot must be a file, found " + folder.getRoot(),
        "a.npy",
        "--plot=" + folder.getRoot());
    Path other = folder.getRoot().toPath().resolve("q.jsonl");
    Files.writeString(other, "[1, 2, 3]\n");
    assertFault(
        2,
        "--queries must have 8 dims as the file has, found 3",
        file,
        "--dims=8",
        "--queries=" + other);
    assertFault(
        2,
        "--queries must have 8 dims as the file has, found 100 bytes, no multiple of 32",
        file,
        "--dims=8",
        "--queries=" + write("q.f32", new float[5][5]));
  }

  @Test
  public void testBadFiles() throws Exception {
    assertFault(1, "none.npy: no such file", "none.npy");
    String file = generated("a.f32", 20, 8).toString();
    assertFault(
        1, file + ": 640 bytes, no multiple of 28 (7 float32): is the file cut?", file, "--dims=7");
    String one = generated("one.f32", 1, 8).toString();
    assertFault(1, "one.f32 has one row; a search needs more", one, "--dims", "8");
    String nan = write("nan.f32", new float[][] {{1, 2}, {Float.NaN, 3}}).toString();
    assertFault(
        1, nan + ": row 1: expected finite numbers, found NaN at component 0", nan, "--dims=2");
    String empty = write("empty.f32", new float[0][]).toString();
    assertFault(1, empty + ": has no rows", empty, "--dims=2");
    Path long4097 = folder.getRoot().toPath().resolve("long.jsonl");
    Files.writeString(long4097, "[1" + ", 1".repeat(4096) + "]\n");
    assertFault(
        1, "long.jsonl has vectors of 4097 dims; at most 4096 are possible", long4097.toString());
  }

  private Path plot() {
    return folder.getRoot().toPath().resolve("plot.svg");
  }

  private List<String> analyze(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(0, "analyze");
    all.add("--plot");
    all.add(plot().toString());
    out.reset();
    err.reset();
    int status = run(all);
    assertEquals(errors(), 0, status);
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertTrue(last(lines), last(lines).matches(LAST));
    return lines;
  }

  private void assertFault(int status, String message, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(0, "analyze");
    out.reset();
    err.reset();
    assertEquals(status, run(all));
    String last = last(errors().lines().toList());
    assertEquals("matryoshka: " + message, last);
    assertEquals("", out.toString(StandardCharsets.UTF_8));
    assertFalse("nothing is drawn", Files.exists(Path.of("recall.svg")));
  }

  private int run(List<String> arguments) {
    return Main.run(new Screen(stream(out), stream(err), false), arguments);
  }

  private static String last(List<String> lines) {
    return lines.get(lines.size() - 1);
  }

  private Path generated(String name, int rows, int dims) throws IOException {
    float[][] vectors = new float[rows][];
    try (VectorReader reader = new GeneratedVectors(rows, dims, 5).open()) {
      for (int row = 0; row < rows; row++) {
        vectors[row] = reader.next().vector();
      }
    }
    return write(name, vectors);
  }

  private Path write(String name, float[][] vectors) throws IOException {
    int dims = vectors.length == 0 ? 0 : vectors[0].length;
    ByteBuffer bytes =
        ByteBuffer.allocate(vectors.length * dims * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : vectors) {
      for (float component : vector) {
        bytes.putFloat(component);
      }
    }
    return Files.write(folder.getRoot().toPath().resolve(name), bytes.array());
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
