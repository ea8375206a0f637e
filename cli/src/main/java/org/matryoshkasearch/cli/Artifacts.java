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
import java.util.stream.Stream;

/**
 * What the build has made for a node.
 *
 * @param distribution the Elasticsearch zip
 * @param plugin the zip of the plugin
 */
public record Artifacts(Path distribution, Path plugin) {

  /**
   * Finds them in a checkout that has been built.
   *
   * @param checkout the folder of the {@code matryoshka} script
   * @throws IOException if one of them is missing
   */
  public static Artifacts find(Path checkout) throws IOException {
    return new Artifacts(
        newest(checkout.resolve("cli/target/node"), "elasticsearch-"),
        newest(checkout.resolve("plugin/target/releases"), "matryoshka-"));
  }

  private static Path newest(Path folder, String prefix) throws IOException {
    List<Path> zips = List.of();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        zips = files.filter(file -> isZip(file, prefix)).toList();
      }
    }
    return zips.stream()
        .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
        .orElseThrow(
            () -> new IOException("no " + prefix + "*.zip in " + folder + "; run mvn package"));
  }

  private static boolean isZip(Path file, String prefix) {
    String name = file.getFileName().toString();
    return name.startsWith(prefix) && name.endsWith(".zip");
  }
}
