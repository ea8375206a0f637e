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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/** Sends the requests of the README as they stand there. */
public class ReadmeIT extends NodeTestCase {

  private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);

  @Test
  public void testRequests() throws IOException {
    String readme = Files.readString(TestSets.CHECKOUT.resolve("README.md"));
    JsonNode answer = null;
    Matcher console = CONSOLE.matcher(readme);
    while (console.find()) {
      for (ConsoleRequest request : ConsoleRequest.parse(console.group(1))) {
        answer = request.run(client());
      }
    }
    List<String> found = answer.path("hits").path("hits").findValuesAsText("_id");
    assertEquals("the hits of the last request", List.of("1", "2"), found);
  }
}
