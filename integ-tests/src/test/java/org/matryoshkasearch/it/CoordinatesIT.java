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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * {@code elasticsearch-plugin install} by the Maven coordinates of the released zip. The program
 * looks for those at one address only: a proxy answers in its place, so that all is real but the
 * network.
 */
public class CoordinatesIT {

  private static final Path ZIP = Path.of(System.getProperty("matryoshka.plugin"));

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  /** What the program did. */
  private record Outcome(int status, String output) {}

  @Test
  public void testInstall() throws Exception {
    ReleasedPom pom = ReleasedPom.ofZip(ZIP);
    assertEquals("what is looked for", ZIP.getFileName().toString(), pom.fileName("zip"));
    byte[] zip = Files.readAllBytes(ZIP);
    String sha512 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(zip));
    String path = pom.path("zip");
    Path home = unzip(Path.of(System.getProperty("matryoshka.distribution")));
    try (CentralProxy proxy =
        new CentralProxy(
            Map.of(path, zip, path + ".sha512", sha512.getBytes(StandardCharsets.US_ASCII)))) {
      String options = "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + proxy.port();
      // nobody answers yet, which tells whom it asks
      assertFalse(run(home, options, "install", "--batch", pom.coordinates()).status() == 0);
      assertEquals(proxy.hosts().toString(), 1, proxy.hosts().size());
      Path trusted =
          proxy.trustStore(proxy.hosts().iterator().next(), temporary.getRoot().toPath());
      options +=
          " -Djavax.net.ssl.trustStore=" + trusted + " -Djavax.net.ssl.trustStorePassword=changeit";

      Outcome install = run(home, options, "install", "--batch", pom.coordinates());

      assertEquals(install.output() + proxy.requests(), 0, install.status());
      assertFalse(install.output(), install.output().contains("deprecated"));
      assertTrue(
          proxy.requests().toString(),
          proxy.requests().stream().anyMatch(request -> request.endsWith(path + ".sha512")));
    }
    Outcome list = run(home, "", "list");
    assertEquals(list.output(), "matryoshka", list.output().strip());
  }

  private static Outcome run(Path home, String options, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = home.resolve("bin/elasticsearch-plugin").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.contains("JAVA_"));
    builder.environment().put("ES_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("CLI_JAVA_OPTS", options);
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Outcome(process.waitFor(), output);
  }

  /** Unzips a distribution, and returns its folder. */
  private Path unzip(Path distribution) throws IOException {
    Path folder = temporary.newFolder().toPath();
    try (ZipFile zip = new ZipFile(distribution.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        Path file = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, file);
          }
        }
      }
    }
    try (var top = Files.list(folder)) {
      Path home = top.findFirst().orElseThrow();
      for (String script :
          List.of("elasticsearch-plugin", "elasticsearch-cli", "elasticsearch-env")) {
        home.resolve("bin").resolve(script).toFile().setExecutable(true);
      }
      return home;
    }
  }
}
