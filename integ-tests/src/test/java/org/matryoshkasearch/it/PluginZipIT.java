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
import static org.junit.Assert.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.Test;

/** The zip that users install holds what the node lacks, and nothing else. */
public class PluginZipIT {
  private static final Path ZIP = Path.of(System.getProperty("matryoshka.plugin"));

  private static final String ELASTICSEARCH = System.getProperty("elasticsearch.version");

  /** Looks like {@code matryoshka-1.2.3-es9.5.4.zip}. */
  private static final String VERSION =
      ZIP.getFileName()
          .toString()
          .replaceFirst("^matryoshka-(.*)-es" + Pattern.quote(ELASTICSEARCH) + "\\.zip$", "$1");

  @Test
  public void testEntries() throws IOException {
    try (ZipFile zip = new ZipFile(ZIP.toFile())) {
      Set<String> entries =
          zip.stream().map(ZipEntry::getName).collect(Collectors.toCollection(TreeSet::new));
      assertEquals(
          Set.of(
              "LICENSE",
              "NOTICE",
              "plugin-descriptor.properties",
              "matryoshka-elasticsearch-plugin-" + VERSION + ".jar",
              "matryoshka-lucene-codec-" + VERSION + ".jar"),
          entries);
    }
  }

  /** A plugin asks for entitlements in such a file of its zip; this one needs none. */
  @Test
  public void testNoEntitlements() throws IOException {
    try (ZipFile zip = new ZipFile(ZIP.toFile())) {
      assertNull(zip.getEntry("entitlement-policy.yaml"));
    }
  }

  @Test
  public void testDescriptor() throws IOException {
    Properties descriptor = new Properties();
    try (ZipFile zip = new ZipFile(ZIP.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("plugin-descriptor.properties"))) {
      descriptor.load(in);
    }
    descriptor.remove("description");
    assertEquals(
        Map.of(
            "name", "matryoshka",
            "version", VERSION,
            "classname", "org.matryoshkasearch.elasticsearch.MatryoshkaPlugin",
            "java.version", "21",
            "elasticsearch.version", ELASTICSEARCH),
        descriptor);
  }
}
