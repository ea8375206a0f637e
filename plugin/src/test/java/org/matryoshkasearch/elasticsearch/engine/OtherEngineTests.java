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

import static org.hamcrest.Matchers.containsString;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.engine.EngineConfig;
import org.elasticsearch.index.engine.EngineFactory;
import org.elasticsearch.index.engine.InternalEngine;
import org.elasticsearch.plugins.EnginePlugin;
import org.elasticsearch.plugins.Plugin;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** An index beside another plugin that brings an engine. */
public class OtherEngineTests extends VectorIndexTestCase {
  private static final int DIMS = 8;
  private static final String FIELD = matryoshka("ours", DIMS, "\"prefix_dims\": 4");
  private static final String SETTING = "index.matryoshka.engine.enabled";

  /** Of another plugin. */
  public static final class OtherEngine extends InternalEngine {
    OtherEngine(EngineConfig config) {
      super(config);
    }
  }

  /** Has an engine for the indices whose names begin with {@code other}. */
  public static final class OtherEnginePlugin extends Plugin implements EnginePlugin {
    @Override
    public Optional<EngineFactory> getEngineFactory(IndexSettings settings) {
      return settings.getIndex().getName().startsWith("other")
          ? Optional.of(OtherEngine::new)
          : Optional.empty();
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class, OtherEnginePlugin.class);
  }

  public void testAnIndexWithBothEnginesIsRefused() {
    Exception error =
        expectThrows(IllegalStateException.class, () -> createVectorIndex("other", FIELD));
    assertThat(error.getMessage(), containsString("multiple engine factories provided"));
  }

  public void testTheSettingOfAnIndexLeavesTheOtherEngine() {
    IndexService index =
        createVectorIndex("other", Settings.builder().put(SETTING, false).build(), FIELD);
    indexAndSearch("other");
    assertEquals(OtherEngine.class, engineOf(index));
    assertNotEquals(FORMAT, formats(index).get("ours"));
  }

  /** What was written with our engine is read and merged without it, and the other way round. */
  public void testTheSettingChangesWhileAnIndexIsClosed() {
    assertEquals(MatryoshkaEngine.class, engineOf(createVectorIndex("test", FIELD)));
    indexAndSearch("test");
    for (boolean enabled : new boolean[] {false, true}) {
      IllegalArgumentException error =
          expectThrows(IllegalArgumentException.class, () -> set("test", enabled));
      assertThat(error.getMessage(), containsString(SETTING));
      indicesAdmin().prepareClose("test").get();
      set("test", enabled);
      indicesAdmin().prepareOpen("test").get();
      ensureGreen("test");
      IndexService index = service("test");
      assertEquals(enabled ? MatryoshkaEngine.class : InternalEngine.class, engineOf(index));
      assertEquals(2, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
      indexAndSearch("test");
      forceMerge("test");
      assertEquals(2, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
      assertEquals(enabled, Map.of("ours", FORMAT).equals(formats(index)));
    }
  }

  private void set(String index, boolean enabled) {
    indicesAdmin()
        .prepareUpdateSettings(index)
        .setSettings(Settings.builder().put(SETTING, enabled))
        .get();
  }

  private void indexAndSearch(String index) {
    for (String id : List.of("1", "2")) {
      index(index, id, "{\"ours\": " + json(unitVector(DIMS)) + "}");
    }
    flush(index);
    assertEquals(2, search(index, knn("ours", unitVector(DIMS), 10), 10).size());
  }
}
