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
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** A process with all that it has started, also what has lost its parent since it was seen. */
final class ProcessTree {

  private final Process root;
  private final Set<ProcessHandle> seen = new HashSet<>();

  ProcessTree(Process root) {
    this.root = root;
    seen.add(root.toHandle());
    look();
  }

  private void look() {
    root.descendants().forEach(seen::add);
  }

  /** Whether none of the processes runs any more. */
  boolean ended() {
    look();
    return seen.stream().noneMatch(ProcessTree::runs);
  }

  /** Ends what still runs, without asking. */
  void kill() {
    look();
    seen.stream().filter(ProcessTree::runs).forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Whether a process does anything. One that has ended but that its parent has not asked about
   * counts as alive for Java; in a container without a proper first process it stays like that. One
   * whose first thread has ended still holds its files and ports while another waits for a disk.
   */
  private static boolean runs(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    Path threads = Path.of("/proc/" + process.pid() + "/task");
    try (DirectoryStream<Path> each = Files.newDirectoryStream(threads)) {
      for (Path thread : each) {
        if (!hasEnded(thread)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return process.isAlive(); // it has just ended, or this system has no /proc
    }
  }

  private static boolean hasEnded(Path thread) throws IOException {
    String stat;
    try {
      stat = Files.readString(thread.resolve("stat"));
    } catch (NoSuchFileException e) {
      return true;
    }
    // As in "4711 (java) Z 1 ...": the state follows the name, which may hold anything.
    return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
  }
}
