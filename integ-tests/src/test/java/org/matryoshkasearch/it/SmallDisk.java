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
import static org.junit.Assume.assumeNoException;
import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A file system of few megabytes, in memory, which can be made larger. Linux and root only. */
final class SmallDisk implements AutoCloseable {
  private static final long PAGE = 4096;

  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one on an empty folder, or skips the test where that is not allowed. */
  static SmallDisk mount(Path folder, int megabytes) throws IOException {
    String said = "";
    try {
      said = run("mount", "-t", "tmpfs", "-o", options(megabytes), "matryoshka-disk", folder);
    } catch (IOException e) {
      assumeNoException("a full disk takes a program to mount one", e);
    }
    assumeTrue("a full disk takes Linux and root: " + said, said.isEmpty());
    return new SmallDisk(folder);
  }

  private static String options(int megabytes) {
    return "mode=0777,size=" + megabytes + "m";
  }

  Path folder() {
    return folder;
  }

  /** Makes it larger; what is on it stays. */
  void grow(int megabytes) throws IOException {
    assertEquals("", run("mount", "-o", "remount," + options(megabytes), folder));
  }

  /** What is on the disk and in no file: files that were deleted while someone has them open. */
  long bytesWithoutName() throws IOException {
    FileStore store = Files.getFileStore(folder);
    long named = 0;
    for (Path file : files()) {
      named += (Files.size(file) + PAGE - 1) / PAGE * PAGE;
    }
    return store.getTotalSpace() - store.getUnallocatedSpace() - named;
  }

  /** All files. */
  List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", folder);
  }

  /** Runs a program, and returns what it printed: nothing where it did what it was asked for. */
  private static String run(Object... command) throws IOException {
    List<String> words = Stream.of(command).map(Object::toString).toList();
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int status = process.waitFor();
      return status == 0 ? said : said + " (" + status + ")";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + words);
    }
  }
}
