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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** How good and how fast a search is, over all the times that it was run. */
final class DemoMeasurement {

  private final DemoSearch search;
  private final List<Long> nanos = new ArrayList<>();
  private double recalls = 0;

  DemoMeasurement(DemoSearch search) {
    this.search = search;
  }

  /** Searches once for each query, one after the other. */
  void round(List<VectorRow> queries, ExactSearch truth) throws IOException {
    for (int i = 0; i < queries.size(); i++) {
      JsonNode body = search.body(queries.get(i).vector(), false);
      long start = System.nanoTime();
      JsonNode hits = search.index().search(body);
      nanos.add(System.nanoTime() - start);
      recalls += truth.recall(i, rows(hits));
    }
  }

  private static Set<Long> rows(JsonNode hits) {
    Set<Long> rows = new HashSet<>();
    hits.forEach(hit -> rows.add(Long.valueOf(hit.path("_id").asText())));
    return rows;
  }

  /** What was measured. */
  DemoSearch search() {
    return search;
  }

  /** The share of the true neighbours that was found, from 0 to 1. */
  double recall() {
    return recalls / nanos.size();
  }

  /** Half of the searches took longer than this, as seen by this client. */
  double medianMillis() {
    return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow() / 1e6;
  }
}
