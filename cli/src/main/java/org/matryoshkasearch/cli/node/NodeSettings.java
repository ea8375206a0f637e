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

import java.nio.file.Path;
import java.util.Map;

/**
 * What to know before a node can be set up.
 *
 * @param name of the node, also the prefix of its folder's name
 * @param distribution the Elasticsearch zip
 * @param plugin the plugin zip to install, or null for a bare node
 * @param httpPort port of 127.0.0.1 to answer on
 * @param heap JVM heap as in {@code 2g}
 * @param extra further lines of {@code elasticsearch.yml}; without {@code discovery.seed_hosts} the
 *     node is a cluster of its own
 * @param configFiles texts of further files in its folder {@code config}, by their names
 */
public record NodeSettings(
    String name,
    Path distribution,
    Path plugin,
    int httpPort,
    String heap,
    Map<String, String> extra,
    Map<String, String> configFiles) {

  public NodeSettings {
    extra = Map.copyOf(extra);
    configFiles = Map.copyOf(configFiles);
  }

  /** Without further files. */
  public NodeSettings(
      String name,
      Path distribution,
      Path plugin,
      int httpPort,
      String heap,
      Map<String, String> extra) {
    this(name, distribution, plugin, httpPort, heap, extra, Map.of());
  }
}
