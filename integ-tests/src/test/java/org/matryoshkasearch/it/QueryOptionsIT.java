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
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.ExactSearch.Neighbor;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** Filters, nested documents, funnels, a minimum similarity, and the query among others. */
public class QueryOptionsIT extends NodeTestCase {

  private static final int DIMS = 128;
  private static final int K = 10;
  private static final double TOLERANCE = 1e-5;

  private static TestSets.Split set;
  private static TestIndex index;

  @BeforeClass
  public static void createIndex() throws Exception {
    set = TestSets.generated(1200, DIMS);
    index = create("query_options", field(DIMS, "cosine").put("prefix_dims", 32));
    index.addInSegments(set.documents(), 3);
  }

  @Test
  public void testFilter() throws Exception {
    ObjectNode options = everything();
    options.putObject("filter").putObject("term").put("lang", "en");
    assertFiltered(options, row -> TestIndex.language(row).equals("en"));
  }

  @Test
  public void testManyFilters() throws Exception {
    ObjectNode options = everything();
    var filters = options.putArray("filter");
    filters.addObject().putObject("term").put("lang", "en");
    filters.addObject().putObject("range").putObject("n").put("lt", 300);
    assertFiltered(options, row -> TestIndex.language(row).equals("en") && row < 300);
  }

  @Test
  public void testFilterOfFewDocuments() throws Exception {
    ObjectNode options = Json.object();
    options.putObject("filter").putObject("range").putObject("n").put("lt", 15);
    assertFiltered(options, row -> row < 15);
    options = Json.object();
    options.putObject("filter").putObject("term").put("lang", "none");
    assertEquals(List.of(), index.search(set.queries().get(0), K, options));
  }

  private interface RowFilter {
    boolean matches(long row);
  }

  private static void assertFiltered(ObjectNode options, RowFilter filter) throws Exception {
    ExactSearch exact = new ExactSearch(Similarity.COSINE, K, set.queries());
    exact.add(set.documents().stream().filter(row -> filter.matches(row.row())).toList());
    for (int i = 0; i < set.queries().size(); i++) {
      List<Neighbor> hits = index.search(set.queries().get(i), K, options);
      hits.forEach(hit -> assertTrue("row " + hit.row(), filter.matches(hit.row())));
      TestIndex.assertSame("filtered", exact.neighbors(i), hits, TOLERANCE);
    }
  }

  @Test
  public void testMinimumSimilarity() throws Exception {
    for (float[] query : set.queries()) {
      List<Neighbor> all = index.search(query, K, everything());
      double middle = (all.get(4).score() + all.get(5).score()) / 2;
      ObjectNode options = everything().put("similarity", 2 * middle - 1); // a cosine, no score
      TestIndex.assertSame(
          "similar", all.subList(0, 5), index.search(query, K, options), TOLERANCE);
      assertEquals(List.of(), index.search(query, K, everything().put("similarity", 1.0)));
    }
  }

  @Test
  public void testFunnel() throws Exception {
    List<float[]> queries = set.queries();
    double whole = index.recall(queries, K, Json.object().put("num_candidates", 200));
    ObjectNode options = Json.object().put("num_candidates", 200);
    var funnel = options.putArray("funnel");
    funnel.addObject().put("dims", 64).put("keep", 60);
    funnel.addObject().put("dims", 96).put("keep", 30);
    double funnelled = index.recall(queries, K, options);
    assertTrue(funnelled + " of " + whole, funnelled >= whole - 0.02);
  }

  @Test
  public void testAmongOtherQueries() throws Exception {
    float[] vector = set.queries().get(0);
    List<Neighbor> plain = index.search(vector, K, everything());
    ObjectNode query = Json.object();
    ObjectNode bool = query.putObject("bool");
    ObjectNode boosted = everything().put("boost", 2).put("_name", "nearest");
    bool.putArray("must").add(TestIndex.query(vector, K, boosted));
    bool.putArray("filter").addObject().putObject("term").put("lang", "en");
    List<Neighbor> hits = index.search(query, K, "");
    List<Neighbor> expected =
        plain.stream().filter(hit -> TestIndex.language(hit.row()).equals("en")).toList();
    assertEquals("filtered after the search", expected.size(), hits.size());
    for (int i = 0; i < hits.size(); i++) {
      assertEquals(expected.get(i).row(), hits.get(i).row());
      assertEquals(2 * expected.get(i).score(), hits.get(i).score(), 1e-4);
    }
  }

  /** {@code k} is what the query finds; {@code size} is how many of those are returned. */
  @Test
  public void testSizeAndDefaultOfK() throws Exception {
    float[] vector = set.queries().get(0);
    assertEquals(3, index.search(TestIndex.query(vector, K, Json.object()), 3, "").size());
    assertEquals(3, index.search(TestIndex.query(vector, 3, Json.object()), K, "").size());
    ObjectNode withoutK = TestIndex.query(vector, K, Json.object());
    ((ObjectNode) withoutK.path("matryoshka_knn")).remove("k");
    assertEquals(7, index.search(withoutK, 7, "").size());
  }

  /** Each parent counts once, by its best child. */
  @Test
  public void testNested() throws Exception {
    createNested();
    Map<Long, List<VectorRow>> children = new TreeMap<>();
    set.documents()
        .forEach(r -> children.computeIfAbsent(r.row() / 10, p -> new ArrayList<>()).add(r));
    BulkBody bulk = new BulkBody();
    for (Map.Entry<Long, List<VectorRow>> parent : children.entrySet()) {
      ObjectNode document = Json.object().put("lang", TestIndex.language(parent.getKey()));
      var passages = document.putArray("passages");
      for (VectorRow row : parent.getValue()) {
        passages.addObject().set(TestIndex.FIELD, Json.array(row.vector()));
      }
      bulk.index(String.valueOf(parent.getKey()), document);
    }
    assertFalse(
        client().post("/nested/_bulk?refresh=true", bulk.bytes()).path("errors").asBoolean());

    for (float[] query : set.queries()) {
      List<Neighbor> expected =
          children.entrySet().stream()
              .filter(parent -> TestIndex.language(parent.getKey()).equals("en"))
              .map(parent -> new Neighbor(parent.getKey(), best(query, parent.getValue())))
              .sorted()
              .limit(5)
              .toList();
      TestIndex.assertSame("nested", expected, searchNested(query), TOLERANCE);
    }
  }

  private static void createNested() throws Exception {
    ObjectNode body = Json.object();
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.putObject("lang").put("type", "keyword");
    properties
        .putObject("passages")
        .put("type", "nested")
        .putObject("properties")
        .set(TestIndex.FIELD, field(DIMS, "cosine").put("prefix_dims", 32));
    client().put("/nested", body);
  }

  private static double best(float[] query, List<VectorRow> children) {
    return children.stream()
        .mapToDouble(row -> Similarity.COSINE.score(query, row.vector()))
        .max()
        .orElseThrow();
  }

  private static List<Neighbor> searchNested(float[] vector) throws Exception {
    ObjectNode options = everything();
    options.put("field", "passages." + TestIndex.FIELD);
    options.putObject("filter").putObject("term").put("lang", "en");
    ObjectNode body = Json.object().put("size", 5).put("_source", false);
    ObjectNode nested = body.putObject("query").putObject("nested");
    nested.put("path", "passages").put("score_mode", "max");
    nested.set("query", TestIndex.query(vector, 5, options));
    nested.putObject("inner_hits").put("size", 1).put("_source", false);
    List<Neighbor> hits = new ArrayList<>();
    for (JsonNode hit : client().post("/nested/_search", body).at("/hits/hits")) {
      hits.add(new Neighbor(hit.path("_id").asLong(), hit.path("_score").asDouble()));
      double inner = hit.at("/inner_hits/passages/hits/max_score").asDouble();
      assertEquals("best passage", hit.path("_score").asDouble(), inner, 1e-5);
    }
    return hits;
  }

  private static ObjectNode everything() {
    return Json.object().put("num_candidates", 2000);
  }
}
