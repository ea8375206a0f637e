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

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** Prints what the demo did and found. */
final class DemoReport {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DefaultPrettyPrinter PRETTY =
      new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
  private static final int SHOWN_COMPONENTS = 3;
  private static final String REST = "\"@rest of the vector@\"";

  private final PrintStream out;

  DemoReport(PrintStream out) {
    this.out = out;
  }

  /** The mapping of an index, as it would be asked for in Kibana's console. */
  void mapping(DemoIndex index) throws IOException {
    out.println();
    out.println("GET " + index.name() + "/_mapping");
    out.println(pretty(index.mapping()));
  }

  /** A search request, of whose vector only the first components are shown. */
  void search(DemoSearch search, float[] vector) throws IOException {
    ObjectNode body = search.body(vector, true);
    ArrayNode components = (ArrayNode) body.path("query").path(search.query()).path("query_vector");
    int rest = components.size() - SHOWN_COMPONENTS;
    while (components.size() > SHOWN_COMPONENTS) {
      components.remove(components.size() - 1);
    }
    if (rest > 0) {
      components.add(REST.replace("\"", ""));
    }
    out.println();
    out.println("POST " + search.index().name() + "/_search");
    out.println(pretty(body).replace(REST, String.format(Locale.ROOT, "... %,d more", rest)));
  }

  private static String pretty(JsonNode json) throws IOException {
    return JSON.writer(PRETTY).writeValueAsString(json);
  }

  /** The hits of a search, best first. */
  void hits(String queryTitle, JsonNode hits) {
    out.println();
    out.println("Nearest to: " + queryTitle);
    int rank = 1;
    for (JsonNode hit : hits) {
      String title = hit.path("_source").path("title").asText();
      double score = hit.path("_score").asDouble();
      out.println(String.format(Locale.ROOT, "%3d.  %.4f  %s", rank++, score, title));
    }
  }

  /** How to send the search that was shown from another terminal. */
  void howToSearch(String index, Path request) {
    out.println();
    out.println("The node stays up until Ctrl-C. The same search, from another terminal:");
    out.println();
    out.println("  curl -s -H 'Content-Type: application/json' '" + index + "/_search?pretty' \\");
    out.println("    -d @" + request);
    out.println();
  }
}
