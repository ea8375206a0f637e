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

import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.IndexVersions;
import org.elasticsearch.test.ESTestCase;
import org.elasticsearch.test.IndexSettingsModule;
import org.elasticsearch.threadpool.TestThreadPool;
import org.elasticsearch.threadpool.ThreadPool;

/** Which indices get our engine, and how its merges run. */
public class MatryoshkaEngineFactoryTests extends ESTestCase {

  public void testOrdinaryIndex() {
    assertTrue(MatryoshkaEngineFactory.forIndex(indexSettings(Settings.EMPTY)).isPresent());
  }

  public void testIndicesWithAnotherEngine() {
    assertDeclined(settings("index.store.type", "snapshot"));
    assertDeclined(settings("index.xpack.ccr.following_index", "true"));
    assertDeclined(settings("index.frozen", "true"));
    assertDeclined(settings("index.source_only", "true"));
    assertDeclined(
        settings(
            IndexMetadata.SETTING_VERSION_CREATED,
            IndexVersions.MINIMUM_READONLY_COMPATIBLE.toString()));
  }

  public void testClosedIndex() {
    IndexMetadata open = indexSettings(Settings.EMPTY).getIndexMetadata();
    IndexMetadata closed = IndexMetadata.builder(open).state(IndexMetadata.State.CLOSE).build();
    assertDeclined(new IndexSettings(closed, Settings.EMPTY));
  }

  private static void assertDeclined(IndexSettings indexSettings) {
    assertTrue(MatryoshkaEngineFactory.forIndex(indexSettings).isEmpty());
  }

  private static IndexSettings settings(String key, String value) {
    return indexSettings(Settings.builder().put(key, value).build());
  }

  private static IndexSettings indexSettings(Settings settings) {
    return IndexSettingsModule.newIndexSettings(
        "index",
        Settings.builder()
            .put(IndexMetadata.SETTING_VERSION_CREATED, IndexVersion.current())
            .put(settings)
            .build());
  }

  public void testMergesOnAsManyThreadsAsElasticsearchAllows() {
    ThreadPool threadPool = new TestThreadPool("test");
    try {
      String enabled = "index.merge.intra_merge_parallelism_enabled";
      VectorFormats one = VectorFormats.of(null, settings(enabled, "false"), threadPool);
      assertEquals(1, one.mergeWorkers());
      assertNull(one.mergeExecutor());
      VectorFormats several = VectorFormats.of(null, settings(enabled, "true"), threadPool);
      int max = threadPool.info(ThreadPool.Names.MERGE).getMax();
      assertEquals(max, several.mergeWorkers());
      assertSame(
          max == 1 ? null : threadPool.executor(ThreadPool.Names.MERGE), several.mergeExecutor());
    } finally {
      terminate(threadPool);
    }
  }
}
