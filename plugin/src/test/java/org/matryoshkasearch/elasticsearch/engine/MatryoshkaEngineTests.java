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
package org.matryoshkasearch.elasticsearch.engine;

import static org.elasticsearch.core.Strings.format;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.instanceOf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.elasticsearch.action.bulk.BulkRequestBuilder;
import org.elasticsearch.common.lucene.Lucene;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.engine.InternalEngine;
import org.elasticsearch.index.shard.DenseVectorStats;
import org.elasticsearch.index.shard.IndexShard;
import org.elasticsearch.index.store.LuceneFilesExtensions;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.internal.graph.BuildMemory;

/** Which fields the engine of a real shard writes in our format. */
public class MatryoshkaEngineTests extends VectorIndexTestCase {
  private static final int DIMS = 8;
  private static final String OURS = matryoshka("ours", DIMS, "");
  private static final String DENSE =
      """
      "dense": {"type": "dense_vector", "dims": 8, "index_options": {"type": "hnsw"}},
      "title": {"type": "keyword"}
      """;

  /** Knows the setting of an index that has an engine of another kind. */
  public static final class FollowerSettingPlugin extends Plugin {
    @Override
    public List<Setting<?>> getSettings() {
      return List.of(
          Setting.boolSetting(
              "index.xpack.ccr.following_index", false, Setting.Property.IndexScope));
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class, FollowerSettingPlugin.class);
  }

  private void indexSegment(String index, String... ids) {
    for (String id : ids) {
      String vector = json(unitVector(DIMS));
      index(
          index,
          id,
          format("{\"title\": \"%s\", \"ours\": %s, \"dense\": %s}", id, vector, vector));
    }
    flush(index);
  }

  public void testOurFormatForOurFieldsOnly() {
    IndexService index = createVectorIndex("test", OURS + "," + DENSE);
    indexSegment("test", "1", "2");
    indexSegment("test", "3");
    indexSegment("test", "4", "5");
    assertEquals(3, segments(index));
    assertEquals(FORMAT, formats(index).get("ours"));
    String dense = formats(index).get("dense");
    assertNotEquals(FORMAT, dense);

    delete("test", "3");
    forceMerge("test");
    assertEquals(1, segments(index));
    assertEquals(Map.of("ours", FORMAT, "dense", dense), formats(index));
    assertEquals(4, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
  }

  public void testReopenedIndex() {
    createVectorIndex("test", OURS);
    indexSegment("test", "1", "2");
    indicesAdmin().prepareClose("test").get();
    indicesAdmin().prepareOpen("test").get();
    ensureGreen("test");
    indexSegment("test", "3");
    IndexService index = service("test");
    assertEquals(Map.of("ours", FORMAT), formats(index));
    assertEquals(3, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
  }

  public void testWithoutOurEngineTheFieldWorksInTheStockFormat() {
    IndexService index =
        createVectorIndex(
            "test",
            Settings.builder().put("index.xpack.ccr.following_index", true).build(),
            matryoshka("ours", DIMS, "\"prefix_dims\": 4"));
    indexSegment("test", "1", "2");
    indexSegment("test", "3");
    assertNotEquals(FORMAT, formats(index).get("ours"));
    assertEquals(3, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
    assertEquals(3, search("test", knn("ours", unitVector(5), 10), 10).size());
    forceMerge("test");
    assertEquals(3, search("test", knn("ours", unitVector(5), 10), 10).size());
  }

  public void testWithoutOurEngineDenseVectorsHaveNoPrefix() {
    IndexService index =
        createVectorIndex(
            "test",
            Settings.builder()
                .put("index.xpack.ccr.following_index", true)
                .put("index.matryoshka.dense_vector.dense.prefix_dims", 4)
                .build(),
            DENSE);
    IndexService plain = createVectorIndex("plain", DENSE);
    for (String name : List.of("test", "plain")) {
      index(name, "1", "{\"dense\": " + json(unitVector(DIMS)) + "}");
      flush(name);
    }
    assertEquals(formats(plain), formats(index));
  }

  public void testFieldAddedLater() {
    IndexService index = createVectorIndex("test", DENSE);
    String vector = json(unitVector(DIMS));
    index("test", "1", "{\"dense\": " + vector + "}");
    flush("test");
    assertNull(formats(index).get("ours"));

    indicesAdmin()
        .preparePutMapping("test")
        .setSource("{\"properties\": {" + OURS + "}}", XContentType.JSON)
        .get();
    index("test", "2", "{\"ours\": " + vector + "}");
    flush("test");
    assertEquals(FORMAT, formats(index).get("ours"));
    forceMerge("test");
    assertEquals(FORMAT, formats(index).get("ours"));
    assertEquals(Set.of("2"), search("test", knn("ours", unitVector(DIMS), 10), 10).keySet());
  }

  public void testEveryOptionIsWritten() {
    for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")) {
      for (String element : List.of("float", "bfloat16")) {
        String name = type + "_" + element;
        IndexService index =
            createVectorIndex(
                name,
                matryoshka(
                    "ours",
                    DIMS,
                    format(
                        """
                    "prefix_dims": 5, "element_type": "%s",
                    "index_options": {"type": "%s", "m": 4, "ef_construction": 20}
                    """,
                        element, type)));
        indexSegment(name, "1", "2");
        indexSegment(name, "3");
        forceMerge(name);
        assertEquals(FORMAT, formats(index).get("ours"));
        assertEquals(3, search(name, knn("ours", unitVector(DIMS), 10), 10).size());
      }
    }
  }

  public void testIndexSorting() {
    IndexService index =
        createVectorIndex(
            "test",
            Settings.builder().put("index.sort.field", "title").build(),
            OURS + "," + DENSE);
    indexSegment("test", "5", "3");
    indexSegment("test", "4", "1", "2");
    float[] target = unitVector(DIMS);
    Map<String, Float> before = search("test", knn("ours", target, 10), 10);
    assertEquals(5, before.size());
    forceMerge("test");
    assertEquals(FORMAT, formats(index).get("ours"));
    assertEquals(before, search("test", knn("ours", target, 10), 10));
  }

  public void testFilesHaveExtensionsThatElasticsearchKnows() throws IOException {
    IndexService index =
        createVectorIndex(
            "test", Settings.builder().put("index.compound_format", false).build(), OURS);
    indexSegment("test", "1", "2");
    indexSegment("test", "3");
    forceMerge("test");
    Set<String> ours = new TreeSet<>();
    for (String file : index.getShard(0).store().directory().listAll()) {
      if (file.contains(FORMAT)) {
        String extension = IndexFileNames.getExtension(file);
        assertNotNull(file, LuceneFilesExtensions.fromExtension(extension));
        ours.add(extension);
      }
    }
    assertEquals(Set.of("dvd", "dvm", "vem", "vemq", "veq", "vex"), ours);
  }

  public void testEngineIsElasticsearchsOwn() {
    IndexShard shard = createVectorIndex("test", OURS).getShard(0);
    shard.withEngine(
        engine -> {
          assertThat(engine, instanceOf(InternalEngine.class));
          assertTrue("set when the shard has recovered", engine.config().isEnableGcDeletes());
          return null;
        });
  }

  public void testMergesAreEstimatedWithTheirGraphs() {
    IndexService index = createVectorIndex("test", OURS);
    indexSegment("test", "1", "2");
    indexSegment("test", "3", "4", "5");
    index
        .getShard(0)
        .withEngine(
            engine -> {
              try (Engine.Searcher searcher = engine.acquireSearcher("test")) {
                List<SegmentCommitInfo> segments = new ArrayList<>();
                for (LeafReaderContext leaf : searcher.getLeafContexts()) {
                  segments.add(Lucene.segmentReader(leaf.reader()).getSegmentInfo());
                }
                assertEquals(2, segments.size());
                MergePolicy.OneMerge merge = new MergePolicy.OneMerge(segments);
                long bytes = ((MatryoshkaEngine) engine).estimateMergeBytes(merge);
                assertThat(
                    bytes, greaterThanOrEqualTo(MatryoshkaHnswVectorsFormat.graphBuildBytes(5)));
              }
              return null;
            });
  }

  /**
   * What had to be written without a graph gets it from a forced merge, though there is no other.
   */
  public void testForcedMergeMakesMissingGraphs() {
    IndexService index =
        createVectorIndex(
            "test",
            Settings.builder().put("index.matryoshka.dense_vector.dense.prefix_dims", 4).build(),
            OURS + "," + DENSE);
    try (BuildMemory.Share all =
        BuildMemory.OF_HEAP.take(BuildMemory.OF_HEAP.free(), BuildMemory.OF_HEAP.free())) {
      assertNotNull(all);
      BulkRequestBuilder bulk = client().prepareBulk();
      for (int i = 0; i < 1000; i++) {
        String vector = json(unitVector(DIMS));
        String json = format("{\"ours\": %s, \"dense\": %s}", vector, vector);
        bulk.add(prepareIndex("test").setSource(json, XContentType.JSON));
      }
      assertFalse(bulk.get().hasFailures());
      forceMerge("test");
      assertEquals(Map.of("ours", 0L, "dense", 0L), linkBytes(index));
    }
    forceMerge("test");
    assertEquals(1, segments(index));
    linkBytes(index).forEach((field, bytes) -> assertThat(field, bytes, greaterThan(0L)));
  }

  private static Map<String, Long> linkBytes(IndexService index) {
    Map<String, Long> bytes = new HashMap<>();
    index
        .getShard(0)
        .denseVectorStats()
        .offHeapStats()
        .forEach((field, sizes) -> bytes.put(field, sizes.getOrDefault("vex", 0L)));
    return bytes;
  }

  public void testStatisticsCountOurVectors() {
    IndexService index = createVectorIndex("test", OURS + "," + DENSE);
    assertEquals(0, index.getShard(0).denseVectorStats().getValueCount());
    indexSegment("test", "1", "2");
    indexSegment("test", "3");
    DenseVectorStats stats = index.getShard(0).denseVectorStats();
    assertEquals("three of each field", 6, stats.getValueCount());
    assertEquals(Set.of("ours", "dense"), stats.offHeapStats().keySet());
    Map<String, Long> ours = stats.offHeapStats().get("ours");
    assertEquals(3L * DIMS * Float.BYTES, (long) ours.get("vec"));
    assertThat(ours.get("veq"), greaterThan(0L));
    forceMerge("test");
    assertEquals(6, index.getShard(0).denseVectorStats().getValueCount());
  }
}
