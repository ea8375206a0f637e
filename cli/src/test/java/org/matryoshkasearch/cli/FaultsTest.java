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
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.Test;

public class FaultsTest {

  @Test
  public void testFilesAreNamedAndClassesAreNot() {
    assertEquals("x: no such file or folder", Faults.line(new NoSuchFileException("x")));
    assertEquals("x: permission denied", Faults.line(new AccessDeniedException("x")));
    assertEquals(
        "x: is there already, and is something else than is needed",
        Faults.line(new FileAlreadyExistsException("x")));
    assertEquals(
        "x: No space left on device",
        Faults.line(new FileSystemException("x", null, "No space left on device")));
    assertEquals("x", Faults.line(new FileSystemException("x")));
    assertEquals(
        "x: permission denied",
        Faults.line(new UncheckedIOException(new AccessDeniedException("x"))));
  }

  @Test
  public void testOneLine() {
    assertEquals("one", Faults.line(new IOException("one\ntwo")));
    assertEquals("failed without a reason", Faults.line(new IOException()));
    assertEquals(
        "out of memory: give it a larger heap, or less to do",
        Faults.line(new OutOfMemoryError("Java heap space")));
  }

  @Test
  public void testUnforeseenLeavesItsTrace() throws IOException {
    String line = Faults.line(new IllegalStateException("who knows"));
    String beginning = "a fault of this program: who knows; its trace: ";
    assertTrue(line, line.startsWith(beginning));
    Path trace = Path.of(line.substring(beginning.length()));
    assertTrue(Files.readString(trace).contains("IllegalStateException"));
    Files.delete(trace);
  }

  @Test
  public void testStatus() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Screen screen = new Screen(stream, stream, false);
    assertEquals(2, Faults.tell(screen, new UsageException("what?")));
    assertEquals(1, Faults.tell(screen, new IOException("no")));
    assertEquals("matryoshka: what?\nmatryoshka: no\n", err.toString(StandardCharsets.UTF_8));
  }
}
