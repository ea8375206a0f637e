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
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * One way to search, which is one row of the table.
 *
 * @param label what to call it
 * @param index where it searches
 * @param query the name of the query, such as {@code knn}
 * @param oversample candidates per hit to rescore, or 0 for the default of the field
 */
record DemoSearch(String label, DemoIndex index, String query, int oversample) {

  /** How many hits a search returns. */
  static final int K = 10;

  private static final int ROUNDS = 3;

  /**
   * How good and how fast a search is.
   *
   * @param recall the share of true neighbours found, from 0 to 1
   * @param medianMillis half of the searches took longer, as seen by this client
   */
  record Result(double recall, double medianMillis) {}

  /** The same search under another label. */
  DemoSearch labelled(String newLabel) {
    return new DemoSearch(newLabel, index, query, oversample);
  }

  /** The body of a search request. */
  ObjectNode body(float[] vector, boolean titles) {
    ObjectNode body = Json.object();
    body.put("size", K);
    ObjectNode knn = body.putObject("query").putObject(query);
    knn.put("field", DemoIndex.FIELD);
    knn.set("query_vector", Json.array(vector));
    knn.put("k", K);
    if (oversample > 0) {
      knn.putObject("rescore_vector").put("oversample", oversample);
    }
    if (titles) {
      body.putArray("_source").add("title");
    } else {
      body.put("_source", false);
    }
    return body;
  }

  /** Searches once for each query, to warm the node up. */
  void warmUp(List<VectorRow> queries) throws IOException {
    for (VectorRow query : queries) {
      index.search(body(query.vector(), false));
    }
  }

  /** Searches for each query a few times, one search at a time. */
  Result measure(List<VectorRow> queries, ExactSearch truth) throws IOException {
    double recall = 0;
    long[] nanos = new long[ROUNDS * queries.size()];
    for (int i = 0; i < nanos.length; i++) {
      int query = i % queries.size();
      JsonNode body = body(queries.get(query).vector(), false);
      long start = System.nanoTime();
      JsonNode hits = index.search(body);
      nanos[i] = System.nanoTime() - start;
      recall += truth.recall(query, rows(hits));
    }
    Arrays.sort(nanos);
    return new Result(recall / nanos.length, nanos[nanos.length / 2] / 1e6);
  }

  private static Set<Long> rows(JsonNode hits) {
    Set<Long> rows = new HashSet<>();
    hits.forEach(hit -> rows.add(Long.valueOf(hit.path("_id").asText())));
    return rows;
  }
}
