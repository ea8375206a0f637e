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
package org.matryoshkasearch.elasticsearch;

import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.elasticsearch.action.support.WriteRequest.RefreshPolicy;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.indices.IndicesService;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.test.ESSingleNodeTestCase;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.query.MatryoshkaKnnQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.Prefilters;
import org.matryoshkasearch.elasticsearch.query.QueryVector;
import org.matryoshkasearch.elasticsearch.query.SearchSize;

/** Indices with vectors on a node, in the JVM of the test. */
public abstract class VectorIndexTestCase extends ESSingleNodeTestCase {
  protected static final String FORMAT = "MatryoshkaHnsw";

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class);
  }

  /** An index of one shard that merges only when it is told to. */
  protected IndexService createVectorIndex(String index, String properties) {
    return createVectorIndex(index, Settings.EMPTY, properties);
  }

  protected IndexService createVectorIndex(String index, Settings settings, String properties) {
    return createIndex(
        index,
        indicesAdmin()
            .prepareCreate(index)
            .setSettings(
                Settings.builder()
                    .put("index.number_of_shards", 1)
                    .put("index.merge.policy.max_merge_at_once", 1000)
                    .put("index.merge.policy.segments_per_tier", 1000)
                    .put("index.refresh_interval", -1)
                    .put(settings))
            .setMapping("{\"properties\": {" + properties + "}}"));
  }

  /** An index that is there. */
  protected IndexService service(String index) {
    return getInstanceFromNode(IndicesService.class).indexServiceSafe(resolveIndex(index));
  }

  /** What the first shard of an index is kept by. */
  protected static Class<? extends Engine> engineOf(IndexService index) {
    return index.getShard(0).withEngine(Engine::getClass);
  }

  /** A field of our type. */
  protected static String matryoshka(String name, int dims, String more) {
    return "\""
        + name
        + "\": {\"type\": \"matryoshka_vector\", \"dims\": "
        + dims
        + (more.isEmpty() ? "" : ", ")
        + more
        + "}";
  }

  protected void index(String index, String id, String json) {
    prepareIndex(index).setId(id).setSource(json, XContentType.JSON).get();
  }

  /** Ends the segment. */
  protected void flush(String index) {
    indicesAdmin().prepareFlush(index).setForce(true).get();
    refresh(index);
  }

  protected void refresh(String index) {
    indicesAdmin().prepareRefresh(index).get();
  }

  protected void delete(String index, String id) {
    client().prepareDelete(index, id).setRefreshPolicy(RefreshPolicy.IMMEDIATE).get();
  }

  protected void forceMerge(String index) {
    indicesAdmin().prepareForceMerge(index).setMaxNumSegments(1).setFlush(true).get();
    refresh(index);
  }

  /** Ids of the hits in their order, with their scores. */
  protected Map<String, Float> search(String index, QueryBuilder query, int size) {
    Map<String, Float> hits = new LinkedHashMap<>();
    assertResponse(
        client().prepareSearch(index).setQuery(query).setSize(size),
        response -> {
          for (SearchHit hit : response.getHits().getHits()) {
            hits.put(hit.getId(), hit.getScore());
          }
        });
    return hits;
  }

  protected static MatryoshkaKnnQueryBuilder knn(String field, float[] target, int k) {
    return knn(field, target, k, null);
  }

  protected static MatryoshkaKnnQueryBuilder knn(
      String field, float[] target, int k, Integer candidates, QueryBuilder... filters) {
    return new MatryoshkaKnnQueryBuilder(
        field,
        QueryVector.of(target),
        new SearchSize(k, candidates, null),
        List.of(),
        Prefilters.of(filters),
        null);
  }

  /** The vectors format of each vector field, over all segments; several are joined. */
  protected static Map<String, String> formats(IndexService service) {
    Map<String, String> formats = new TreeMap<>();
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      for (LeafReaderContext leaf : searcher.getLeafContexts()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          if (field.hasVectorValues()) {
            formats.merge(
                field.name,
                field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY),
                (one, other) -> one.equals(other) ? one : one + "," + other);
          }
        }
      }
    }
    return formats;
  }

  protected static int segments(IndexService service) {
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      return searcher.getLeafContexts().size();
    }
  }

  /** Random vectors of unit length. */
  protected static float[] unitVector(int dims) {
    float[] vector = new float[dims];
    double squared = 0;
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random().nextGaussian();
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squared));
    }
    return vector;
  }

  protected static String json(float[] vector) {
    return Arrays.toString(vector);
  }
}
