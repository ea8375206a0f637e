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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;

/** Sends the requests of the pages as they stand there, and follows the links of all of them. */
public class ReadmeIT extends NodeTestCase {

  private static final List<String> PAGES =
      List.of(
          "README.md",
          "CONTRIBUTING.md",
          "CHANGELOG.md",
          "docs/reference.md",
          "docs/analyze.md",
          "docs/evaluate.md",
          "docs/features.md",
          "docs/architecture.md",
          "docs/performance.md",
          "docs/defaults.md",
          "docs/known-issues.md",
          "docs/migration.md",
          "docs/operations.md",
          "docs/versions.md",
          "docs/solr.md",
          "SECURITY.md",
          "docs/reliability.md",
          "docs/faq.md",
          "docs/models.md",
          "docs/guides/README.md",
          "docs/format.md",
          "examples/README.md",
          "docs/console/README.md");

  /** A link to a place in the checkout, and to a heading there. */
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

  @Test
  public void testLinks() throws IOException {
    for (String page : PAGES) {
      assertLinks(page);
    }
  }

  /** Fails if a link of a page leads nowhere. */
  static void assertLinks(String page) throws IOException {
    Path path = TestSets.CHECKOUT.resolve(page);
    Matcher link = LINK.matcher(Files.readString(path));
    while (link.find()) {
      Path target = link.group(1).isEmpty() ? path : path.resolveSibling(link.group(1)).normalize();
      assertTrue(page + " links to " + target, Files.exists(target));
      if (link.group(2) != null) {
        assertTrue(page + " links to " + link.group(), anchors(target).contains(link.group(2)));
      }
    }
  }

  /** The pages that a reader must find are those that the links are checked of. */
  @Test
  public void testAllPages() throws IOException {
    try (Stream<Path> files = Files.list(TestSets.CHECKOUT.resolve("docs"))) {
      List<String> pages =
          files
              .map(file -> "docs/" + file.getFileName())
              .filter(name -> name.endsWith(".md"))
              .toList();
      assertTrue(pages + " of " + PAGES, PAGES.containsAll(pages));
    }
    String readme = Files.readString(TestSets.CHECKOUT.resolve("README.md"));
    for (String page : PAGES) {
      assertTrue(page, page.equals("README.md") || readme.contains("(" + page + ")"));
    }
    assertTrue("at most 150 lines", readme.lines().count() <= 150);
  }

  /** The headings of a page as they are linked to. */
  private static List<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(title -> title.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .toList();
  }

  /** What is claimed of the field is shown by a test, or by requests that are run. */
  @Test
  public void testFeatures() throws IOException {
    String page = Files.readString(TestSets.CHECKOUT.resolve("docs/features.md"));
    List<String> rows = page.lines().filter(line -> line.startsWith("| ")).skip(1).toList();
    assertFalse(rows.isEmpty());
    for (String row : rows) {
      String[] cells = row.split(" *\\| *", -1);
      assertTrue(row, cells[3].startsWith("no") || cells[4].startsWith("["));
    }
  }

  @Test
  public void testRequests() throws IOException {
    List<ConsoleRequest> requests = ConsoleRequest.inPage("README.md");
    JsonNode answer = null;
    for (ConsoleRequest request : requests) {
      answer = request.run(client());
    }
    for (String index : ConsoleRequest.indices(requests)) {
      client().delete("/" + index);
    }
    List<String> found = answer.path("hits").path("hits").findValuesAsText("_id");
    assertEquals("the hits of the last request", List.of("1", "2"), found);
  }

  /** What is expected of the answers stands there too. */
  @Test
  public void testMigration() throws IOException {
    for (ConsoleRequest request : ConsoleRequest.inPage("docs/migration.md")) {
      request.run(client());
    }
  }

  @Test
  public void testEvaluate() throws IOException {
    for (ConsoleRequest request : ConsoleRequest.inPage("docs/evaluate.md")) {
      request.run(client());
    }
  }
}
