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
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;

/** An index that gets a prefix when it is restored from a snapshot, and loses it so. */
public class MigrationIT {

  private static final int DIMS = 128;
  private static final int PREFIX = 32;
  private static final int K = 10;
  private static final String SETTING =
      "index.matryoshka.dense_vector." + TestIndex.FIELD + ".prefix_dims";

  private NodeClient client;
  private TestIndex index;
  private TestSets.Split set;

  @Test
  public void testSnapshots() throws Exception {
    try (ElasticsearchNode node = Nodes.create("snapshots", Map.of("path.repo", "snapshots"))) {
      node.start(() -> {});
      client = node.client();
      ObjectNode repository = Json.object().put("type", "fs");
      repository.putObject("settings").put("location", "snapshots");
      client.put("/_snapshot/backup", repository);
      set = TestSets.generated(1500, DIMS);
      index =
          TestIndex.create(client, "source", DenseVectorIT.dense(DIMS, "int8_hnsw"), Json.object());
      index.addInSegments(set.documents(), 2);
      long bytes = codeBytes("source");

      snapshot("source");
      restore("source", "with", Json.object().put(SETTING, PREFIX));
      assertEquals("the codes of so many vectors", vectors() * (16L + PREFIX), codeBytes("with"));

      snapshot("with");
      restore("with", "without", Json.object().putNull(SETTING));
      assertEquals(bytes, codeBytes("without"));
    }
  }

  private long vectors() {
    return set.documents().size();
  }

  private void snapshot(String name) throws IOException {
    ObjectNode body = Json.object().put("indices", name).put("include_global_state", false);
    client.put("/_snapshot/backup/" + name + "?wait_for_completion=true", body);
  }

  private void restore(String from, String to, ObjectNode settings) throws IOException {
    ObjectNode body = Json.object().put("indices", from).put("include_global_state", false);
    body.put("rename_pattern", from).put("rename_replacement", to);
    body.set("index_settings", settings);
    client.post("/_snapshot/backup/" + from + "/_restore?wait_for_completion=true", body);
    client.post("/" + to + "/_forcemerge?max_num_segments=1", (JsonNode) null);
    // without a prefix it is what Elasticsearch makes of its own codes
    assertRecall(to, settings.path(SETTING).isNull() ? 0.85 : 0.95);
  }

  private long codeBytes(String name) throws IOException {
    JsonNode stats = client.get("/" + name + "/_stats/dense_vector");
    return stats.at("/_all/primaries/dense_vector/off_heap/total_veq_size_bytes").asLong();
  }

  private void assertRecall(String name, double least) throws IOException {
    TestIndex copy = index.as(name);
    ExactSearch exact = copy.exact(Similarity.COSINE, K, set.queries());
    double sum = 0;
    for (int i = 0; i < set.queries().size(); i++) {
      List<Neighbor> hits = copy.search(DenseVectorIT.knn(set.queries().get(i), 50), K, "");
      sum += exact.recall(i, hits.stream().map(Neighbor::row).toList());
    }
    double recall = sum / set.queries().size();
    assertTrue(name + ": " + recall, recall > least);
  }
}
