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
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** {@code "recipe": "layer_norm"} on a node: what is found, and what comes back. */
public class RecipeIT extends NodeTestCase {
  private static final int DIMS = 96;

  private static ObjectNode normed(int dims) {
    return field(dims, "cosine").put("prefix_dims", dims / 4).put("recipe", "layer_norm");
  }

  /** Generated vectors, moved away from the origin so that their means matter. */
  private static TestSets.Split moved() throws IOException {
    TestSets.Split set = TestSets.generated(400, DIMS);
    for (float[] query : set.queries()) {
      move(query, 0);
    }
    for (VectorRow row : set.documents()) {
      move(row.vector(), row.row());
    }
    return set;
  }

  private static void move(float[] vector, long row) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] += (float) Math.sin((double) row) / 3;
    }
  }

  /** By the definition: (x - mean) / sqrt(variance + 1e-5). */
  private static float[] layerNorm(float[] vector) {
    double mean = 0;
    for (float component : vector) {
      mean += component / (double) vector.length;
    }
    double variance = 0;
    for (float component : vector) {
      variance += (component - mean) * (component - mean) / vector.length;
    }
    float[] normed = new float[vector.length];
    for (int i = 0; i < normed.length; i++) {
      normed[i] = (float) ((vector[i] - mean) / Math.sqrt(variance + 1e-5));
    }
    return normed;
  }

  private static void assertExact(TestIndex index, TestSets.Split set) throws IOException {
    int k = 10;
    List<float[]> queries = set.queries().stream().map(RecipeIT::layerNorm).toList();
    ExactSearch exact = new ExactSearch(Similarity.COSINE, k, queries);
    List<VectorRow> rows = new ArrayList<>();
    for (VectorRow row : set.documents()) {
      rows.add(new VectorRow(row.row(), layerNorm(row.vector()), null, null));
    }
    exact.add(rows);
    for (int i = 0; i < queries.size(); i++) {
      ObjectNode all = Json.object().put("num_candidates", 1000);
      all.putObject("rescore_vector").put("oversample", 100);
      List<Neighbor> hits = index.search(set.queries().get(i), k, all);
      TestIndex.assertSame("query " + i, exact.neighbors(i), hits, 1e-5);
    }
  }

  @Test
  public void testSearchesAndVectors() throws Exception {
    TestSets.Split set = moved();
    TestIndex index = create("recipe", normed(DIMS)).addInSegments(set.documents(), 3);
    assertExact(index, set);
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    index.forceMerge();
    assertExact(index, set);
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    for (VectorRow row : set.documents()) {
      ObjectNode update = Json.object();
      update.putObject("doc").put("seen", true);
      client().post("/recipe/_update/" + row.row(), update);
    }
    index.refresh();
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    assertExact(index, set);
  }

  /** What an index gives back makes the same index again, as a reindex does. */
  @Test
  public void testSentAgain() throws Exception {
    TestSets.Split set = moved();
    for (String type : List.of("float", "bfloat16")) {
      ObjectNode field = normed(DIMS).put("element_type", type);
      TestIndex index = create("recipe_" + type, field).addInSegments(set.documents(), 2);
      Map<Long, String> back = index.vectorsGivenBack("");
      List<VectorRow> rows = new ArrayList<>();
      for (Map.Entry<Long, String> entry : back.entrySet()) {
        float[] vector = new float[DIMS];
        JsonNode numbers = Json.parse(entry.getValue());
        for (int i = 0; i < DIMS; i++) {
          vector[i] = (float) numbers.path(i).asDouble();
        }
        rows.add(new VectorRow(entry.getKey(), vector, null, null));
      }
      TestIndex again = create("recipe_again_" + type, field).addInSegments(rows, 1);
      assertEquals(back, again.vectorsGivenBack(""));
      float[] query = set.queries().getFirst();
      ObjectNode all = Json.object().put("num_candidates", 1000);
      TestIndex.assertSame(
          type, index.search(query, 10, all), again.search(query, 10, all.deepCopy()), 1e-6);
    }
  }

  /** Of nomic-embed-text itself. */
  @Test
  public void testNomic() throws Exception {
    TestSets.Split set = TestSets.real("nomic_ragpg_768", 768);
    TestIndex index = create("recipe_nomic", normed(768)).addInSegments(set.documents(), 2);
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    assertExact(index, set);
  }

  /** A lookup finds the document itself: what it gives is sent through the recipe like a query. */
  @Test
  public void testLookup() throws Exception {
    TestSets.Split set = moved();
    TestIndex index = create("recipe_lookup", normed(DIMS)).addInSegments(set.documents(), 1);
    long row = set.documents().getFirst().row();
    JsonNode query =
        Json.parse(
            """
            {"matryoshka_knn": {"field": "embedding", "k": 1, "query_vector_builder": {
              "lookup": {"index": "recipe_lookup", "id": "ROW", "path": "embedding"}}}}
            """
                .replace("ROW", String.valueOf(row)));
    List<Neighbor> hits = index.search((ObjectNode) query, 1, "");
    assertEquals(row, hits.getFirst().row());
    assertEquals(1, hits.getFirst().score(), 1e-6);
  }
}
