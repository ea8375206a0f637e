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
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** Recall and memory of {@code dense_vector} fields, with a prefix and without. */
public class DenseVectorRecallIT extends NodeTestCase {

  private static final int K = DenseVectorIT.K;

  /** What was measured, to read after the run. */
  private static final Path REPORT = Path.of("target", "dense_vector.txt");

  private static double recall(TestIndex index, List<float[]> queries, Integer candidates)
      throws IOException {
    ExactSearch exact = index.exact(Similarity.COSINE, K, queries);
    double sum = 0;
    for (int i = 0; i < queries.size(); i++) {
      List<Neighbor> hits = index.search(DenseVectorIT.knn(queries.get(i), candidates), K, "");
      sum += exact.recall(i, hits.stream().map(Neighbor::row).toList());
    }
    return sum / queries.size();
  }

  /** Real vectors, every graph: recall with and without the setting, and what must be in memory. */
  @Test
  public void testRealSet() throws Exception {
    TestSets.Split set = TestSets.real("jina_v5_small_aethelgard_1024", 1024);
    Map<String, Double> floors =
        Map.of("hnsw", 0.975, "int8_hnsw", 0.975, "int4_hnsw", 0.975, "bbq_hnsw", 0.96);
    StringBuilder report = new StringBuilder();
    List<String> tooLow = new ArrayList<>();
    for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")) {
      ObjectNode field = DenseVectorIT.dense(1024, type);
      TestIndex with =
          TestIndex.create(client(), "with_" + type, field, DenseVectorIT.prefix("*", 256));
      TestIndex without = TestIndex.create(client(), "without_" + type, field, Json.object());
      with.addInSegments(set.documents(), 3);
      without.addInSegments(set.documents(), 3);
      double three = recall(with, set.queries(), null);
      double many = recall(with, set.queries(), 1000);
      double threeWithout = recall(without, set.queries(), null);
      with.forceMerge();
      without.forceMerge();
      double one = recall(with, set.queries(), null);
      String line =
          String.format(
              Locale.ROOT,
              "%s, with the setting (without): recall@10 of three segments %.4f (%.4f), of one %.4f"
                  + " (%.4f), bytes but for full vectors %d (%d)%n",
              type,
              three,
              threeWithout,
              one,
              recall(without, set.queries(), null),
              hotBytes(with),
              hotBytes(without));
      report.append(line);
      if (Math.min(one, three) < floors.get(type) || many < 1) {
        tooLow.add(line);
      }
      if (type.equals("hnsw") == false) {
        assertTrue(line, hotBytes(with) < 0.6 * hotBytes(without));
      }
      client().delete("/" + with.name());
      client().delete("/" + without.name());
    }
    Files.writeString(REPORT, report);
    assertEquals(report.toString(), List.of(), tooLow);
  }

  /** Bytes outside the heap for codes and graph. */
  private static long hotBytes(TestIndex index) throws IOException {
    client().post("/" + index.name() + "/_flush", (JsonNode) null);
    JsonNode stats = client().get("/" + index.name() + "/_stats/dense_vector");
    JsonNode offHeap = stats.at("/_all/primaries/dense_vector/off_heap");
    long total = offHeap.path("total_size_bytes").asLong();
    assertTrue(stats.toString(), total > 0);
    return total - offHeap.path("total_vec_size_bytes").asLong();
  }
}
