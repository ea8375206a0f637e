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
package org.matryoshkasearch.elasticsearch.mapper;

import java.util.Set;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.support.XContentMapValues;
import org.elasticsearch.index.IndexMode;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.indices.IndicesService;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** The defaults of every {@code index.mode} are those of {@code dense_vector}. */
public class IndexModesTests extends VectorIndexTestCase {
  public void testDefaults() {
    for (IndexMode mode : IndexMode.values()) {
      String index = mode.getName();
      createVectorIndex(index, settings(mode), properties(mode, ""));
      for (String parameter : Set.of("index", "element_type")) {
        Object ofDense = parameter(index, "dense", parameter);
        Object ofOurs = parameter(index, "ours", parameter);
        Object standard = parameter.equals("index") ? true : "float";
        assertEquals(
            index + " " + parameter,
            ofDense == null ? standard : ofDense,
            ofOurs == null ? standard : ofOurs);
      }
    }
  }

  /** What a mapping says is so in every mode. */
  public void testWhatIsSaid() {
    for (IndexMode mode : IndexMode.values()) {
      String index = mode.getName();
      String said = ", \"index\": true, \"element_type\": \"float\"";
      createVectorIndex(index, settings(mode), properties(mode, said));
      VectorOptions options =
          ((MatryoshkaVectorFieldType) mapperService(index).fieldType("ours")).options();
      assertTrue(index, options.index());
      assertEquals(index, ElementType.FLOAT, options.elementType());
    }
  }

  private static Settings settings(IndexMode mode) {
    Settings.Builder settings = Settings.builder().put("index.mode", mode.getName());
    if (mode == IndexMode.TIME_SERIES) {
      settings
          .put("index.time_series.start_time", "2025-01-01T00:00:00Z")
          .put("index.time_series.end_time", "2027-01-01T00:00:00Z")
          .putList("index.routing_path", "host");
    }
    return settings.build();
  }

  private static String properties(IndexMode mode, String more) {
    String dimension = mode == IndexMode.TIME_SERIES ? ", \"time_series_dimension\": true" : "";
    return "\"@timestamp\": {\"type\": \"date\"}, \"host\": {\"type\": \"keyword\""
        + dimension
        + "}, \"ours\": {\"type\": \"matryoshka_vector\", \"dims\": 64"
        + more
        + "}, \"dense\": {\"type\": \"dense_vector\", \"dims\": 64"
        + more
        + "}";
  }

  private Object parameter(String index, String field, String name) {
    return XContentMapValues.extractValue(
        "properties." + field + "." + name,
        indicesAdmin()
            .prepareGetMappings(TEST_REQUEST_TIMEOUT, index)
            .get()
            .mappings()
            .get(index)
            .sourceAsMap());
  }

  private MapperService mapperService(String index) {
    return getInstanceFromNode(IndicesService.class)
        .indexServiceSafe(resolveIndex(index))
        .mapperService();
  }
}
