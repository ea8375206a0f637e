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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.node.NodeIndex.Size;
import org.matryoshkasearch.cli.node.Json;

public class NodeContenderTest {

  private static NodeContender named(String name) {
    return NodeContender.all().stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode query(String name, String type, int candidates) throws IOException {
    JsonNode request = Json.parse(named(name).request("[1.0,0.5]", 10, candidates));
    assertEquals(10, request.path("size").asInt());
    JsonNode query = request.path("query").path(type);
    assertEquals(candidates, query.path("num_candidates").asInt());
    assertEquals(10, query.path("k").asInt());
    assertEquals(0.5, query.path("query_vector").path(1).asDouble(), 0);
    return query.path("rescore_vector").path("oversample");
  }

  @Test
  public void testRequests() throws IOException {
    assertEquals(4.5, query("matryoshka-int4_hnsw", "matryoshka_knn", 45).asDouble(), 0);
    assertEquals(2.25, query("matryoshka-int4_hnsw-half", "matryoshka_knn", 45).asDouble(), 0);
    assertEquals(4.5, query("dense-bbq_hnsw", "knn", 45).asDouble(), 0);
    assertEquals(2.25, query("dense-bbq_hnsw-half", "knn", 45).asDouble(), 0);
    assertEquals(1, query("dense-bbq_hnsw-half", "knn", 10).asDouble(), 0);
    assertEquals(4.5, query("dense-int8_hnsw-rescored", "knn", 45).asDouble(), 0);
    assertEquals(0, query("dense-int8_hnsw", "knn", 45).asDouble(-1), 0);
    assertTrue(query("dense-hnsw", "knn", 45).isMissingNode());
  }

  @Test
  public void testFieldsAndIndices() {
    NodeContender contender = named("dense-bbq_hnsw-half");
    assertEquals("dense_vector-bbq_hnsw", contender.index());
    assertEquals(named("dense-bbq_hnsw").index(), contender.index());
    JsonNode field = contender.field(64);
    assertEquals("dense_vector", field.path("type").asText());
    assertEquals(64, field.path("dims").asInt());
    assertEquals("bbq_hnsw", field.at("/index_options/type").asText());
  }

  @Test
  public void testVectorsAsText() {
    assertEquals("P4AAAMAAAAA=", NodeIndex.base64(new float[] {1, -2}));
  }

  @Test
  public void testSizes() throws IOException {
    String store = "'store':{'size_in_bytes':9000},'segments':{'count':4}";
    String codes =
        "'off_heap':{'total_veb_size_bytes':5,'total_vec_size_bytes':700,'total_veq_size_bytes':60"
            + ",'total_vex_size_bytes':3}";
    String vectors = "'off_heap':{'total_vec_size_bytes':700,'total_vex_size_bytes':3}";
    assertEquals(new Size(4, 9000, 68), size("{" + store + ",'dense_vector':{" + codes + "}}"));
    assertEquals(new Size(4, 9000, 703), size("{" + store + ",'dense_vector':{" + vectors + "}}"));
  }

  private static Size size(String json) throws IOException {
    return NodeIndex.size(Json.parse(json.replace('\'', '"')));
  }

  @Test
  public void testNamesAreNoPrefixesByAccident() {
    List<String> names = NodeContender.all().stream().map(NodeContender::name).toList();
    assertEquals(names.size(), names.stream().distinct().count());
  }
}
