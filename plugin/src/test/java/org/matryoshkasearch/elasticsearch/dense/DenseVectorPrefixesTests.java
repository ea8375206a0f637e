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

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.test.ESTestCase;

/** How the settings are read. */
public class DenseVectorPrefixesTests extends ESTestCase {

  private static DenseVectorPrefixes prefixes(String... fieldsAndDims) {
    Settings.Builder settings = Settings.builder();
    for (int i = 0; i < fieldsAndDims.length; i += 2) {
      settings.put(
          "index.matryoshka.dense_vector." + fieldsAndDims[i] + ".prefix_dims",
          fieldsAndDims[i + 1]);
    }
    return DenseVectorPrefixes.of(settings.build());
  }

  public void testNone() {
    DenseVectorPrefixes prefixes = DenseVectorPrefixes.of(Settings.EMPTY);
    assertTrue(prefixes.dimsOfField().isEmpty());
    assertEquals(OptionalInt.empty(), prefixes.dims("field"));
  }

  public void testFieldsByTheirPaths() {
    DenseVectorPrefixes prefixes =
        prefixes("title", "64", "meta.passages.vector", "128", "odd.prefix_dims", "32");
    assertEquals(OptionalInt.of(64), prefixes.dims("title"));
    assertEquals(OptionalInt.of(128), prefixes.dims("meta.passages.vector"));
    assertEquals(OptionalInt.of(32), prefixes.dims("odd.prefix_dims"));
    assertEquals(OptionalInt.empty(), prefixes.dims("meta"));
    assertEquals(
        Set.of("title", "meta.passages.vector", "odd.prefix_dims"), prefixes.namedFields());
  }

  public void testAllButThoseThatAreNamed() {
    DenseVectorPrefixes prefixes = prefixes("*", "256", "title", "64");
    assertEquals(OptionalInt.of(64), prefixes.dims("title"));
    assertEquals(OptionalInt.of(256), prefixes.dims("a.b"));
    assertEquals(Set.of("title"), prefixes.namedFields());
  }

  public void testNullTakesBack() {
    DenseVectorPrefixes prefixes = prefixes("*", null, "title", "64", "a.b", null);
    assertEquals(Map.of("title", 64), prefixes.dimsOfField());
    assertEquals(OptionalInt.of(8), prefixes("*", "8", "title", null).dims("title"));
    expectThrows(IllegalArgumentException.class, () -> prefixes("title_*", null));
  }

  public void testWrongValues() {
    for (String dims : new String[] {"0", "-1", "4097", "many", "1.5", "", "null", "[8]", "1e2"}) {
      Exception e = expectThrows(IllegalArgumentException.class, () -> prefixes("a.b", dims));
      assertTrue(e.getMessage(), e.getMessage().contains("dense_vector.a.b.prefix_dims]"));
    }
  }

  public void testWrongKeys() {
    Exception part = expectThrows(IllegalArgumentException.class, () -> prefixes("title_*", "8"));
    assertEquals(
        "setting [index.matryoshka.dense_vector.title_*.prefix_dims] must name one field, or [*]"
            + " for all",
        part.getMessage());
    for (String field : new String[] {"", " "}) {
      Exception none = expectThrows(IllegalArgumentException.class, () -> prefixes(field, "8"));
      assertTrue(none.getMessage(), none.getMessage().contains("must name one field"));
    }
    Settings unknown =
        Settings.builder().put("index.matryoshka.dense_vector.title.dims", 8).build();
    Exception key =
        expectThrows(IllegalArgumentException.class, () -> DenseVectorPrefixes.of(unknown));
    assertEquals(
        "unknown setting [index.matryoshka.dense_vector.title.dims]: expected"
            + " [index.matryoshka.dense_vector.<field>.prefix_dims] or"
            + " [index.matryoshka.dense_vector.<field>.target_recall]",
        key.getMessage());
    Settings noField =
        Settings.builder().put("index.matryoshka.dense_vector.prefix_dims", 8).build();
    expectThrows(IllegalArgumentException.class, () -> DenseVectorPrefixes.of(noField));
  }

  private static DenseVectorPrefixes settings(String... keysAndValues) {
    Settings.Builder settings = Settings.builder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put("index.matryoshka.dense_vector." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return DenseVectorPrefixes.of(settings.build());
  }

  public void testTargetRecall() {
    DenseVectorPrefixes prefixes =
        settings("*.prefix_dims", "64", "*.target_recall", "0.9", "a.b.target_recall", "0.999");
    assertEquals(0.999, prefixes.recall("a.b"), 0);
    assertEquals(0.9, prefixes.recall("c"), 0);
    assertEquals(OptionalInt.of(64), prefixes.dims("a.b"));
    assertEquals(0.98, settings("c.prefix_dims", "64").recall("c"), 0);
    assertEquals(0.98, settings("c.prefix_dims", "8", "c.target_recall", null).recall("c"), 0);
  }

  public void testWrongTargetRecall() {
    for (String wrong : new String[] {"0.4", "1", "much", "", "NaN", "-1"}) {
      Exception e =
          expectThrows(
              IllegalArgumentException.class,
              () -> settings("a.prefix_dims", "8", "a.target_recall", wrong));
      assertTrue(e.getMessage(), e.getMessage().contains("dense_vector.a.target_recall]"));
    }
    Exception alone =
        expectThrows(IllegalArgumentException.class, () -> settings("a.target_recall", "0.9"));
    assertEquals(
        "setting [index.matryoshka.dense_vector.a.target_recall] needs"
            + " [index.matryoshka.dense_vector.a.prefix_dims]",
        alone.getMessage());
    expectThrows(
        IllegalArgumentException.class,
        () -> settings("b_*.prefix_dims", "8", "b_*.target_recall", "0.9"));
  }
}
