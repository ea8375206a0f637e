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
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/**
 * The official JavaScript client: installs it with npm and runs {@code src/test/js}. Skipped on a
 * machine without Node.js; on one that has it, npm must be able to install the client.
 */
public class JavaScriptClientIT extends NodeTestCase {

  private static final int OLDEST_NODE = 20; // as package.json says
  private static final int LIMIT_MINUTES = 5;
  private static final Path SOURCE = Path.of("src", "test", "js");
  private static final Path WORK = Path.of("target", "js");
  private static final String SCRIPT = "client.test.js";

  @Test
  public void testClient() throws Exception {
    Optional<Path> node = onThePath("node");
    Optional<Path> npm = onThePath("npm");
    assume("node and npm are not on the PATH", node.isPresent() && npm.isPresent());
    Files.createDirectories(WORK);
    String version = run(node.get().toString(), "--version").strip();
    assume("this is node " + version + ", not " + OLDEST_NODE, major(version) >= OLDEST_NODE);

    for (String file : List.of("package.json", "package-lock.json", ".npmrc", SCRIPT)) {
      Files.copy(SOURCE.resolve(file), WORK.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    run(npm.get().toString(), "ci", "--ignore-scripts", "--prefer-offline");
    String output = run(node.get().toString(), "--test-reporter=tap", SCRIPT);
    assertTrue(output, output.contains("\n# fail 0\n"));
    assertTrue(output, output.contains("\n# skipped 0\n"));
  }

  private static void assume(String reason, boolean condition) {
    if (condition == false) {
      System.err.println("The JavaScript client is not tested: " + reason);
    }
    assumeTrue(reason, condition);
  }

  private static Optional<Path> onThePath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The 20 of {@code v20.20.2}. */
  private static int major(String version) {
    return Integer.parseInt(version.substring(1, version.indexOf('.')));
  }

  /** Runs a program to its end, which must be a good one, and returns what it printed. */
  private static String run(String... command) throws Exception {
    Path output = WORK.resolve("output.txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ELASTICSEARCH", client().address().toString());
    Process process =
        builder
            .directory(WORK.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
      String printed = Files.readString(output);
      String what = String.join(" ", command) + ": " + printed;
      assertTrue("did not end: " + what, ended);
      assertEquals(what, 0, process.exitValue());
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }
}
