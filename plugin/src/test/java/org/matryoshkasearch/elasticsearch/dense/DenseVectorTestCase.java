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
import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.admin.indices.template.put.TransportPutComposableIndexTemplateAction;
import org.elasticsearch.cluster.metadata.ComposableIndexTemplate;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.indices.IndicesService;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** Indices whose {@code dense_vector} fields have a prefix by their settings. */
abstract class DenseVectorTestCase extends VectorIndexTestCase {
  static final int DIMS = 8;
  static final String DENSE_FORMAT = "MatryoshkaDenseVector";

  static Settings prefix(String field, int dims) {
    return Settings.builder()
        .put("index.matryoshka.dense_vector." + field + ".prefix_dims", dims)
        .build();
  }

  /** A field of Elasticsearch's type; {@code more} may be empty. */
  static String dense(String name, String more) {
    return format(
        "\"%s\": {\"type\": \"dense_vector\"%s%s}", name, more.isEmpty() ? "" : ", ", more);
  }

  static String dense(String name) {
    return dense(name, "\"dims\": " + DIMS);
  }

  void indexSegment(String index, String field, String... ids) {
    for (String id : ids) {
      index(index, id, format("{\"%s\": %s}", field, json(unitVector(DIMS))));
    }
    flush(index);
  }

  static QueryBuilder denseKnn(String field, float[] target, int k) {
    return new KnnVectorQueryBuilder(field, target, k, 2 * k, null, null, null);
  }

  /** The prefix of each field that has one, as the segments tell. */
  static Map<String, String> prefixes(IndexService service) {
    Map<String, String> prefixes = new TreeMap<>();
    try (Engine.Searcher searcher = service.getShard(0).acquireSearcher("test")) {
      for (LeafReaderContext leaf : searcher.getLeafContexts()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          String dims = field.getAttribute(MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE);
          String format = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
          if (DENSE_FORMAT.equals(format)) { // a merge into another format keeps attributes
            prefixes.put(field.name, dims);
          }
        }
      }
    }
    return prefixes;
  }

  void putMapping(String index, String properties) {
    indicesAdmin()
        .preparePutMapping(index)
        .setSource("{\"properties\": {" + properties + "}}", XContentType.JSON)
        .get();
  }

  void putTemplate(String json) {
    try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
      client()
          .execute(
              TransportPutComposableIndexTemplateAction.TYPE,
              new TransportPutComposableIndexTemplateAction.Request("template")
                  .indexTemplate(ComposableIndexTemplate.parse(parser)))
          .actionGet();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Fails unless the index is refused, and does not exist afterwards. */
  void assertRefused(Settings settings, String properties, String reason) {
    assertRefused(reason, () -> createVectorIndex("refused", settings, properties));
    IndicesService indices = getInstanceFromNode(IndicesService.class);
    for (IndexService index : indices) {
      assertNotEquals("refused", index.index().getName());
    }
  }

  static void assertRefused(String reason, ThrowingRunnable request) {
    Exception e = expectThrows(Exception.class, request);
    assertEquals(e.toString(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    assertThat(ExceptionsHelper.stackTrace(e), containsString(reason));
  }
}
