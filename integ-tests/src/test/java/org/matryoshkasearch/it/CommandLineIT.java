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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * What {@code ./matryoshka} says of itself, and of commands that it cannot obey: one short line, no
 * names of classes, status 2 where the command is wrong and 1 where it only fails.
 */
public class CommandLineIT {
  private static final int WIDTH = 80;
  private static final Pattern CLASS = Pattern.compile("\\b[a-z]+\\.[a-z.]*[A-Z]\\w+");

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private final List<String> environment = new ArrayList<>();

  /** What a command did. */
  private record Outcome(int status, String out, String err) {}

  @Test
  public void testHelpNeedsNoBuild() throws Exception {
    // nothing is built here
    Path script = emptyCheckout();
    assertShown("./matryoshka demo", run(script));
    assertShown("./matryoshka demo", run(script, "help"));
    assertShown("--prefix-dims", run(script, "demo", "--help"));
    assertShown("--similarity", run(script, "analyze", "--help"));
    assertShown("--memory-limit", run(script, "bench", "--help"));
    assertShown("--memory-limit", run(script, "bench", "--node", "-h"));
    assertShown("HybridSearch", run(script, "example"));
    assertFault(2, "unknown command dmeo; ./matryoshka lists what there is", script, "dmeo");
    assertFault(
        2, "unknown option --prot; ./matryoshka lists the options", script, "demo", "--prot=9200");
    assertFault(
        2,
        "unknown option --rowz; ./matryoshka bench --help lists the options",
        script,
        "bench",
        "--rowz",
        "1000");
    assertFault(
        2, "unknown example Some; ./matryoshka example lists them", script, "example", "Some");
  }

  @Test
  public void testWrongUsage() throws Exception {
    assertDemo(2, "unknown option 9200; ./matryoshka lists the options", "9200");
    assertDemo(2, "--port needs a value: --port N", "--port");
    assertDemo(2, "--port needs a value: --port N", "--port", "--once");
    assertDemo(2, "--port must be a whole number from 1 to 65535, found 65536", "--port=65536");
    assertDemo(2, "--dims must be a whole number from 1 to 4096, found many", "--dims", "many");
    assertDemo(2, "--heap must be a size such as 512m or 2g, found 2", "--heap", "2");
    assertDemo(2, "--once takes no value, found yes", "--once=yes");
    assertDemo(2, "--once is given twice", "--once", "--once");
    assertDemo(2, "--vectors needs a value: --vectors FILE", "--vectors=");
    assertDemo(
        2, "--vectors and --generate exclude each other", "--vectors=x.npy", "--generate=100");
    assertDemo(2, "a .f32 file does not say its dims: give --dims N", "--vectors", "x.f32");
  }

  /** The command's own tests have the rest: here is the script, the JVM and the class path. */
  @Test
  public void testAnalyze() throws Exception {
    write("cut.f32", 70);
    assertFault(
        1,
        "cut.f32: 70 bytes, no multiple of 16 (4 float32): is the file cut?",
        script(),
        "analyze",
        "cut.f32",
        "--dims=4");
    assertFault(
        2,
        "--target must be a number from 0.5 to 0.999, found 2",
        script(),
        "analyze",
        "x.npy",
        "--target=2");
    Path file = temporary.getRoot().toPath().resolve("some.jsonl");
    Files.writeString(file, "[1, 2, 3]\n[3, 2, 1]\n[1, 1, 2]\n");
    Outcome outcome = run(script(), "analyze", "some.jsonl");
    assertEquals(outcome.err(), 0, outcome.status());
    String last = outcome.out().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last, last.startsWith("verdict=unsure prefix_dims="));
    assertTrue(Files.exists(temporary.getRoot().toPath().resolve("recall.svg")));
    assertFalse(outcome.err(), outcome.err().contains("org.apache.lucene"));
  }

  @Test
  public void testBadFiles() throws Exception {
    assertDemo(1, "x.npy: no such file", "--vectors", "x.npy");
    temporary.newFolder("a.npy");
    assertDemo(1, "a.npy: is not a file", "--vectors", "a.npy");
    write("e.fvecs", 0);
    assertDemo(1, "e.fvecs: has no rows", "--vectors", "e.fvecs");
    write("cut.f32", 70);
    assertDemo(
        1,
        "cut.f32: 70 bytes, no multiple of 16 (4 float32): is the file cut?",
        "--vectors",
        "cut.f32",
        "--dims",
        "4");
    write("x.bin", 16);
    assertDemo(
        1, "x.bin: its name must end in one of .f32, .fvecs, .npy, .jsonl", "--vectors", "x.bin");
    write("x.jsonl", 3);
    Outcome text = run(script(), "demo", "--vectors", "x.jsonl");
    assertEquals(1, text.status());
    assertLast("x.jsonl: row 0: expected ", text);
  }

  /** Where the temporary folder is none, whatever needs one says so. */
  @Test
  public void testNoPlaceForTemporaryFiles() throws Exception {
    String place = temporary.getRoot() + "/missing";
    environment.add("TMPDIR=" + place);
    Outcome demo = run(script(), "demo", "--generate=20", "--dims=8", "--queries=2");
    assertEquals(demo.err(), 1, demo.status());
    assertLast(place, demo);
  }

  @Test
  public void testHeapOfBench() throws Exception {
    environment.add("MATRYOSHKA_BENCH_HEAP=lots");
    String message = "MATRYOSHKA_BENCH_HEAP must be a size such as 4g, found lots";
    assertFault(2, message, script(), "bench");
  }

  @Test
  public void testFailedBuild() throws Exception {
    Outcome outcome = run(emptyCheckout(), "demo", "--once"); // there is no pom.xml
    assertEquals(outcome.err(), 1, outcome.status());
    String beginning = "matryoshka: the build failed; what Maven said is in ";
    String last = outcome.err().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last, last.startsWith(beginning));
    Path log = Path.of(last.substring(beginning.length()));
    assertTrue(Files.readString(log).contains("[ERROR]"));
    Files.delete(log);
  }

  /** What is there already is not mixed with the files of a release. */
  @Test
  public void testReleaseNeedsAnEmptyFolder() throws Exception {
    write("some.jar", 3);
    assertFault(1, "some.jar is not a folder", script(), "release", "some.jar");
    Files.createFile(temporary.newFolder("full").toPath().resolve("some.jar"));
    assertFault(1, "full is not empty", script(), "release", "full");
    assertFault(
        2, "unknown option --sign; ./matryoshka lists the options", script(), "release", "--sign");
  }

  @Test
  public void testNothingToBuildWith() throws Exception {
    Path tools = temporary.newFolder().toPath();
    for (String tool :
        List.of("bash", "cat", "dirname", "find", "grep", "head", "ls", "readlink", "sed")) {
      Path here = Path.of("/usr/bin", tool);
      Files.createSymbolicLink(
          tools.resolve(tool), Files.exists(here) ? here : Path.of("/bin", tool));
    }
    environment.add("PATH=" + tools);
    Outcome outcome = run(emptyCheckout(), "demo", "--once");
    assertEquals(1, outcome.status());
    assertLast("there is no Maven (mvn) in PATH, which the build needs", outcome);
  }

  /** The script and the texts that it shows, and nothing else. */
  private Path emptyCheckout() throws IOException {
    Path checkout = temporary.newFolder().toPath();
    for (String file :
        List.of(
            "matryoshka",
            "cli/src/main/resources/org/matryoshkasearch/cli/usage.txt",
            "benchmarks/src/main/resources/org/matryoshkasearch/benchmarks/usage.txt",
            "examples/src/main/java/org/matryoshkasearch/examples/HybridSearch.java")) {
      Files.createDirectories(checkout.resolve(file).getParent());
      Files.copy(TestSets.CHECKOUT.resolve(file), checkout.resolve(file));
    }
    checkout.resolve("matryoshka").toFile().setExecutable(true);
    environment.add("MATRYOSHKA_NO_BUILD=");
    return checkout.resolve("matryoshka");
  }

  private static Path script() {
    return TestSets.CHECKOUT.resolve("matryoshka");
  }

  private void write(String name, int bytes) throws IOException {
    Files.write(temporary.getRoot().toPath().resolve(name), new byte[bytes]);
  }

  private static void assertShown(String part, Outcome outcome) {
    assertEquals(outcome.err(), 0, outcome.status());
    assertTrue(outcome.out(), outcome.out().contains(part));
    assertEquals("", outcome.err());
    outcome.out().lines().forEach(line -> assertTrue(line, line.length() <= WIDTH));
  }

  private void assertDemo(int status, String message, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(0, "demo");
    assertFault(status, message, script(), all.toArray(String[]::new));
  }

  private void assertFault(int status, String message, Path script, String... arguments)
      throws Exception {
    Outcome outcome = run(script, arguments);
    assertEquals(outcome.err(), status, outcome.status());
    String last = outcome.err().lines().reduce((a, b) -> b).orElse("");
    assertEquals("matryoshka: " + message, last);
    assertTrue(last, last.length() <= WIDTH);
    assertLast(message, outcome);
  }

  /** Before it there may be progress. */
  private static void assertLast(String part, Outcome outcome) {
    List<String> faults =
        outcome.err().lines().filter(line -> line.startsWith("matryoshka: ")).toList();
    assertEquals(outcome.err(), 1, faults.size());
    assertTrue(outcome.err(), faults.get(0).contains(part));
    assertTrue("it is the last line", outcome.err().endsWith(faults.get(0) + "\n"));
    assertFalse(outcome.err(), CLASS.matcher(outcome.err()).find());
    assertEquals("", outcome.out());
  }

  private Outcome run(Path script, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("command-line-it", ".out");
    Path err = Files.createTempFile("command-line-it", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.getRoot());
      builder.environment().put("MATRYOSHKA_NO_BUILD", "yes");
      for (String variable : environment) {
        int equals = variable.indexOf('=');
        builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
      }
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      assertTrue("it ends", process.waitFor(2, TimeUnit.MINUTES));
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
