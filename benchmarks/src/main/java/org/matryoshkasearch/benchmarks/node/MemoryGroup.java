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
package org.matryoshkasearch.benchmarks.node;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A control group of Linux for the processes of a node, whose memory can be limited together with
 * the page cache of the files that they read. It is deleted when it is closed, and when this JVM
 * ends.
 */
final class MemoryGroup implements AutoCloseable {

  private static final int ATTEMPTS = 100;
  private static final long PAUSE_MILLIS = 400; // while a node stops, or its cache is emptied

  private final int version;
  private final Path folder;
  private final Thread closeAtExit = new Thread(this::closeQuietly, "delete-group");

  /**
   * Makes a group without processes.
   *
   * @throws IOException that says why that is not possible here
   */
  MemoryGroup(MemoryController controller) throws IOException {
    this.version = controller.version();
    this.folder = controller.parent().resolve("matryoshka-bench-" + ProcessHandle.current().pid());
    Files.createDirectory(folder);
    Runtime.getRuntime().addShutdownHook(closeAtExit);
    try {
      keepFromSwapping();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** The heap must give way to nothing, as on a machine that is set up for Elasticsearch. */
  private void keepFromSwapping() throws IOException {
    Path swap = folder.resolve(version == 1 ? "memory.swappiness" : "memory.swap.max");
    if (Files.exists(swap)) {
      Files.writeString(swap, "0");
    }
  }

  /** The beginning of a command line that runs what follows in this group. */
  List<String> command() {
    String script = "echo $$ > \"$0\" && exec \"$@\"";
    return List.of("sh", "-c", script, folder.resolve("cgroup.procs").toString());
  }

  /** Bytes that the processes need beside the page cache of files that are read, but not mapped. */
  long needed() throws IOException {
    List<String> stat = Files.readAllLines(folder.resolve("memory.stat"));
    long all =
        Long.parseLong(
            Files.readString(
                    folder.resolve(version == 1 ? "memory.usage_in_bytes" : "memory.current"))
                .strip());
    return version == 1
        ? all - value(stat, "cache") + value(stat, "mapped_file")
        : all - value(stat, "file") + value(stat, "file_mapped");
  }

  /** The value of the line of a name. */
  static long value(List<String> stat, String name) throws IOException {
    for (String line : stat) {
      if (line.startsWith(name + " ")) {
        return Long.parseLong(line.substring(name.length() + 1).strip());
      }
    }
    throw new IOException("no " + name + " in memory.stat");
  }

  /** Limits the memory, and waits until page cache that is too much has been emptied. */
  void limit(long bytes) throws IOException {
    write(String.valueOf(bytes));
  }

  /** Lifts the limit. */
  void lift() throws IOException {
    write(version == 1 ? "-1" : "max");
  }

  private void write(String limit) throws IOException {
    Path file = folder.resolve(version == 1 ? "memory.limit_in_bytes" : "memory.max");
    for (int attempt = 1; ; attempt++) {
      try {
        Files.writeString(file, limit);
        return;
      } catch (IOException e) { // busy: there is more to empty
        if (attempt == ATTEMPTS) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a control group");
    }
  }

  /** Deletes the group, whose processes must have ended or be about to. */
  @Override
  public void close() throws IOException {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException e) {
      // this JVM is ending already, and the hook with it
    }
  }

  private synchronized void delete() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        Files.deleteIfExists(folder);
        return;
      } catch (FileSystemException e) { // busy: a process has not ended yet
        if (attempt == ATTEMPTS) {
          throw e;
        }
        pause();
      }
    }
  }

  private void closeQuietly() {
    try {
      delete();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
