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

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.elasticsearch.action.admin.indices.shrink.ResizeRequest;
import org.elasticsearch.action.admin.indices.shrink.ResizeType;
import org.elasticsearch.action.admin.indices.shrink.TransportResizeAction;
import org.elasticsearch.action.bulk.BulkRequestBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.xcontent.XContentType;

/** An index with vectors becomes one with a prefix, with another, and without one again. */
public class DenseVectorMigrationTests extends DenseVectorTestCase {
  private static final int DIMS = 64;
  private static final int SIZE = 1500;
  private static final String SETTING = "index.matryoshka.dense_vector.v.prefix_dims";

  private final List<float[]> vectors = new ArrayList<>();
  private final List<float[]> queries = Stream.generate(() -> vector()).limit(30).toList();

  /** Vectors with what matters in front, as those of Matryoshka models. */
  private static float[] vector() {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) random().nextGaussian() / (1 + i);
    }
    return vector;
  }

  private void indexVectors(String index, int segments) {
    for (int segment = 0; segment < segments; segment++) {
      BulkRequestBuilder bulk = client().prepareBulk();
      for (int i = 0; i < SIZE / segments; i++) {
        vectors.add(vector());
        bulk.add(
            prepareIndex(index)
                .setId(Integer.toString(vectors.size() - 1))
                .setSource(format("{\"v\": %s}", json(vectors.getLast())), XContentType.JSON));
      }
      assertFalse(bulk.get().hasFailures());
      flush(index);
    }
  }

  private void resize(ResizeType type, String source, String target, Settings.Builder settings) {
    indicesAdmin()
        .prepareUpdateSettings(source)
        .setSettings(Settings.builder().put("index.blocks.write", true))
        .get();
    ResizeRequest request =
        new ResizeRequest(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT, type, source, target);
    request.setTargetIndexSettings(
        Settings.builder()
            .put("index.number_of_replicas", 0)
            .putNull("index.blocks.write")
            .put(settings.build()));
    client().execute(TransportResizeAction.TYPE, request).actionGet();
    ensureGreen(target);
  }

  private static Settings.Builder prefix(Integer dims) {
    Settings.Builder settings = Settings.builder();
    return dims == null ? settings.putNull(SETTING) : settings.put(SETTING, dims);
  }

  /** The share of the true ten nearest that are found, with the scores of full vectors. */
  private double recall(String index, VectorSimilarityFunction similarity) {
    boolean ours = Map.of("v", DENSE_FORMAT).equals(formats(service(index)));
    int found = 0;
    for (float[] target : queries) {
      Comparator<Integer> nearness =
          Comparator.comparingDouble(i -> -similarity.compare(target, vectors.get(i)));
      List<Integer> ids = new ArrayList<>();
      for (int i = 0; i < vectors.size(); i++) {
        ids.add(i);
      }
      ids.sort(nearness);
      Map<String, Float> hits = search(index, denseKnn("v", target, 10), 10);
      assertEquals(10, hits.size());
      for (int i : ids.subList(0, 10)) {
        Float score = hits.get(Integer.toString(i));
        if (score != null) {
          found++;
          if (ours) { // the scores of Elasticsearch's own codes are not exact
            assertEquals(similarity.compare(target, vectors.get(i)), score, 0.02f * score);
          }
        }
      }
    }
    return found / (10.0 * queries.size());
  }

  private void assertWritten(String index, String format, Integer prefixDims) {
    IndexService service = service(index);
    assertEquals(1, segments(service));
    assertEquals(Map.of("v", format), formats(service));
    assertEquals(
        prefixDims == null ? Map.of() : Map.of("v", prefixDims.toString()), prefixes(service));
  }

  public void testThereAndBack() {
    for (String type : List.of("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")) {
      vectors.clear();
      String name = type + "_";
      String mapping =
          dense(
              "v",
              format(
                  """
                  "dims": 64, "element_type": "%s", "similarity": "l2_norm",
                  "index_options": {"type": "%s"}
                  """,
                  randomFrom("float", "bfloat16"), type));
      IndexService plain = createVectorIndex(name + "plain", mapping);
      indexVectors(name + "plain", randomBoolean() ? 1 : 2);
      forceMerge(name + "plain");
      String stock = formats(plain).get("v");
      assertNotEquals(DENSE_FORMAT, stock);

      String from = name + "plain";
      double least = recall(from, VectorSimilarityFunction.EUCLIDEAN) - 0.1;
      for (Integer prefixDims : new Integer[] {16, 32, null, 8}) {
        String to = name + "with_" + prefixDims;
        Map<String, String> before = formats(service(from));
        resize(ResizeType.CLONE, from, to, prefix(prefixDims));
        assertEquals("no file has changed", before, formats(service(to)));
        double unchanged = recall(to, VectorSimilarityFunction.EUCLIDEAN);
        assertTrue(to + ", not merged: " + unchanged, unchanged >= least);
        forceMerge(to);
        assertWritten(to, prefixDims == null ? stock : DENSE_FORMAT, prefixDims);
        double recall = recall(to, VectorSimilarityFunction.EUCLIDEAN);
        assertTrue(to + ": " + recall + " < " + least, recall >= least);
        from = to;
      }
    }
  }

  /** What is as it should be is not rewritten, and no more segments come of it than before. */
  public void testOnlyWhatIsOutdatedIsRewritten() {
    createVectorIndex("plain", dense("v", "\"dims\": 64"));
    indexVectors("plain", 3);
    resize(ResizeType.CLONE, "plain", "clone", prefix(16));
    IndexService clone = service("clone");
    assertEquals(3, segments(clone));
    indicesAdmin().prepareForceMerge("clone").setMaxNumSegments(5).get();
    refresh("clone");
    assertEquals(3, segments(clone));
    assertEquals(Map.of("v", DENSE_FORMAT), formats(clone));
    Set<String> files = files(clone);
    indicesAdmin().prepareForceMerge("clone").setMaxNumSegments(5).get();
    assertEquals(files, files(clone));
    forceMerge("clone");
    assertWritten("clone", DENSE_FORMAT, 16);
    files = files(clone);
    forceMerge("clone");
    assertEquals(files, files(clone));
  }

  private static Set<String> files(IndexService index) {
    return Set.copyOf(
        index.getShard(0).segments().stream().map(segment -> segment.getName()).toList());
  }

  public void testSplitAndShrink() {
    createVectorIndex("plain", dense("v", "\"dims\": 64, \"similarity\": \"l2_norm\""));
    indexVectors("plain", 2);
    resize(ResizeType.SPLIT, "plain", "split", prefix(16).put("index.number_of_shards", 2));
    forceMerge("split");
    for (int shard = 0; shard < 2; shard++) {
      assertEquals(
          Set.of("v"), service("split").getShard(shard).denseVectorStats().offHeapStats().keySet());
    }
    assertTrue(recall("split", VectorSimilarityFunction.EUCLIDEAN) > 0.9);
    resize(ResizeType.SHRINK, "split", "shrunk", prefix(null).put("index.number_of_shards", 1));
    forceMerge("shrunk");
    assertNotEquals(DENSE_FORMAT, formats(service("shrunk")).get("v"));
    assertTrue(recall("shrunk", VectorSimilarityFunction.EUCLIDEAN) > 0.9);
  }

  /** A merge on the way, of segments with a prefix and without. */
  public void testClonesGoOnBeingWritten() {
    createVectorIndex("plain", dense("v", "\"dims\": 64, \"similarity\": \"l2_norm\""));
    indexVectors("plain", 1);
    String from = "plain";
    for (Integer prefixDims : new Integer[] {16, null, 24}) {
      String to = "with_" + prefixDims;
      resize(ResizeType.CLONE, from, to, prefix(prefixDims));
      indexVectors(to, 2);
      assertEquals(3, segments(service(to)));
      assertTrue(recall(to, VectorSimilarityFunction.EUCLIDEAN) > 0.8);
      forceMerge(to);
      assertTrue(recall(to, VectorSimilarityFunction.EUCLIDEAN) > 0.9);
      from = to;
    }
  }
}
