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

import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** A {@code dense_vector} with a prefix, with data and queries that once got no hits. */
public class DenseVectorExtremesIT extends NodeTestCase {

  private static final int DIMS = 64;
  private static final int PREFIX = 16;
  private static final List<String> TYPES = List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw");

  /** So that each of two segments is searched a second time from where the first search ended. */
  @Test
  public void testManySimilarPassages() throws Exception {
    TestSets.Split set = TestSets.generated(2400, DIMS);
    float[] center = set.queries().getFirst();
    for (String type : TYPES) {
      ObjectNode body = body("passages.vector");
      ObjectNode passages =
          ((ObjectNode) body.path("mappings").path("properties")).putObject("passages");
      passages.put("type", "nested").putObject("properties").set("vector", field(null, type));
      client().put("/extremes", body);
      List<VectorRow> rows = set.documents();
      for (int document = 0; document < 4; document++) {
        ObjectNode source = Json.object();
        ArrayNode list = source.putArray("passages");
        for (int i = 0; i < 600; i++) {
          float[] passage = near(center, rows.get((document * 600 + i) % rows.size()).vector());
          list.addObject().set("vector", Json.array(passage));
        }
        client().put("/extremes/_doc/" + document + "?refresh=" + (document % 2 == 1), source);
      }
      for (float[] query : set.queries().subList(0, 10)) {
        String knn =
            "{\"query\": {\"nested\": {\"path\": \"passages\", \"query\": {\"knn\": {\"k\": 3,"
                + " \"field\": \"passages.vector\", \"query_vector\": "
                + Json.array(near(center, query))
                + "}}}}}";
        assertEquals(type, 3, hits(knn));
      }
      client().delete("/extremes");
    }
  }

  @Test
  public void testHugeAndTinyQueries() throws Exception {
    TestSets.Split set = TestSets.generated(1500, DIMS);
    for (String similarity : List.of("l2_norm", "max_inner_product")) {
      for (String type : TYPES) {
        ObjectNode body = body(TestIndex.FIELD);
        ((ObjectNode) body.path("mappings").path("properties"))
            .set(TestIndex.FIELD, field(similarity, type));
        client().put("/extremes", body);
        BulkBody bulk = new BulkBody();
        for (VectorRow row : set.documents()) {
          ObjectNode source = Json.object();
          source.set(TestIndex.FIELD, Json.array(row.vector()));
          bulk.index(String.valueOf(row.row()), source);
        }
        client().post("/extremes/_bulk?refresh=true", bulk.bytes());
        for (float component : new float[] {1e38f, 1e30f, 1e19f, 1e-30f}) {
          float[] query = new float[DIMS];
          Arrays.fill(query, component);
          ObjectNode knn = DenseVectorIT.knn(query, 50);
          assertEquals(similarity + " " + type + " " + component, 10, hits(knn.toString()));
        }
        client().delete("/extremes");
      }
    }
  }

  private static int hits(String request) throws IOException {
    JsonNode answer = client().post("/extremes/_search?_source=false", Json.parse(request));
    return answer.at("/hits/hits").size();
  }

  private static ObjectNode body(String field) {
    ObjectNode body = Json.object();
    body.putObject("settings")
        .put("number_of_shards", 1)
        .put("refresh_interval", "-1")
        .setAll(DenseVectorIT.prefix(field, PREFIX));
    body.putObject("mappings").putObject("properties");
    return body;
  }

  private static ObjectNode field(String similarity, String type) {
    ObjectNode field = DenseVectorIT.dense(DIMS, type);
    return similarity == null ? field : field.put("similarity", similarity);
  }

  private static float[] near(float[] center, float[] other) {
    float[] near = center.clone();
    for (int i = 0; i < near.length; i++) {
      near[i] += 0.05f * other[i];
    }
    return near;
  }
}
