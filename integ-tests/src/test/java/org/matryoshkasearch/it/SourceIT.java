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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** The vector is on disk once, and comes back to the source of its document where asked for. */
public class SourceIT extends NodeTestCase {

  private static final int DIMS = 256;

  @Test
  public void testHitsAndDocuments() throws Exception {
    TestSets.Split set = TestSets.generated(120, DIMS);
    TestIndex index = create("source", field(DIMS, "cosine")).addInSegments(set.documents(), 2);
    for (JsonNode hit : hits("source", "true")) {
      assertTrue(hit.toString(), hit.path("_source").has("lang"));
      assertFalse(hit.toString(), hit.path("_source").has(TestIndex.FIELD));
    }
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    for (JsonNode hit : hits("source", "[\"" + TestIndex.FIELD + "\"]")) {
      assertEquals(DIMS, hit.path("_source").path(TestIndex.FIELD).size());
    }
    String document = "/source/_doc/" + set.documents().getFirst().row();
    assertFalse(client().get(document).path("_source").has(TestIndex.FIELD));
    index.forceMerge();
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
  }

  @Test
  public void testUpdates() throws Exception {
    TestSets.Split set = TestSets.generated(120, DIMS);
    TestIndex index = create("source_update", field(DIMS, "cosine"));
    index.add(set.documents());
    for (int round = 0; round < 2; round++) {
      for (VectorRow row : set.documents()) {
        // the first update finds the document in a segment, the second in the translog
        for (String field : List.of("once", "twice")) {
          ObjectNode update = Json.object();
          update.putObject("doc").put(field, round);
          client().post("/source_update/_update/" + row.row(), update);
        }
      }
      index.refresh();
      assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
    }
  }

  /** Nested fields, fields in objects, and several fields in one document. */
  @Test
  public void testNested() throws Exception {
    ObjectNode body = Json.object();
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.set("title", field(2, "l2_norm"));
    properties.putObject("meta").putObject("properties").set("vector", field(2, "l2_norm"));
    ObjectNode passages = properties.putObject("passages").put("type", "nested");
    passages.putObject("properties").set("vector", field(2, "l2_norm"));
    client().put("/source_nested", body);
    JsonNode document =
        Json.parse(
            """
            {"title": [1.0, 2.0], "meta": {"vector": [0.25, -3.0]},
             "passages": [{"vector": [0.1, 0.2]}, {"text": "none"}, {"vector": [5.0, 6.0]}]}
            """);
    client().put("/source_nested/_doc/1", document);
    String path = "/source_nested/_doc/1?_source_exclude_vectors=false";
    assertEquals(document, client().get(path).path("_source"));
    client().post("/source_nested/_flush", (JsonNode) null);
    assertEquals(document, client().get(path).path("_source"));
    assertEquals(
        Json.parse("{\"meta\": {}, \"passages\": [{}, {\"text\": \"none\"}, {}]}"),
        client().get("/source_nested/_doc/1").path("_source"));
    client().post("/source_nested/_update/1", Json.parse("{\"doc\": {\"lang\": \"en\"}}"));
    client().post("/source_nested/_refresh", (JsonNode) null);
    assertEquals(
        ((ObjectNode) document.deepCopy()).put("lang", "en"),
        hits("source_nested", "{\"exclude_vectors\": false}").path(0).path("_source"));
  }

  /** What was not written to segments when the node died is indexed again from the translog. */
  @Test
  public void testCrash() throws Exception {
    TestSets.Split set = TestSets.generated(120, DIMS);
    TestIndex index = create("source_crash", field(DIMS, "cosine"));
    index.addInSegments(set.documents().subList(0, 30), 1);
    index.add(set.documents().subList(30, set.documents().size()));
    ElasticsearchNode node = Nodes.shared();
    JsonNode process = client().get("/_nodes/_local/process").findValue("process");
    ProcessHandle jvm = ProcessHandle.of(process.path("id").asLong()).orElseThrow();
    assertTrue(jvm.destroyForcibly());
    jvm.onExit().get(30, TimeUnit.SECONDS);
    node.stop();
    node.start(() -> {});
    client().get("/_cluster/health/source_crash?wait_for_status=green&timeout=60s");
    JsonNode translog = client().get("/source_crash/_recovery").findValue("translog");
    assertEquals(set.documents().size() - 30, translog.path("recovered").asInt());
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
  }

  @Test
  public void testKeptInTheSourceWhereTheSettingSaysSo() throws Exception {
    TestSets.Split set = TestSets.generated(120, DIMS);
    ObjectNode settings = Json.object().put("index.mapping.exclude_source_vectors", false);
    TestIndex index = TestIndex.create(client(), "source_kept", field(DIMS, "cosine"), settings);
    index.addInSegments(set.documents(), 1);
    for (JsonNode hit : hits("source_kept", "true")) {
      assertEquals(DIMS, hit.path("_source").path(TestIndex.FIELD).size());
    }
    assertEquals(index.vectorsSent(), index.vectorsGivenBack(""));
  }

  /** No more than rows, codes and graph: as {@code dense_vector}. */
  @Test
  public void testSizeOnDisk() throws Exception {
    TestSets.Split set = TestSets.generated(4000, DIMS);
    ObjectNode dense = field(DIMS, "cosine").put("type", "dense_vector");
    dense.putObject("index_options").put("type", "int4_hnsw");
    long theirs = sizeOnDisk("size_dense", dense, true, set);
    long ours = sizeOnDisk("size_ours", field(DIMS, "cosine"), true, set);
    long kept = sizeOnDisk("size_kept", field(DIMS, "cosine"), false, set);
    String sizes = ours + " bytes; dense_vector: " + theirs + "; kept in the source: " + kept;
    assertTrue(sizes, ours < 1.15 * theirs);
    assertTrue(sizes, ours < 0.7 * kept);
  }

  private static long sizeOnDisk(String name, ObjectNode field, boolean exclude, TestSets.Split set)
      throws Exception {
    ObjectNode settings = Json.object().put("index.mapping.exclude_source_vectors", exclude);
    TestIndex index = TestIndex.create(client(), name, field, settings);
    index.addInSegments(set.documents(), 1).forceMerge();
    client().post("/" + name + "/_flush?force=true", (JsonNode) null);
    JsonNode stats = client().get("/" + name + "/_stats/store");
    return stats.at("/_all/primaries/store/size_in_bytes").asLong();
  }

  private static ArrayNode hits(String index, String source) throws Exception {
    ObjectNode body = Json.object().put("size", 1000);
    body.set("_source", Json.parse(source));
    return (ArrayNode) client().post("/" + index + "/_search", body).at("/hits/hits");
  }
}
