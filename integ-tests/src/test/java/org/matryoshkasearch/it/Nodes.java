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

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.matryoshkasearch.cli.Artifacts;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.node.NodeSettings;
import org.matryoshkasearch.cli.node.Ports;

/** Real nodes with the built plugin. */
final class Nodes {

  private static final String HEAP = "1g";

  private static ElasticsearchNode shared;

  private Nodes() {}

  /**
   * The node that most tests share, started for the first of them. It ends with this JVM. A node
   * that does not start fails every test.
   */
  static synchronized ElasticsearchNode shared() throws IOException {
    if (shared == null) {
      ElasticsearchNode node = create("shared", Map.of());
      node.start(() -> {});
      shared = node;
    }
    return shared;
  }

  /** A node of its own that is not started yet. */
  static ElasticsearchNode create(String name, Map<String, String> settings) throws IOException {
    return create(name, settings, Map.of());
  }

  /** The build for the oldest Elasticsearch. */
  static Artifacts oldest() {
    return new Artifacts(
        Path.of(property("oldest.distribution")), Path.of(property("oldest.plugin")));
  }

  /** The build that is tested. */
  static Artifacts current() {
    return new Artifacts(
        Path.of(property("matryoshka.distribution")), Path.of(property("matryoshka.plugin")));
  }

  /** A node of a build, with little memory. */
  static ElasticsearchNode create(String name, Artifacts build, Map<String, String> settings)
      throws IOException {
    return new ElasticsearchNode(
        new NodeSettings(
            name, build.distribution(), build.plugin(), Ports.free(), "512m", settings));
  }

  /** A node of the build that is tested, with this heap, as in {@code 256m}. */
  static ElasticsearchNode withHeap(String name, String heap) throws IOException {
    Artifacts build = current();
    return new ElasticsearchNode(
        new NodeSettings(name, build.distribution(), build.plugin(), Ports.free(), heap, Map.of()));
  }

  /** A node that does not have the plugin. */
  static ElasticsearchNode withoutPlugin(String name, Map<String, String> settings)
      throws IOException {
    return new ElasticsearchNode(
        new NodeSettings(
            name,
            Path.of(property("matryoshka.distribution")),
            null,
            Ports.free(),
            HEAP,
            settings,
            Map.of()));
  }

  /** The same with further files in its folder {@code config}. */
  static ElasticsearchNode create(
      String name, Map<String, String> settings, Map<String, String> configFiles)
      throws IOException {
    return new ElasticsearchNode(
        new NodeSettings(
            name,
            Path.of(property("matryoshka.distribution")),
            Path.of(property("matryoshka.plugin")),
            Ports.free(),
            HEAP,
            settings,
            configFiles));
  }

  /** The same with TLS, to which this user talks who may do everything. */
  static ElasticsearchNode create(
      String name,
      Map<String, String> settings,
      Map<String, String> configFiles,
      SSLContext trusted,
      String user)
      throws IOException {
    int port = Ports.free();
    Artifacts build = current();
    return new ElasticsearchNode(
        new NodeSettings(
            name, build.distribution(), build.plugin(), port, "512m", settings, configFiles),
        new NodeClient(URI.create("https://127.0.0.1:" + port), trusted).as(user, user));
  }

  /** Lets every user into a folder, as nodes that root starts run as another. */
  static Path open(Path folder) throws IOException {
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static String property(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new AssertionError("the build sets -D" + name + " for these tests");
    }
    return value;
  }
}
