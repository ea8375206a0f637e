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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.Test;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** What happens to an index over its life: updates, deletes, merges, a restart of the node. */
public class LifecycleIT extends NodeTestCase {

  private static final int DIMS = 128;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  @Test
  public void testUpdatesDeletesMerge() throws Exception {
    TestSets.Split set = TestSets.generated(1500, DIMS);
    TestIndex index = create("lifecycle", field(DIMS, "cosine").put("prefix_dims", 32));
    index.addInSegments(set.documents(), 4);
    assertTrue("several segments", index.segments() > 1);
    assertExact("fresh", index, set);

    // Every tenth document gets the vector of another one, so its old neighbours are wrong now.
    List<VectorRow> moved = new ArrayList<>();
    for (int i = 0; i < set.documents().size(); i += 10) {
      float[] other = set.documents().get(set.documents().size() - 1 - i).vector();
      moved.add(new VectorRow(set.documents().get(i).row(), other, null, null));
    }
    index.add(moved);
    assertExact("updated", index, set);

    List<Long> deleted =
        set.documents().stream().map(VectorRow::row).filter(row -> row % 7 == 0).toList();
    index.delete(deleted);
    assertEquals(set.documents().size() - deleted.size(), index.count());
    assertExact("deleted", index, set);

    index.forceMerge();
    assertExact("merged", index, set);

    // Nothing is left of the deleted documents, not even when they come back.
    index.add(set.documents().stream().filter(row -> deleted.contains(row.row())).toList());
    assertExact("added again", index, set);
  }

  @Test
  public void testPartialUpdateKeepsTheVector() throws Exception {
    TestSets.Split set = TestSets.generated(100, DIMS);
    TestIndex index = create("partial_update", field(DIMS, "cosine"));
    index.add(set.documents());
    for (VectorRow row : set.documents()) {
      ObjectNode update = Json.object();
      update.putObject("doc").put("lang", "fr");
      client().post("/" + index.name() + "/_update/" + row.row(), update);
    }
    index.refresh();
    assertExact("updated", index, set);
  }

  @Test
  public void testDocumentsWithoutVector() throws Exception {
    TestSets.Split set = TestSets.generated(200, DIMS);
    TestIndex index = create("sparse", field(DIMS, "cosine"));
    for (int i = 0; i < 300; i++) {
      client().put("/" + index.name() + "/_doc/without" + i, Json.object().put("n", i));
    }
    index.addInSegments(set.documents(), 2);
    assertEquals(300 + set.documents().size(), index.count());
    assertExact("sparse", index, set);
    index.forceMerge();
    assertExact("sparse merged", index, set);
    ObjectNode exists = Json.object();
    exists.putObject("exists").put("field", TestIndex.FIELD);
    assertEquals(set.documents().size(), index.search(exists, 1000, "").size());
  }

  @Test
  public void testVectorComesBack() throws Exception {
    TestSets.Split set = TestSets.generated(20, DIMS);
    TestIndex index = create("get_back", field(DIMS, "cosine"));
    index.add(set.documents());
    for (VectorRow row : set.documents()) {
      JsonNode source =
          client()
              .get("/get_back/_doc/" + row.row() + "?_source_exclude_vectors=false")
              .path("_source");
      assertEquals(Json.array(row.vector()).toString(), source.path(TestIndex.FIELD).toString());
    }
  }

  @Test
  public void testRestart() throws Exception {
    TestSets.Split set = TestSets.generated(800, DIMS);
    ObjectNode field = field(DIMS, "cosine").put("prefix_dims", 32);
    field.remove("dims"); // which the first document tells
    TestIndex index = create("restart", field);
    index.addInSegments(set.documents().subList(0, 600), 2);
    index.add(set.documents().subList(600, set.documents().size())); // in the translog only
    JsonNode mapping = client().get("/restart/_mapping");
    ElasticsearchNode node = Nodes.shared();
    node.stop();
    node.start(() -> {});
    client().get("/_cluster/health/restart?wait_for_status=green&timeout=60s");
    assertEquals(mapping, client().get("/restart/_mapping"));
    assertEquals(set.documents().size(), index.count());
    assertExact("restarted", index, set);
    index.add(LongStream.range(0, 50).mapToObj(row -> copy(set, row)).toList());
    assertExact("added after the restart", index, set);
  }

  private static VectorRow copy(TestSets.Split set, long row) {
    return new VectorRow(10_000 + row, set.documents().get((int) row).vector(), null, null);
  }

  private static void assertExact(String what, TestIndex index, TestSets.Split set)
      throws Exception {
    ExactSearch exact = index.exact(Similarity.COSINE, K, set.queries());
    ObjectNode everything = Json.object().put("num_candidates", index.count());
    for (int i = 0; i < set.queries().size(); i++) {
      TestIndex.assertSame(
          what, exact.neighbors(i), index.search(set.queries().get(i), K, everything), TOLERANCE);
    }
  }
}
