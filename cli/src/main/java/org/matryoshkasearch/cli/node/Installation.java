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
package org.matryoshkasearch.cli.node;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A folder of its own that holds one unzipped Elasticsearch, its configuration, data and logs. */
final class Installation {

  private final NodeSettings settings;
  private final Path folder;
  private final NodeUser user;
  private Path home;

  /** Makes an empty folder for a node. */
  Installation(NodeSettings settings) throws IOException {
    this.settings = settings;
    this.folder = Files.createTempDirectory("matryoshka-" + settings.name() + "-");
    this.user = new NodeUser(folder);
  }

  /** Unzips, configures and installs the plugin. */
  void install() throws IOException {
    if (!Files.isReadable(settings.distribution())) {
      throw new NodeException("no Elasticsearch distribution at " + settings.distribution());
    }
    home = unzip(settings.distribution(), folder);
    configure();
    user.own(folder);
    user.check(Path.of(System.getProperty("java.home")), folder);
    if (settings.plugin() != null) {
      install(settings.plugin());
    }
  }

  private static Path unzip(Path zip, Path folder) throws IOException {
    Path top = null;
    try (ZipFile file = new ZipFile(zip.toFile())) {
      Enumeration<? extends ZipEntry> entries = file.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
          throw new NodeException(zip + " has an entry outside of its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        Files.createDirectories(target.getParent());
        try (InputStream in = file.getInputStream(entry)) {
          Files.copy(in, target);
        }
        top = folder.resolve(folder.relativize(target).getName(0));
      }
    }
    if (top == null || !Files.exists(top.resolve("bin/elasticsearch"))) {
      throw new NodeException(zip + " is not an Elasticsearch distribution");
    }
    return top;
  }

  private void configure() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    lines.put("cluster.name", settings.name());
    lines.put("node.name", settings.name());
    lines.put("network.host", "127.0.0.1");
    lines.put("http.port", String.valueOf(settings.httpPort()));
    lines.put("path.data", folder.resolve("data").toString());
    lines.put("path.logs", logs().toString());
    lines.put("xpack.security.enabled", "false");
    lines.put("cluster.routing.allocation.disk.threshold_enabled", "false");
    if (!settings.extra().containsKey("discovery.seed_hosts")) {
      lines.put("discovery.type", "single-node");
      lines.put("transport.port", String.valueOf(Ports.free()));
    }
    lines.putAll(settings.extra());

    StringBuilder yml = new StringBuilder();
    lines.forEach((key, value) -> yml.append(key).append(": ").append(quote(value)).append('\n'));
    write(home.resolve("config/elasticsearch.yml"), yml.toString());
    for (Map.Entry<String, String> file : settings.configFiles().entrySet()) {
      write(home.resolve("config").resolve(file.getKey()), file.getValue());
    }
    write(
        home.resolve("config/jvm.options.d/heap.options"),
        "-Xms" + settings.heap() + "\n-Xmx" + settings.heap() + "\n");
    for (String name : List.of("data", "logs", "tmp")) {
      Files.createDirectories(folder.resolve(name));
    }
  }

  /** Lists stay lists; a text in JSON quotes is one in YAML too. */
  private static String quote(String value) {
    return value.startsWith("[") ? value : TextNode.valueOf(value).toString();
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  private void install(Path plugin) throws IOException {
    // The zip may lie where the node's user cannot look, so it is brought here first.
    Path copy = folder.resolve(plugin.getFileName().toString());
    try {
      Files.copy(plugin, copy);
    } catch (NoSuchFileException e) {
      throw new NodeException("no plugin at " + plugin);
    }
    user.own(copy);
    Commands.Result result =
        Commands.run(
            user.command(
                List.of(
                    "bash",
                    home.resolve("bin/elasticsearch-plugin").toString(),
                    "install",
                    "--batch",
                    copy.toUri().toString())),
            folder);
    if (result.status() != 0) {
      throw new NodeException(
          "elasticsearch-plugin refused " + plugin + ": " + result.output().strip());
    }
    Files.delete(copy);
  }

  /**
   * The command that starts the node; {@link ElasticsearchNode} says what else it needs.
   *
   * @param through the beginning of the command, run as this process's user
   * @param wrapper what follows, run as the node's user
   */
  ProcessBuilder command(List<String> through, List<String> wrapper) {
    List<String> start = new ArrayList<>(wrapper);
    start.addAll(List.of("bash", home.resolve("bin/elasticsearch").toString()));
    List<String> command = new ArrayList<>(through);
    command.addAll(user.command(start));
    ProcessBuilder builder = Commands.builder(command, folder);
    builder.environment().put("ES_TMPDIR", folder.resolve("tmp").toString());
    return builder;
  }

  /** Where the node writes its logs. */
  Path logs() {
    return folder.resolve("logs");
  }

  /** Deletes everything. */
  void delete() throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, IOException e) throws IOException {
            Files.deleteIfExists(path);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
