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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.Test;

public class ProgressBarTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  public void testPlainLinesWhereThereIsNoTerminal() {
    try (ProgressBar bar = new ProgressBar(new Screen(stream, stream, false), "Loading", 1000)) {
      for (int i = 0; i <= 1000; i++) {
        bar.update(i);
      }
    }
    String[] lines = printed().split("\n", -1);
    assertEquals("Loading", lines[0]);
    assertEquals("  25%", lines[1]);
    assertEquals("  50%", lines[2]);
    assertEquals("  75%", lines[3]);
    assertTrue(lines[4], lines[4].startsWith("  1,000 in "));
    assertFalse("control characters", printed().matches("(?s).*[\r\033].*"));
  }

  @Test
  public void testOneLineOnATerminal() {
    try (ProgressBar bar = new ProgressBar(new Screen(stream, stream, true), "Loading", 10)) {
      bar.update(10);
    }
    assertTrue(printed(), printed().startsWith("\r\033[KLoading [....."));
    assertEquals("one line feed, at the end", printed().length() - 1, printed().indexOf('\n'));
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
