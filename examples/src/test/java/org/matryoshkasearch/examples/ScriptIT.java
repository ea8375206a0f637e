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

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;

/** {@code ./matryoshka example}, with what this build made. */
public class ScriptIT {

  @Test
  public void testListsThem() throws Exception {
    List<String> lines = run();
    assertEquals(
        List.of("  FunnelSearch", "  HybridSearch", "  IndexAndSearch", "  MoveAnIndex"),
        lines.subList(1, lines.size()));
  }

  @Test
  public void testRunsOne() throws Exception {
    List<String> lines = run("HybridSearch", "sleep", "of", "cats");
    assertEquals("sleep of cats", lines.get(0));
    assertTrue(lines.get(2), lines.get(2).endsWith("Kittens sleep in the sun"));
  }

  private static List<String> run(String... arguments) throws IOException, InterruptedException {
    String[] command =
        Stream.concat(Stream.of("../matryoshka", "example"), Stream.of(arguments))
            .toArray(String[]::new);
    ProcessBuilder builder = new ProcessBuilder(command).directory(new File("."));
    builder.environment().put("MATRYOSHKA_NO_BUILD", "yes");
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    return out.lines().toList();
  }
}
