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
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/** Sends the requests of {@code docs/console} as they stand there, and checks the answers. */
@RunWith(Parameterized.class)
public class ConsoleIT extends NodeTestCase {

  private static final Path FOLDER = TestSets.CHECKOUT.resolve("docs/console");

  private final String file;

  /** A test of one file, which stands on its own. */
  public ConsoleIT(String file) {
    this.file = file;
  }

  @Parameters(name = "{0}")
  public static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".console"))
          .sorted()
          .toList();
    }
  }

  @Test
  public void testRequests() throws IOException {
    List<ConsoleRequest> requests = ConsoleRequest.parse(Files.readString(FOLDER.resolve(file)));
    for (ConsoleRequest request : requests) {
      request.run(client());
    }
    for (String index : ConsoleRequest.indices(requests)) {
      int status = client().send("HEAD", "/" + index, null).status();
      assertEquals("the file deletes " + index, 404, status);
    }
  }

  @Test
  public void testIsListed() throws IOException {
    String list = Files.readString(FOLDER.resolve("README.md"));
    assertTrue("the README links to " + file, list.contains("(" + file + ")"));
  }
}
