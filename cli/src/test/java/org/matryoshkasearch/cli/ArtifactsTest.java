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
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A plugin and the Elasticsearch that it is for are found together. */
public class ArtifactsTest {

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private Path checkout;

  @Before
  public void makeFolders() throws IOException {
    checkout = temporary.getRoot().toPath();
    Files.createDirectories(checkout.resolve("plugin/target/releases"));
    Files.createDirectories(checkout.resolve("cli/target/node"));
  }

  @Test
  public void testThePluginThatWasBuiltLast() throws IOException {
    Path newer = plugin("matryoshka-1.0-SNAPSHOT-es9.5.2.zip", 3);
    plugin("matryoshka-1.0-SNAPSHOT-es9.5.4.zip", 2);
    plugin("matryoshka-1.0-SNAPSHOT.zip", 4);
    distribution("elasticsearch-9.5.4.zip");
    Path its = distribution("elasticsearch-9.5.2.zip");
    assertEquals(new Artifacts(its, newer), Artifacts.find(checkout));
  }

  @Test
  public void testAnotherElasticsearchDoesNotDo() throws IOException {
    plugin("matryoshka-1.0-es9.5.2.zip", 1);
    distribution("elasticsearch-9.5.4.zip");
    IOException error = assertThrows(IOException.class, () -> Artifacts.find(checkout));
    Path folder = checkout.resolve("cli/target/node");
    assertEquals(
        "no elasticsearch-9.5.2.zip in " + folder + "; run mvn package", error.getMessage());
  }

  private Path plugin(String name, int day) throws IOException {
    Path zip = Files.createFile(checkout.resolve("plugin/target/releases").resolve(name));
    Files.setLastModifiedTime(zip, FileTime.from(day, TimeUnit.DAYS));
    return zip;
  }

  private Path distribution(String name) throws IOException {
    return Files.createFile(checkout.resolve("cli/target/node").resolve(name));
  }
}
