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
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.Options.Option;

public class OptionsTest {

  private static final List<Option> KNOWN =
      List.of(
          new Option("--port", "N", "9200"),
          new Option("--file", "FILE", null),
          new Option("--once", null, null));

  @Test
  public void testDefaults() throws Exception {
    Options options = Options.parse(KNOWN, "help", List.of());
    assertEquals(9200, options.number("--port", 1, 65535));
    assertNull(options.text("--file"));
    assertEquals(0, options.number("--file", 1, 10));
    assertFalse(options.given("--once"));
  }

  @Test
  public void testBothForms() throws Exception {
    Options options = Options.parse(KNOWN, "help", List.of("--port", "1", "--file=a=b", "--once"));
    assertEquals(1, options.number("--port", 1, 65535));
    assertEquals("a=b", options.text("--file"));
    assertTrue(options.given("--once"));
  }

  @Test
  public void testFilesListsAndSizes() throws Exception {
    Options options = Options.parse(KNOWN, "help", List.of("--file", "a,b"));
    assertEquals(Path.of("a,b"), options.path("--file"));
    assertEquals(List.of("a", "b"), options.list("--file"));
    assertEquals("2g", Options.parse(KNOWN, "help", List.of("--file", "2g")).size("--file"));
    UsageException e = assertThrows(UsageException.class, () -> options.size("--file"));
    assertEquals("--file must be a size such as 512m or 2g, found a,b", e.getMessage());
    Options none = Options.parse(KNOWN, "help", List.of());
    assertNull(none.path("--file"));
    assertEquals(List.of(), none.list("--file"));
  }

  @Test
  public void testFaultsNameTheOption() {
    assertFault("unknown option --prot; help lists the options", "--prot", "1");
    assertFault("unknown option vectors.f32; help lists the options", "vectors.f32");
    assertFault("--file needs a value: --file FILE", "--file");
    assertFault("--file needs a value: --file FILE", "--file", "--once");
    assertFault("--file needs a value: --file FILE", "--file=");
    assertFault("--once takes no value, found yes", "--once=yes");
    assertFault("--port is given twice", "--port", "1", "--port", "2");
  }

  @Test
  public void testNumbersOutOfRange() throws Exception {
    for (String value : List.of("0", "65536", "x", "1.5", "-1", "99999999999")) {
      Options options = Options.parse(KNOWN, "help", List.of("--port=" + value));
      UsageException e =
          assertThrows(UsageException.class, () -> options.number("--port", 1, 65535));
      assertEquals("--port must be a whole number from 1 to 65535, found " + value, e.getMessage());
    }
  }

  private static void assertFault(String message, String... arguments) {
    UsageException e =
        assertThrows(UsageException.class, () -> Options.parse(KNOWN, "help", List.of(arguments)));
    assertEquals(message, e.getMessage());
  }
}
