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
package org.matryoshkasearch.benchmarks.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.cli.node.NodeClient;

/** Searches the index of a contender over HTTP. Safe for use by many threads. */
final class NodeSearch implements Search {

  private final NodeClient client;
  private final NodeContender contender;

  NodeSearch(NodeClient client, NodeContender contender) {
    this.client = client;
    this.contender = contender;
  }

  /** The vector of a query in the form that {@link #search(String, int, int)} takes. */
  static String prepare(float[] query) {
    return '"' + NodeIndex.base64(query) + '"';
  }

  @Override
  public double rescored() {
    return contender.rescored();
  }

  @Override
  public int[] search(float[] query, int k, int candidates) throws IOException {
    return search(prepare(query), k, candidates);
  }

  /** Does the same for a query that has been prepared. */
  int[] search(String query, int k, int candidates) throws IOException {
    byte[] request = contender.request(query, k, candidates).getBytes(StandardCharsets.UTF_8);
    JsonNode answer = client.post("/" + contender.index() + "/_search", request);
    if (answer.at("/_shards/failed").asInt() > 0) {
      throw new IOException("a search failed: " + answer.at("/_shards/failures"));
    }
    JsonNode hits = answer.at("/hits/hits");
    int[] rows = new int[hits.size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Integer.parseInt(hits.get(i).path("_id").asText());
    }
    return rows;
  }
}
