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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the build has made for a node.
 *
 * @param distribution the Elasticsearch zip
 * @param plugin the zip of the plugin
 */
public record Artifacts(Path distribution, Path plugin) {

  /** The name of a plugin's zip, with the version of Elasticsearch that it is for. */
  private static final Pattern PLUGIN = Pattern.compile("matryoshka-.+-es(.+)\\.zip");

  /**
   * Finds the plugin that was built last in a checkout, and the Elasticsearch that it is for.
   *
   * @param checkout the folder of the {@code matryoshka} script
   * @throws IOException if one of them is missing
   */
  public static Artifacts find(Path checkout) throws IOException {
    Path plugin = newestPlugin(checkout.resolve("plugin/target/releases"));
    String version = forElasticsearch(plugin).replaceFirst("$1");
    String name = "elasticsearch-" + version + ".zip";
    Path distributions = checkout.resolve("cli/target/node");
    Path distribution = distributions.resolve(name);
    if (!Files.exists(distribution)) {
      throw missing(name, distributions);
    }
    return new Artifacts(distribution, plugin);
  }

  private static Path newestPlugin(Path folder) throws IOException {
    List<Path> zips = List.of();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        zips = files.filter(file -> forElasticsearch(file).matches()).toList();
      }
    }
    return zips.stream()
        .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
        .orElseThrow(() -> missing("matryoshka-*.zip", folder));
  }

  private static Matcher forElasticsearch(Path plugin) {
    return PLUGIN.matcher(plugin.getFileName().toString());
  }

  private static IOException missing(String name, Path folder) {
    return new IOException("no " + name + " in " + folder + "; run mvn package");
  }
}
