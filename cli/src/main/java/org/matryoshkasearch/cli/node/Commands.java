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
package org.matryoshkasearch.cli.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs the programs of a node's installation. */
final class Commands {

  /**
   * How a command ended.
   *
   * @param status its exit status
   * @param output what it printed, errors included
   */
  record Result(int status, String output) {}

  private Commands() {}

  /** A command with an environment in which a node's scripts find this JDK and no other options. */
  static ProcessBuilder builder(List<String> command, Path folder) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(key -> key.startsWith("ES_") || key.contains("JAVA_") || key.equals("JDK_HOME"));
    environment.put("ES_JAVA_HOME", System.getProperty("java.home"));
    environment.put("HOME", folder.toString());
    return builder;
  }

  /** Runs a command to its end. */
  static Result run(List<String> command, Path folder) throws IOException {
    Process process = builder(command, folder).start();
    process.getOutputStream().close();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while running " + command.get(0));
    } finally {
      process.destroyForcibly();
    }
  }
}
