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
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Who a node runs as. Elasticsearch refuses to run as root, so root starts it under the user id
 * that Linux calls nobody; no entry in {@code /etc/passwd} is needed. Everyone else starts it as
 * themselves.
 */
final class NodeUser {

  private static final int NOBODY = 65534;

  private final boolean root;

  /** The user for a node whose files this process has put into a folder. */
  NodeUser(Path folder) throws IOException {
    this.root = Files.getAttribute(folder, "unix:uid").equals(0);
  }

  /** The command line that runs a command as this user. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>();
    if (root) {
      whole.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    whole.addAll(command);
    return whole;
  }

  /** Gives a folder and all that is in it to this user. */
  void own(Path folder) throws IOException {
    if (!root) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            return give(path);
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            return give(path);
          }

          private FileVisitResult give(Path path) throws IOException {
            Files.setAttribute(path, "unix:uid", NOBODY);
            Files.setAttribute(path, "unix:gid", NOBODY);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * Makes sure that this user can run a JDK and reach a folder.
   *
   * @throws NodeException saying what stands in the way
   */
  void check(Path javaHome, Path folder) throws IOException {
    if (!root) {
      return;
    }
    String who = "Elasticsearch refuses to run as root, and user id " + NOBODY;
    try {
      if (Commands.run(command(List.of("ls", folder.toString())), folder).status() != 0) {
        throw new NodeException(who + " cannot read " + folder + ": set TMPDIR to another folder");
      }
    } catch (IOException e) {
      if (e instanceof NodeException) {
        throw e;
      }
      throw new NodeException(
          "Elasticsearch refuses to run as root, and setpriv of util-linux, which could run it as"
              + " another user, is not here: run this as another user");
    }
    Path java = javaHome.resolve("bin/java");
    if (Commands.run(command(List.of(java.toString(), "-version")), folder).status() != 0) {
      throw new NodeException(
          who + " cannot run " + java + ": set JAVA_HOME to a JDK that every user can read");
    }
  }
}
