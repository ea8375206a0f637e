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
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** Evaluates real vectors of a nested model, as both types of fields. */
public class EvaluateIT extends NodeTestCase {
  private static final int DIMS = 1024;
  private static final int K = 10;

  /** What is measured inside is what users see from outside. */
  @Test
  public void testMatryoshka() throws IOException {
    TestSets.Split set = TestSets.real("jina_v5_small_aethelgard_1024", DIMS);
    TestIndex index = create("evaluate", field(DIMS, "cosine").put("prefix_dims", 64));
    index.addInSegments(set.documents(), 3);
    JsonNode answer = evaluate(index, set.queries());
    double recall = index.recall(set.queries(), K, Json.object());
    assertEquals(recall, answer.at("/present/recall/mean").asDouble(), 1e-4);
    assertEquals("nested", answer.at("/verdict/nesting").asText());
    assertTrue(answer.toString(), answer.at("/recommended/reaches_target").asBoolean());
    client().delete("/" + index.name());

    ObjectNode mapping = Json.object();
    mapping.set("mappings", answer.at("/recommended/mapping"));
    client().put("/evaluate-recommended", mapping);
    client().delete("/evaluate-recommended");
  }

  @Test
  public void testDenseVector() throws IOException {
    TestSets.Split set = TestSets.real("jina_v5_small_aethelgard_1024", DIMS);
    ObjectNode dense = field(DIMS, "cosine").put("type", "dense_vector");
    dense.putObject("index_options").put("type", "bbq_hnsw");
    TestIndex index = create("evaluate-dense", dense).addInSegments(set.documents(), 2);
    JsonNode answer = evaluate(index, set.queries());
    double sum = 0;
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    for (int i = 0; i < set.queries().size(); i++) {
      ObjectNode query = Json.object();
      ObjectNode knn = query.putObject("knn").put("field", TestIndex.FIELD).put("k", K);
      knn.set("query_vector", Json.array(set.queries().get(i)));
      List<Neighbor> hits = index.search(query, K, "");
      sum += exact.recall(i, hits.stream().map(Neighbor::row).toList());
    }
    double recall = sum / set.queries().size();
    assertEquals(recall, answer.at("/present/recall/mean").asDouble(), 1e-4);
    long present = answer.at("/present/memory_bytes").asLong();
    long recommended = answer.at("/recommended/memory_bytes").asLong();
    assertTrue(recommended + " is less than " + present, recommended < present);
    client().delete("/" + index.name());
  }

  private static JsonNode evaluate(TestIndex index, List<float[]> queries) throws IOException {
    ObjectNode body = Json.object().put("field", TestIndex.FIELD).put("k", K);
    ArrayNode vectors = body.putArray("queries");
    queries.forEach(query -> vectors.add(Json.array(query)));
    JsonNode answer = client().post("/" + index.name() + "/_matryoshka/evaluate", body);
    assertNull(answer.get("error"));
    assertEquals(index.count(), answer.path("documents").asInt());
    assertEquals(1, answer.at("/settings").findValues("present").size());
    return answer;
  }
}
