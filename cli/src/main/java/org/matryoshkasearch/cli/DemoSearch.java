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

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.matryoshkasearch.cli.node.Json;

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
}
