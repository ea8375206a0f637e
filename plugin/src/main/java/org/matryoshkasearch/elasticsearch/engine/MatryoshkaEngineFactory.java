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

import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Setting.Property;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.IndexVersions;
import org.elasticsearch.index.engine.Engine;
import org.elasticsearch.index.engine.EngineConfig;
import org.elasticsearch.index.engine.EngineFactory;
import org.elasticsearch.snapshots.SearchableSnapshotsSettings;

/**
 * Builds Elasticsearch's own engine with a codec that writes {@code matryoshka_vector} fields, and
 * {@code dense_vector} fields with a prefix, in our vectors formats.
 *
 * <p>Nothing else of the engine changes but its statistics of vectors and that a forced merge
 * rewrites segments with another vectors format. Fields of other types are written by the codec
 * that the index would have had anyway.
 */
public final class MatryoshkaEngineFactory implements EngineFactory {
  private static final Logger logger = LogManager.getLogger(MatryoshkaEngineFactory.class);

  /** Whether indices of this node get our engine, where they do not say it themselves. */
  public static final Setting<Boolean> OF_NODE =
      Setting.boolSetting("matryoshka.engine.enabled", true, Property.NodeScope);

  /** Whether an index gets our engine, from when it is opened next; by default as its node says. */
  public static final Setting<Boolean> OF_INDEX =
      Setting.boolSetting("index.matryoshka.engine.enabled", OF_NODE, Property.IndexScope);

  private MatryoshkaEngineFactory() {}

  /**
   * The factory for an index.
   *
   * <p>Elasticsearch refuses an index for which two plugins offer an engine, and some indices need
   * an engine of another kind: those get none of ours, and those whose settings say so. Their
   * {@code matryoshka_vector} fields still work, on the vectors format that Elasticsearch writes by
   * default; a {@code dense_vector} is then one without a prefix.
   *
   * @return empty where the engine is not ours to choose
   */
  public static Optional<EngineFactory> forIndex(IndexSettings indexSettings) {
    Optional<String> otherEngine = otherEngine(indexSettings);
    if (otherEngine.isPresent()) {
      logger.debug(
          "{} keeps its engine and gets no matryoshka codec: {}",
          indexSettings.getIndex(),
          otherEngine.get());
      return Optional.empty();
    }
    return Optional.of(new MatryoshkaEngineFactory());
  }

  /** Why an index has an engine of another kind, if it has. */
  private static Optional<String> otherEngine(IndexSettings indexSettings) {
    Settings settings = indexSettings.getSettings(); // those of the node among them
    if (OF_INDEX.get(settings) == false) {
      return Optional.of("a setting says so");
    }
    if (indexSettings.getIndexMetadata().getState() == IndexMetadata.State.CLOSE) {
      return Optional.of("it is closed");
    }
    if (indexSettings.getIndexVersionCreated().before(IndexVersions.MINIMUM_COMPATIBLE)) {
      return Optional.of("an older version created it, it is read-only");
    }
    if (SearchableSnapshotsSettings.isSearchableSnapshotStore(settings)) {
      return Optional.of("it is a searchable snapshot");
    }
    // These three belong to x-pack modules whose classes a plugin cannot see.
    if (settings.getAsBoolean("index.xpack.ccr.following_index", false)) {
      return Optional.of("it follows an index of another cluster");
    }
    if (settings.getAsBoolean("index.frozen", false)) {
      return Optional.of("it is frozen");
    }
    if (settings.getAsBoolean("index.source_only", false)) {
      return Optional.of("it was restored from a source-only snapshot");
    }
    return Optional.empty();
  }

  @Override
  public Engine newReadWriteEngine(EngineConfig config) {
    VectorFormats formats =
        VectorFormats.of(
            config.getMapperService(), config.getIndexSettings(), config.getThreadPool());
    logger.debug(
        "{} writes vector fields that have a prefix in our format, merging on [{}] threads",
        config.getShardId(),
        formats.mergeWorkers());
    EngineConfig wrapped =
        EngineConfig.builder(config)
            .codecProvider(new MatryoshkaCodecProvider(config.getCodecProvider(), formats))
            .mergePolicy(new RewritingMergePolicy(config.getMergePolicy(), formats::isCurrent))
            .build();
    // The one thing that the builder does not carry over.
    wrapped.setEnableGcDeletes(config.isEnableGcDeletes());
    return new MatryoshkaEngine(wrapped);
  }
}
