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

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.Ports;

/** {@code ./matryoshka} as a user runs it. */
public class DemoIT {

  private static final long LIMIT_SECONDS = 180;
  private static final String[] SMALL = {
    "--generate", "400", "--dims", "64", "--queries", "20", "--heap", "512m"
  };

  /** Everything that the command makes is below this folder, which also tells its processes. */
  private Path temporary;

  private Path out;
  private Path err;

  @Before
  public void createFolder() throws IOException {
    temporary =
        Files.createTempDirectory(
            "demo-it-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    // The mask of this process may have taken rights away that the node's user needs.
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    out = Files.createTempFile("demo-it", ".out");
    err = Files.createTempFile("demo-it", ".err");
  }

  @After
  public void deleteFolder() throws IOException {
    processes().forEach(ProcessHandle::destroyForcibly);
    try (Stream<Path> files = Files.walk(temporary)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
    Files.deleteIfExists(out);
    Files.deleteIfExists(err);
  }

  @Test
  public void testUsage() throws Exception {
    assertEquals(0, run());
    assertTrue(Files.readString(out), Files.readString(out).contains("./matryoshka demo"));
  }

  @Test
  public void testOnce() throws Exception {
    int port = Ports.free();
    assertEquals(Files.readString(err), 0, run(demo("--once", "--port", String.valueOf(port))));
    List<String> lines = Files.readAllLines(out);
    String last = lines.get(lines.size() - 1);
    assertTrue(last, last.matches("recall@10=[01]\\.[0-9]{3}"));
    double recall = Double.parseDouble(last.substring(last.indexOf('=') + 1));
    assertTrue("recall " + recall, recall >= 0.95);
    String whole = Files.readString(out);
    for (String part :
        List.of("matryoshka_vector", "matryoshka_knn", " 10.  ", "exact search", "dense_vector")) {
      assertTrue("expected " + part + " in: " + whole, whole.contains(part));
    }
    assertFalse("control characters", (whole + Files.readString(err)).matches("(?s).*[\r\033].*"));
    assertNothingLeft();
    Ports.checkFree(port);
  }

  @Test
  public void testStaysUpUntilCtrlC() throws Exception {
    int port = Ports.free();
    Process process = start(demo("--port", String.valueOf(port)));
    await("it stays up", () -> !process.isAlive() || read(out).contains("until Ctrl-C"));
    Matcher request = Pattern.compile("-d @(\\S+)").matcher(read(out));
    assertTrue(read(out) + read(err), request.find());
    NodeClient client = new NodeClient(URI.create("http://127.0.0.1:" + port));
    byte[] body = Files.readAllBytes(Path.of(request.group(1)));
    assertEquals(10, client.post("/demo/_search", body).at("/hits/hits").size());
    String signal = ignoresInterrupts(process) ? "-TERM" : "-INT";
    assertEquals(0, new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor());
    assertTrue("it ends", process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    assertFalse(read(err), read(err).contains("matryoshka: "));
    assertNothingLeft();
  }

  /** As a process does, and all that it starts, that a shell without jobs has put aside. */
  private static boolean ignoresInterrupts(Process process) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (Files.notExists(status)) {
      return false;
    }
    String ignored = "";
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("SigIgn:")) {
        ignored = line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return !ignored.isEmpty() && (Long.parseUnsignedLong(ignored, 16) & 2) != 0;
  }

  /** Even a command that is killed takes its node along. */
  @Test
  public void testKilled() throws Exception {
    Process process = start(demo("--port", String.valueOf(Ports.free())));
    await(
        "the node starts",
        () -> !process.isAlive() || processes().anyMatch(DemoIT::isElasticsearch));
    assertTrue(read(err), process.isAlive());
    process.destroyForcibly();
    await("nothing is left", () -> processes().findAny().isEmpty());
  }

  @Test
  public void testTakenPort() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      assertFails(1, "is not free", demo("--once", "--port=" + taken.getLocalPort()));
    }
  }

  @Test
  public void testBadFiles() throws Exception {
    assertFails(1, "no such file", "demo", "--vectors", "missing.npy");
    Path cut = Files.write(temporary.resolve("cut.f32"), new byte[70]);
    assertFails(1, "is the file cut", "demo", "--vectors", cut.toString(), "--dims", "4");
    Files.delete(cut);
  }

  @Test
  public void testBadOption() throws Exception {
    assertFails(2, "unknown option --prot", "demo", "--prot", "9200");
    assertFails(2, "unknown command", "dmeo");
  }

  private void assertFails(int status, String message, String... arguments) throws Exception {
    assertEquals(status, run(arguments));
    List<String> lines = Files.readAllLines(err);
    String last = lines.get(lines.size() - 1);
    assertTrue(read(err), last.startsWith("matryoshka: ") && last.contains(message));
    assertEquals("", read(out));
    assertNothingLeft();
  }

  private static String[] demo(String... arguments) {
    return Stream.of(new String[] {"demo"}, SMALL, arguments)
        .flatMap(Arrays::stream)
        .toArray(String[]::new);
  }

  private int run(String... arguments) throws Exception {
    Process process = start(arguments);
    assertTrue("it ends", process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    return process.exitValue();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(TestSets.CHECKOUT.resolve("matryoshka").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().put("MATRYOSHKA_NO_BUILD", "yes");
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    return builder.start();
  }

  private void assertNothingLeft() throws IOException {
    assertEquals(List.of(), processes().map(DemoIT::commandLine).toList());
    try (Stream<Path> files = Files.list(temporary)) {
      assertEquals(List.of(), files.filter(file -> !file.endsWith("cut.f32")).toList());
    }
  }

  private Stream<ProcessHandle> processes() {
    return ProcessHandle.allProcesses()
        .filter(process -> commandLine(process).contains(temporary.toString()));
  }

  private static boolean isElasticsearch(ProcessHandle process) {
    return commandLine(process).contains("org.elasticsearch.bootstrap.Elasticsearch");
  }

  /** {@link ProcessHandle.Info} leaves the arguments out where they are long. */
  private static String commandLine(ProcessHandle process) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
      return new String(line, StandardCharsets.UTF_8).replace('\0', ' ');
    } catch (IOException e) {
      return process.info().commandLine().orElse("");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue("waited in vain: " + what, System.nanoTime() < deadline);
      Thread.sleep(200);
    }
  }
}
