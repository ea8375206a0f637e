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

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.query.QueryBuilders;

/** Settings that cannot apply are refused, when the index or the field is made. */
public class DenseVectorRefusalTests extends DenseVectorTestCase {

  public void testRefusedMappings() {
    assertRefused(
        prefix("v", 4),
        dense("v", "\"element_type\": \"byte\", \"dims\": 8"),
        """
        setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
        [element_type] must be one of [float, bfloat16] but is [byte]""");
    assertRefused(
        prefix("v", 4),
        dense("v", "\"element_type\": \"bit\", \"dims\": 64"),
        """
        setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
        [element_type] must be one of [float, bfloat16] but is [bit]""");
    assertRefused(
        prefix("v", 4),
        dense("v", "\"index\": false"),
        """
        setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
        [index] must be [true] but is [false]""");
    assertRefused(
        prefix("v", 9),
        dense("v"),
        """
        setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
        prefix_dims [9] must be at most dims [8]""");
    assertRefused(
        prefix("v", 4),
        "\"v\": {\"type\": \"keyword\"}",
        """
        setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
        its type must be [dense_vector] but is [keyword]""");
    for (String type : List.of("flat", "int8_flat", "int4_flat", "bbq_flat", "bbq_disk")) {
      String options = "\"dims\": 64, \"index_options\": {\"type\": \"" + type + "\"}";
      assertRefused(
          prefix("v", 4),
          dense("v", options),
          """
          setting [index.matryoshka.dense_vector.v.prefix_dims] cannot apply to field [v]: \
          [index_options.type] must be one of [hnsw, int8_hnsw, int4_hnsw, bbq_hnsw] but is [\
          """
              + type
              + "]");
    }
    String nested = format("\"a\": {\"type\": \"nested\", \"properties\": {%s}}", dense("v"));
    assertRefused(prefix("a.v", 9), nested, "cannot apply to field [a.v]");
    assertRefused(
        prefix("v", 4),
        dense("v", "\"dims\": 8, \"index_options\": {\"type\": \"hnsw\", \"m\": 513}"),
        "[index_options.m] must be between [1] and [512] but is [513]");
    assertRefused(
        prefix("v", 4),
        dense(
            "v", "\"dims\": 8, \"index_options\": {\"type\": \"hnsw\", \"ef_construction\": 3201}"),
        "[index_options.ef_construction] must be between [1] and [3200] but is [3201]");
  }

  public void testNamesOfOtherThings() {
    String inObject = format("\"a\": {\"properties\": {%s}}", dense("v"));
    String inNested = format("\"a\": {\"type\": \"nested\", \"properties\": {%s}}", dense("v"));
    String alias = dense("v") + ", \"a\": {\"type\": \"alias\", \"path\": \"v\"}";
    String multiField =
        "\"a\": {\"type\": \"text\", \"fields\": {\"raw\": {\"type\": \"keyword\"}}}";
    String passThrough =
        format(
            "\"a\": {\"type\": \"passthrough\", \"priority\": 1, \"properties\": {%s}}",
            dense("v"));
    assertRefused(prefix("a", 4), inObject, "must be [dense_vector] but is [object]");
    assertRefused(prefix("a", 4), inNested, "must be [dense_vector] but is [object]");
    assertRefused(prefix("a", 4), alias, "must be [dense_vector] but is [alias]");
    assertRefused(prefix("a.raw", 4), multiField, "must be [dense_vector] but is [keyword]");
    assertRefused(
        prefix("v", 4), passThrough, "must be [dense_vector] but is [another name of a.v]");
    assertRefused(prefix("_id", 4), dense("v"), "must be [dense_vector] but is [_id]");
    assertRefused(
        "must be [dense_vector] but is [runtime field]",
        () ->
            indicesAdmin()
                .prepareCreate("refused")
                .setSettings(prefix("r", 4))
                .setMapping("{\"runtime\": {\"r\": {\"type\": \"keyword\"}}}")
                .get());
    createVectorIndex("test", prefix("a", 4), dense("v"));
    assertRefused("must be [dense_vector] but is [object]", () -> putMapping("test", inObject));
    assertRefused(
        "must be [dense_vector] but is [object]", () -> index("test", "1", "{\"a\": {\"b\": 1}}"));
  }

  /** What cannot have a prefix is as it would be without the setting. */
  public void testAllLeavesAloneWhatCannotHaveOne() {
    String bytes = dense("bytes", "\"element_type\": \"byte\"");
    String bits = dense("bits", "\"element_type\": \"bit\"");
    String stored = dense("stored", "\"index\": false");
    String flat = dense("flat", "\"index_options\": {\"type\": \"int8_flat\"}");
    String longEnough = dense("long", "");
    String tooShort = dense("short", "\"index_options\": {\"type\": \"hnsw\"}");
    IndexService index =
        createVectorIndex(
            "test",
            prefix("*", DIMS),
            String.join(", ", bytes, bits, stored, flat, longEnough, tooShort));
    index(
        "test",
        "1",
        format(
            "{\"bytes\": [1, 2], \"bits\": [1, 2], \"stored\": [1, 2], \"flat\": %s, \"long\": %s,"
                + " \"short\": [1, 2], \"dynamic\": %s}",
            json(unitVector(DIMS)), json(unitVector(DIMS)), json(unitVector(128))));
    flush("test");
    Map<String, String> formats = formats(index);
    for (String field : Set.of("bytes", "bits", "flat", "short")) {
      assertNotEquals(field, DENSE_FORMAT, formats.get(field));
    }
    assertEquals(DENSE_FORMAT, formats.get("long"));
    assertEquals(DENSE_FORMAT, formats.get("dynamic"));
    assertEquals(Set.of("1"), search("test", denseKnn("short", new float[] {1, 2}, 5), 5).keySet());
  }

  /** An array of 128 numbers or more makes a {@code dense_vector}, whose document is not lost. */
  public void testDynamicFieldsShorterThanThePrefixOfAll() {
    IndexService index = createVectorIndex("test", prefix("*", 256), dense("v", ""));
    index("test", "1", format("{\"new\": %s}", json(unitVector(randomIntBetween(128, 255)))));
    flush("test");
    assertNotEquals(DENSE_FORMAT, formats(index).get("new"));
    assertEquals(1, search("test", QueryBuilders.existsQuery("new"), 5).size());
  }

  public void testNullTakesBack() {
    Settings none =
        Settings.builder().putNull("index.matryoshka.dense_vector.v.prefix_dims").build();
    IndexService index = createVectorIndex("test", none, dense("v"));
    indexSegment("test", "v", "1");
    assertNotEquals(DENSE_FORMAT, formats(index).get("v"));

    String template =
        """
        {"index_patterns": ["logs-*"], "template": {
          "settings": {"index": {"matryoshka": {"dense_vector": {"v": {"prefix_dims": 4}, \
        "w": {"prefix_dims": null}}}}},
          "mappings": {"properties": {%s}}}}
        """;
    putTemplate(format(template, dense("v")));
    assertRefused(
        "must be at most dims [2]", () -> createVectorIndex("logs-2", dense("v", "\"dims\": 2")));
    createVectorIndex("logs-1", none, dense("v", "\"dims\": 2"));
    assertRefused(
        "cannot be modified on an index once it is created",
        () -> indicesAdmin().prepareUpdateSettings("logs-1").setSettings(none).get());
  }

  public void testRefusedSettings() {
    for (int dims : new int[] {0, -1, 4097}) {
      assertRefused(prefix("v", dims), dense("v"), "[index.matryoshka.dense_vector.v.prefix_dims]");
    }
    assertRefused(prefix("v*", 4), dense("v"), "must name one field, or [*] for all");
    createVectorIndex("test", prefix("v", 4), dense("v"));
    assertRefused(
        "cannot be modified on an index once it is created",
        () -> indicesAdmin().prepareUpdateSettings("test").setSettings(prefix("v", 6)).get());
  }

  /** Fields may come later than their settings; then they are checked. */
  public void testFieldAddedLater() {
    IndexService index =
        createVectorIndex("test", prefix("v", 9), "\"title\": {\"type\": \"keyword\"}");
    assertRefused("must be at most dims [8]", () -> putMapping("test", dense("v")));
    putMapping("test", dense("v", "\"dims\": 10"));
    index("test", "1", "{\"v\": " + json(unitVector(10)) + "}");
    flush("test");
    assertEquals(Map.of("v", DENSE_FORMAT), formats(index));
  }

  /** Where the first document says how many dimensions there are, it is refused if too few. */
  public void testDimsOfTheFirstDocument() {
    IndexService index = createVectorIndex("test", prefix("v", 5), dense("v", ""));
    String tooShort = json(unitVector(4));
    assertRefused(
        "prefix_dims [5] must be at most dims [4]",
        () -> index("test", "1", "{\"v\": " + tooShort + "}"));
    index("test", "2", "{\"v\": " + json(unitVector(DIMS)) + "}");
    flush("test");
    assertEquals(Map.of("v", DENSE_FORMAT), formats(index));
    assertEquals(Set.of("2"), search("test", denseKnn("v", unitVector(DIMS), 5), 5).keySet());
  }

  public void testTemplate() {
    String template =
        """
        {"index_patterns": ["logs-*"], "template": {
          "settings": {"index": {"matryoshka": {"dense_vector": {"*": {"prefix_dims": %d}}}}},
          "mappings": {"properties": {%s}}}}
        """;
    String named = template.replace("\"*\"", "\"v\"");
    assertRefused("must be at most dims [8]", () -> putTemplate(format(named, 9, dense("v"))));
    putTemplate(format(template, 4, dense("v")));
    indexSegment("logs-1", "v", "1");
    assertEquals(Map.of("v", DENSE_FORMAT), formats(service("logs-1")));
  }
}
