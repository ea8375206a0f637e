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
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.node.Ports;
import org.matryoshkasearch.cli.vectors.VectorFile;

public class MainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  public void testNoCommandPrintsUsage() {
    for (List<String> arguments :
        List.of(List.<String>of(), List.of("--help"), List.of("demo", "-h"))) {
      out.reset();
      assertEquals(0, run(arguments));
      String usage = out.toString(StandardCharsets.UTF_8);
      assertTrue(usage, usage.contains("./matryoshka demo [options]"));
      assertEquals("", errors());
    }
  }

  @Test
  public void testUsageTellsEveryOptionInShortLines() {
    run(List.of());
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    for (String line : lines) {
      assertTrue(line, line.length() <= 80);
    }
    List<Option> options = new ArrayList<>(DemoSettings.OPTIONS);
    options.addAll(AnalyzeSettings.OPTIONS);
    for (Option option : options) {
      String end = option.fallback() == null ? "" : "(default " + option.fallback() + ")";
      assertTrue(
          option.form(),
          lines.stream()
              .anyMatch(
                  line -> line.startsWith("  " + option.form() + "  ") && line.endsWith(end)));
    }
    assertTrue(String.join(" ", lines).contains(VectorFile.FORMATS));
  }

  /** A fault is told in words, not by the name of a class. */
  @Test
  public void testMissingBuildIsOneLine() throws Exception {
    assertEquals(1, run(List.of("demo", "--port", String.valueOf(Ports.free()))));
    assertTrue(errors(), errors().startsWith("matryoshka: no matryoshka-*.zip in "));
    assertEquals(1, errors().lines().count());
  }

  @Test
  public void testBadUsageIsOneLine() {
    assertEquals(2, run(List.of("dmeo")));
    assertEquals("matryoshka: unknown command dmeo; ./matryoshka lists what there is\n", errors());
    err.reset();
    assertEquals(2, run(List.of("demo", "--heap", "lots")));
    assertEquals("matryoshka: --heap must be a size such as 512m or 2g, found lots\n", errors());
    err.reset();
    assertEquals(2, run(List.of("demo", "--vectors", "x.npy", "--generate", "100")));
    assertEquals("matryoshka: --vectors and --generate exclude each other\n", errors());
  }

  @Test
  public void testTakenPortIsOneLine() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      int port = taken.getLocalPort();
      assertEquals(1, run(List.of("demo", "--port", String.valueOf(port))));
      String prefix = "matryoshka: port " + port + " of 127.0.0.1 is not free";
      assertTrue(errors(), errors().startsWith(prefix));
      assertEquals(1, errors().lines().count());
    }
  }

  private int run(List<String> arguments) {
    Screen screen = new Screen(stream(out), stream(err), false);
    return Main.run(screen, arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
