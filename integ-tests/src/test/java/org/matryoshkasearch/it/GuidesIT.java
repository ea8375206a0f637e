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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;
import org.matryoshkasearch.cli.node.Json;

/**
 * Sends the requests of {@code docs/guides} and {@code docs/models.md}. Vectors of hundreds of
 * numbers stand there by their first ones: {@code [0.9, 0.1, …]}, under a comment that says up to
 * how many it goes on. They are filled up here.
 */
@RunWith(Parameterized.class)
public class GuidesIT extends NodeTestCase {

  private static final String LIST = "docs/guides/README.md";
  private static final Pattern LENGTH = Pattern.compile("# … up to (\\d+) numbers");
  private static final Pattern MAPPING = Pattern.compile("`(\\{ \"type\": [^`]+)`");
  private static final Pattern CUT = Pattern.compile("\\[([-0-9., ]+), …]");

  private final String page;

  /** A test of one page, which stands on its own. */
  public GuidesIT(String page) {
    this.page = page;
  }

  @Parameters(name = "{0}")
  public static List<String> pages() throws IOException {
    try (Stream<Path> files = Files.list(TestSets.CHECKOUT.resolve("docs/guides"))) {
      Stream<String> guides =
          files
              .map(path -> "docs/guides/" + path.getFileName())
              .filter(name -> name.endsWith(".md") && name.equals(LIST) == false)
              .sorted();
      return Stream.concat(Stream.of("docs/models.md"), guides).toList();
    }
  }

  @Test
  public void testRequests() throws IOException {
    String text = Files.readString(TestSets.CHECKOUT.resolve(page));
    List<ConsoleRequest> requests = ConsoleRequest.inMarkdown(fillUp(text));
    assertFalse(page + " has no requests", requests.isEmpty());
    for (ConsoleRequest request : requests) {
      try {
        request.run(client());
      } catch (AssertionError e) {
        throw new AssertionError(page + ": " + e.getMessage(), e);
      }
    }
    for (String index : ConsoleRequest.indices(requests)) {
      int status = client().send("HEAD", "/" + index, null).status();
      assertEquals(page + " deletes " + index, 404, status);
    }
  }

  /** What stands there to be pasted as the mapping of a field is one. */
  @Test
  public void testMappings() throws IOException {
    ObjectNode body = Json.object();
    ObjectNode fields = body.putObject("mappings").putObject("properties");
    Matcher mapping = MAPPING.matcher(Files.readString(TestSets.CHECKOUT.resolve(page)));
    while (mapping.find()) {
      fields.set("f" + fields.size(), Json.parse(mapping.group(1)));
    }
    assertTrue("mappings in docs/models.md", page.endsWith("models.md") != fields.isEmpty());
    if (fields.isEmpty() == false) {
      client().put("/pasted", body);
      client().delete("/pasted");
    }
  }

  /** A guide is in the list of guides, and its links lead somewhere. */
  @Test
  public void testLinks() throws IOException {
    String list = Files.readString(TestSets.CHECKOUT.resolve(LIST));
    String name = page.substring(page.lastIndexOf('/') + 1);
    assertTrue(LIST + " must link to " + name, list.contains(name + ")"));
    ReadmeIT.assertLinks(page);
  }

  private static String fillUp(String text) {
    StringBuilder filled = new StringBuilder();
    int length = 0;
    for (String line : text.lines().toList()) {
      Matcher says = LENGTH.matcher(line);
      length = says.matches() ? Integer.parseInt(says.group(1)) : length;
      int dims = length;
      filled.append(CUT.matcher(line).replaceAll(cut -> vector(cut, dims))).append('\n');
    }
    return filled.toString();
  }

  /** What follows repeats the first numbers, ever smaller: as near to each other as they are. */
  private static String vector(MatchResult cut, int dims) {
    String[] first = cut.group(1).split(", ", -1);
    assertTrue("how long is [" + cut.group(1) + ", …]", dims > first.length);
    StringBuilder all = new StringBuilder("[").append(cut.group(1));
    for (int i = first.length; i < dims; i++) {
      double number = Double.parseDouble(first[i % first.length]) * Math.cos(i) / (1 + i);
      all.append(", ").append((float) number);
    }
    return all.append(']').toString();
  }
}
