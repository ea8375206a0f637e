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
package org.matryoshkasearch.elasticsearch.dense;

import static org.elasticsearch.core.Strings.format;
import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.search.fetch.subphase.FetchSourceContext;

/** Which format {@code dense_vector} fields have, and what does not change by it. */
public class DenseVectorIndexTests extends DenseVectorTestCase {

  public void testOneFieldWithAndOneWithout() {
    IndexService index =
        createVectorIndex("test", prefix("with", 4), dense("with") + "," + dense("without"));
    String vector = json(unitVector(DIMS));
    index("test", "1", format("{\"with\": %s, \"without\": %s}", vector, vector));
    flush("test");
    assertEquals(DENSE_FORMAT, formats(index).get("with"));
    String stock = formats(index).get("without");
    assertNotEquals(DENSE_FORMAT, stock);
    index("test", "2", format("{\"with\": %s, \"without\": %s}", vector, vector));
    flush("test");
    forceMerge("test");
    assertEquals(Map.of("with", DENSE_FORMAT, "without", stock), formats(index));
    assertEquals(2, search("test", denseKnn("with", unitVector(DIMS), 10), 10).size());
  }

  /** Dots in names, fields in objects and nested ones; all fields but those that are named. */
  public void testFieldsByPathAndWildcard() {
    Settings settings =
        Settings.builder().put(prefix("*", 4)).put(prefix("meta.vector", 6)).build();
    String mapping =
        dense("title")
            + format(", \"meta\": {\"properties\": {%s}}", dense("vector"))
            + format(
                ", \"passages\": {\"type\": \"nested\", \"properties\": {%s}}", dense("vector"));
    IndexService index = createVectorIndex("test", settings, mapping);
    String vector = json(unitVector(DIMS));
    index(
        "test",
        "1",
        format(
            "{\"title\": %s, \"meta.vector\": %s, \"passages\": [{\"vector\": %s}]}",
            vector, vector, vector));
    flush("test");
    assertEquals(Set.of("title", "meta.vector", "passages.vector"), formats(index).keySet());
    assertEquals(Set.of(DENSE_FORMAT), Set.copyOf(formats(index).values()));
    assertEquals(Map.of("title", "4", "meta.vector", "6", "passages.vector", "4"), prefixes(index));
  }

  public void testEveryGraph() {
    for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")) {
      for (String element : List.of("float", "bfloat16")) {
        String name = type + "_" + element;
        String mapping =
            dense(
                "vector",
                format(
                    """
                    "dims": 128, "element_type": "%s", "similarity": "l2_norm",
                    "index_options": {"type": "%s", "m": 4, "ef_construction": 20}
                    """,
                    element, type));
        IndexService index = createVectorIndex(name, prefix("vector", 64), mapping);
        for (int segment = 0; segment < 2; segment++) {
          for (int i = 0; i < 5; i++) {
            index(name, segment + "-" + i, "{\"vector\": " + json(unitVector(128)) + "}");
          }
          flush(name);
        }
        forceMerge(name);
        assertEquals(Map.of("vector", DENSE_FORMAT), formats(index));
        assertEquals(10, search(name, denseKnn("vector", unitVector(128), 10), 10).size());
        Map<String, Long> bytes = index.getShard(0).denseVectorStats().offHeapStats().get("vector");
        assertEquals(10L * 128 * (element.equals("float") ? 4 : 2), (long) bytes.get("vec"));
        assertEquals(type.equals("hnsw") ? null : 10L * (16 + bits(type) * 8), bytes.get("veq"));
      }
    }
  }

  /** Bits a dimension: with 64 of them, as many words. */
  private static int bits(String type) {
    return switch (type) {
      case "int8_hnsw" -> 8;
      case "int4_hnsw" -> 4;
      default -> 1;
    };
  }

  public void testDefaultIndexOptions() {
    IndexService index = createVectorIndex("test", prefix("*", 4), dense("v"));
    indexSegment("test", "v", "1");
    Map<String, Long> bytes = index.getShard(0).denseVectorStats().offHeapStats().get("v");
    assertEquals("8 bits", 16L + 4, (long) bytes.get("veq"));
  }

  /** Index options that Elasticsearch lets change hold for the segments written afterwards. */
  public void testOtherGraphLater() {
    String int8 = "\"dims\": 8, \"index_options\": {\"type\": \"int8_hnsw\"}";
    IndexService index = createVectorIndex("test", prefix("v", 4), dense("v", int8));
    indexSegment("test", "v", "1", "2", "3");
    putMapping("test", dense("v", int8.replace("int8", "int4")));
    indexSegment("test", "v", "4", "5");
    forceMerge("test");
    Map<String, Long> bytes = index.getShard(0).denseVectorStats().offHeapStats().get("v");
    assertEquals("all 4 bits", 5L * (16 + 4 * 8), (long) bytes.get("veq"));
    assertEquals(5, search("test", denseKnn("v", unitVector(DIMS), 10), 10).size());
  }

  public void testReopenedIndex() {
    createVectorIndex("test", prefix("v", 4), dense("v"));
    indexSegment("test", "v", "1", "2");
    indicesAdmin().prepareClose("test").get();
    assertRefused(
        "final",
        () -> indicesAdmin().prepareUpdateSettings("test").setSettings(prefix("v", 6)).get());
    indicesAdmin().prepareOpen("test").get();
    ensureGreen("test");
    indexSegment("test", "v", "3");
    assertEquals(Map.of("v", DENSE_FORMAT), formats(service("test")));
    delete("test", "1");
    forceMerge("test");
    Set<String> found = search("test", denseKnn("v", unitVector(DIMS), 5), 5).keySet();
    assertEquals(Set.of("2", "3"), found);
  }

  /** The field that checks mappings shows in no mapping, and in no other index at all. */
  public void testIndexLooksAsBefore() {
    IndexService with = createVectorIndex("with", prefix("v", 4), dense("v"));
    IndexService without = createVectorIndex("without", dense("v"));
    assertEquals(
        without.mapperService().documentMapper().mappingSource(),
        with.mapperService().documentMapper().mappingSource());
    String check = DenseVectorPrefixCheck.NAME;
    assertNotNull(with.mapperService().fieldType(check));
    assertNull(without.mapperService().fieldType(check));
  }

  /** Vectors come back from the index as they were sent: in a synthetic source too. */
  public void testSources() {
    for (String source : List.of("stored", "synthetic")) {
      Settings settings =
          Settings.builder().put(prefix("v", 4)).put("index.mapping.source.mode", source).build();
      createVectorIndex(source, settings, dense("v"));
      index(source, "1", "{\"v\": [1.0, 2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0]}");
      flush(source);
      SearchSourceBuilder search =
          new SearchSourceBuilder().fetchSource(FetchSourceContext.of(true, false, null, null));
      assertResponse(
          client().prepareSearch(source).setSource(search),
          response ->
              assertEquals(
                  "[1.0, 2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0]",
                  response.getHits().getAt(0).getSourceAsMap().get("v").toString()));
    }
  }
}
