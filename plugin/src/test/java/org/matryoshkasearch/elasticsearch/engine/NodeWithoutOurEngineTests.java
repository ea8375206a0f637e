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

import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexService;
import org.elasticsearch.index.engine.InternalEngine;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** A node whose setting leaves the engines of indices alone. */
public class NodeWithoutOurEngineTests extends VectorIndexTestCase {
  private static final int DIMS = 8;
  private static final String FIELD = matryoshka("ours", DIMS, "");

  @Override
  protected Settings nodeSettings() {
    return Settings.builder()
        .put(super.nodeSettings())
        .put("matryoshka.engine.enabled", false)
        .build();
  }

  public void testAnIndexIsAsItsNodeSays() {
    IndexService index = createVectorIndex("test", FIELD);
    index("test", "1", "{\"ours\": " + json(unitVector(DIMS)) + "}");
    flush("test");
    assertEquals(InternalEngine.class, engineOf(index));
    assertNotEquals(FORMAT, formats(index).get("ours"));
    assertEquals(1, search("test", knn("ours", unitVector(DIMS), 10), 10).size());
  }

  public void testAnIndexMaySayOtherwise() {
    Settings settings = Settings.builder().put("index.matryoshka.engine.enabled", true).build();
    IndexService index = createVectorIndex("test", settings, FIELD);
    assertEquals(MatryoshkaEngine.class, engineOf(index));
  }
}
