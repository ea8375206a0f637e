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

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.IndexModule;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.engine.EngineFactory;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.MetadataFieldMapper;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.EnginePlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SearchPlugin;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.threadpool.ExecutorBuilder;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorPrefixCheck;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorPrefixes;
import org.matryoshkasearch.elasticsearch.engine.MatryoshkaEngineFactory;
import org.matryoshkasearch.elasticsearch.evaluate.EvaluateAction;
import org.matryoshkasearch.elasticsearch.evaluate.EvaluateTask;
import org.matryoshkasearch.elasticsearch.evaluate.RestEvaluateAction;
import org.matryoshkasearch.elasticsearch.evaluate.TransportEvaluateAction;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldMapper;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;
import org.matryoshkasearch.elasticsearch.query.ExactMatryoshkaQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.MatryoshkaKnnQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.StageProfile;

/**
 * The Elasticsearch plugin: registers the field type {@code matryoshka_vector}, the query {@code
 * matryoshka_knn}, the settings that give {@code dense_vector} fields a prefix, the evaluation of
 * fields, and the engine factory that brings the codec to the shards.
 */
public final class MatryoshkaPlugin extends Plugin
    implements ActionPlugin, MapperPlugin, SearchPlugin, EnginePlugin {

  private final VisibleFields visibleFields = new VisibleFields();

  /** Called by Elasticsearch. */
  public MatryoshkaPlugin() {}

  @Override
  public Collection<?> createComponents(PluginServices services) {
    visibleFields.setFilter(services.indicesService().getFieldFilter());
    return List.of(visibleFields);
  }

  @Override
  public List<ActionHandler> getActions() {
    return List.of(new ActionHandler(EvaluateAction.INSTANCE, TransportEvaluateAction.class));
  }

  @Override
  public List<RestHandler> getRestHandlers(
      RestHandlersServices services,
      Supplier<DiscoveryNodes> nodes,
      Predicate<NodeFeature> clusterSupports) {
    return List.of(new RestEvaluateAction());
  }

  @Override
  public List<NamedWriteableRegistry.Entry> getNamedWriteables() {
    return List.of(
        new NamedWriteableRegistry.Entry(
            Task.Status.class, EvaluateTask.Progress.NAME, EvaluateTask.Progress::new));
  }

  @Override
  public List<ExecutorBuilder<?>> getExecutorBuilders(Settings settings) {
    return List.of(TransportEvaluateAction.executor(settings));
  }

  @Override
  public Map<String, Mapper.TypeParser> getMappers() {
    return Map.of(
        MatryoshkaVectorFieldMapper.CONTENT_TYPE,
        MatryoshkaVectorFieldMapper.parser(visibleFields));
  }

  @Override
  public Map<String, MetadataFieldMapper.TypeParser> getMetadataMappers() {
    return Map.of(DenseVectorPrefixCheck.NAME, DenseVectorPrefixCheck.PARSER);
  }

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(
        DenseVectorPrefixes.SETTING,
        MatryoshkaEngineFactory.OF_NODE,
        MatryoshkaEngineFactory.OF_INDEX);
  }

  @Override
  public List<QuerySpec<?>> getQueries() {
    return List.of(
        MatryoshkaKnnQueryBuilder.spec(visibleFields),
        ExactMatryoshkaQueryBuilder.spec(visibleFields));
  }

  @Override
  public void onIndexModule(IndexModule module) {
    module.addSearchOperationListener(new StageProfile());
  }

  @Override
  public Optional<EngineFactory> getEngineFactory(IndexSettings indexSettings) {
    return MatryoshkaEngineFactory.forIndex(indexSettings);
  }
}
