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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.ActionListenerResponseHandler;
import org.elasticsearch.action.ResolvedIndices;
import org.elasticsearch.action.support.ActionFilters;
import org.elasticsearch.action.support.PlainActionFuture;
import org.elasticsearch.action.support.TransportActions;
import org.elasticsearch.action.support.broadcast.TransportBroadcastAction;
import org.elasticsearch.cluster.ClusterState;
import org.elasticsearch.cluster.ProjectState;
import org.elasticsearch.cluster.block.ClusterBlockException;
import org.elasticsearch.cluster.block.ClusterBlockLevel;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNode;
import org.elasticsearch.cluster.project.ProjectResolver;
import org.elasticsearch.cluster.routing.SearchShardRouting;
import org.elasticsearch.cluster.routing.ShardRouting;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.util.concurrent.EsExecutors;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.Rewriteable;
import org.elasticsearch.indices.breaker.CircuitBreakerService;
import org.elasticsearch.injection.guice.Inject;
import org.elasticsearch.search.SearchService;
import org.elasticsearch.search.internal.AliasFilter;
import org.elasticsearch.search.internal.SearchContext;
import org.elasticsearch.search.internal.ShardSearchRequest;
import org.elasticsearch.tasks.CancellableTask;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.tasks.TaskCancelledException;
import org.elasticsearch.threadpool.ExecutorBuilder;
import org.elasticsearch.threadpool.FixedExecutorBuilder;
import org.elasticsearch.transport.TransportService;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;

/** Has one copy of each shard evaluate itself, and joins the answers. */
public final class TransportEvaluateAction
    extends TransportBroadcastAction<
        EvaluateRequest, EvaluateResponse, EvaluateShardRequest, EvaluateShardResponse> {

  /** The threads of it: few, so that searches have the rest of the node. */
  public static final String EXECUTOR = "matryoshka_evaluate";

  private static final int QUEUE = 100;

  private final SearchService searchService;
  private final ProjectResolver projectResolver;
  private final CircuitBreakerService breakers;
  private final VisibleFields visible;

  /** Called by Elasticsearch. */
  @Inject
  public TransportEvaluateAction(
      ClusterService clusterService,
      TransportService transportService,
      SearchService searchService,
      ActionFilters actionFilters,
      ProjectResolver projectResolver,
      IndexNameExpressionResolver indexNames,
      CircuitBreakerService breakers,
      VisibleFields visible) {
    super(
        EvaluateAction.NAME,
        clusterService,
        transportService,
        actionFilters,
        indexNames,
        EvaluateRequest::new,
        EvaluateShardRequest::new,
        transportService.getThreadPool().executor(EXECUTOR));
    this.searchService = searchService;
    this.projectResolver = projectResolver;
    this.breakers = breakers;
    this.visible = visible;
  }

  /** A thread of a node with less than eight processors; the requests of others wait. */
  public static ExecutorBuilder<?> executor(Settings settings) {
    return new FixedExecutorBuilder(
        settings,
        EXECUTOR,
        Math.max(1, EsExecutors.allocatedProcessors(settings) / 4),
        QUEUE,
        "thread_pool." + EXECUTOR,
        EsExecutors.TaskTrackingConfig.DO_NOT_TRACK);
  }

  private ProjectState project() {
    return projectResolver.getProjectState(clusterService.state());
  }

  /** First what filters must get from elsewhere, as the terms of another document. */
  @Override
  protected void doExecute(
      Task task, EvaluateRequest request, ActionListener<EvaluateResponse> listener) {
    request.start();
    if (request.evaluation().filters().isEmpty()) {
      super.doExecute(task, request, listener);
      return;
    }
    BoolQueryBuilder filters = new BoolQueryBuilder();
    request.evaluation().filters().forEach(filters::filter);
    ResolvedIndices indices =
        ResolvedIndices.resolveWithIndicesRequest(
            request,
            project().metadata(),
            indexNameExpressionResolver,
            transportService.getRemoteClusterService(),
            request.startMillis());
    Rewriteable.rewriteAndFetch(
        filters,
        searchService.getRewriteContext(
            request::startMillis,
            clusterService.state().getMinTransportVersion(),
            null,
            indices,
            null,
            null),
        transportService.getThreadPool().executor(EXECUTOR),
        listener.delegateFailureAndWrap(
            (then, rewritten) -> {
              request.setFilters(List.of(rewritten));
              super.doExecute(task, request, then);
            }));
  }

  @Override
  protected void doExecuteForked(
      Task task, EvaluateRequest request, ActionListener<EvaluateResponse> listener) {
    CircuitBreaker breaker = breakers.getBreaker(CircuitBreaker.REQUEST);
    ShardCalls shards =
        new ShardCalls(
            task,
            request,
            ActionListener.runAfter(
                listener, () -> breaker.addWithoutBreaking(-request.ramBytes())));
    breaker.addEstimateBytesAndMaybeBreak(
        request.ramBytes(),
        "answers of ["
            + request.shards()
            + "] shards to matryoshka evaluate of field ["
            + request.evaluation().field()
            + "]");
    shards.start();
  }

  @Override
  protected List<SearchShardRouting> shards(
      ClusterState state, EvaluateRequest request, String[] concreteIndices) {
    Map<String, Set<String>> routing =
        indexNameExpressionResolver.resolveSearchRouting(
            project().metadata(), null, request.indices());
    List<SearchShardRouting> shards =
        clusterService
            .operationRouting()
            .searchShards(project(), concreteIndices, routing, "_local");
    checkQueue(state, shards);
    request.setShards(shards.size());
    return shards;
  }

  /** Those that the queue of a node rejects would fail when others have been evaluated. */
  private void checkQueue(ClusterState state, List<SearchShardRouting> shards) {
    Long most = transportService.getThreadPool().info(EXECUTOR).getQueueSize();
    if (most == null) {
      return; // no bound
    }
    Map<String, Long> ofNodes =
        shards.stream()
            .flatMap(shard -> shard.getShardRoutings().stream().limit(1))
            .collect(Collectors.groupingBy(ShardRouting::currentNodeId, Collectors.counting()));
    ofNodes.forEach(
        (node, count) -> {
          if (count > most) {
            throw new IllegalArgumentException(
                "cannot evaluate ["
                    + count
                    + "] shards on node ["
                    + state.nodes().get(node).getName()
                    + "]: [thread_pool."
                    + EXECUTOR
                    + ".queue_size] lets at most ["
                    + most
                    + "] wait; evaluate fewer indices at a time");
          }
        });
  }

  @Override
  protected EvaluateShardRequest newShardRequest(
      int copies, ShardRouting shard, EvaluateRequest request) {
    ProjectState project = project();
    AliasFilter aliasFilter =
        searchService.buildAliasFilter(
            project,
            shard.getIndexName(),
            indexNameExpressionResolver.resolveExpressionsIgnoringRemotes(
                project.metadata(), request.indices()));
    return new EvaluateShardRequest(shard.shardId(), request, aliasFilter);
  }

  @Override
  protected EvaluateShardResponse readShardResponse(StreamInput in) throws IOException {
    return new EvaluateShardResponse(in);
  }

  @Override
  protected EvaluateShardResponse shardOperation(EvaluateShardRequest request, Task task)
      throws IOException {
    EvaluateTask evaluateTask = (EvaluateTask) task;
    Evaluation evaluation = request.evaluation();
    CircuitBreaker breaker = breakers.getBreaker(CircuitBreaker.REQUEST);
    ShardSearchRequest search =
        new ShardSearchRequest(request.shardId(), request.startMillis(), request.aliasFilter());
    try (ShardGuard guard = new ShardGuard(evaluateTask, breaker, evaluation)) {
      awaitRefresh(request);
      try (SearchContext context =
          searchService.createSearchContext(search, SearchService.NO_TIMEOUT)) {
        context.searcher().addQueryCancellation(guard::check);
        ShardResult result =
            new ShardEvaluation(evaluation, context, visible, guard).run(request.sample());
        return new EvaluateShardResponse(request.shardId(), result, null);
      }
    } catch (Exception e) {
      if (TransportActions.isShardNotAvailableException(e)) {
        throw e; // another copy may be
      }
      return new EvaluateShardResponse(request.shardId(), null, e);
    }
  }

  /** A shard that was not searched for a while is not refreshed before it is, as for a search. */
  private void awaitRefresh(EvaluateShardRequest request) {
    PlainActionFuture<Boolean> refreshed = new PlainActionFuture<>();
    searchService
        .getIndicesService()
        .indexServiceSafe(request.shardId().getIndex())
        .getShard(request.shardId().id())
        .ensureShardSearchActive(refreshed::onResponse);
    refreshed.actionGet(request.evaluation().timeout());
  }

  /**
   * {@inheritDoc}
   *
   * <p>What a part of the shards found is not what users see: if one fails, all do.
   */
  @Override
  protected EvaluateResponse newResponse(
      EvaluateRequest request, AtomicReferenceArray<?> responses, ClusterState state) {
    List<ShardResult> results = new ArrayList<>();
    Throwable first = null;
    for (int i = 0; i < responses.length(); i++) {
      Object response = responses.get(i);
      Exception failure =
          response instanceof EvaluateShardResponse shard ? shard.failure() : (Exception) response;
      if (failure == null) {
        results.add(((EvaluateShardResponse) response).result());
      } else if (first == null || first instanceof TaskCancelledException) {
        // a shard that was cancelled does not say why
        first = ExceptionsHelper.unwrapCause(failure);
      }
    }
    if (first != null) {
      throw ExceptionsHelper.convertToRuntime((Exception) first);
    }
    return EvaluateResponse.of(request, results);
  }

  @Override
  protected ClusterBlockException checkGlobalBlock(ClusterState state, EvaluateRequest request) {
    return state.blocks().globalBlockedException(project().projectId(), ClusterBlockLevel.READ);
  }

  @Override
  protected ClusterBlockException checkRequestBlock(
      ClusterState state, EvaluateRequest request, String[] concreteIndices) {
    return state
        .blocks()
        .indicesBlockedException(project().projectId(), ClusterBlockLevel.READ, concreteIndices);
  }

  /** Asks all shards; when one fails, the others need not go on. */
  private final class ShardCalls extends AsyncBroadcastAction {
    private final CancellableTask task;
    private final AtomicBoolean failed = new AtomicBoolean();

    ShardCalls(Task task, EvaluateRequest request, ActionListener<EvaluateResponse> listener) {
      super(task, request, listener);
      this.task = (CancellableTask) task;
    }

    /** In the pool of the evaluations, an answer would wait until the shards before it are done. */
    @Override
    protected void sendShardRequest(
        DiscoveryNode node,
        EvaluateShardRequest request,
        ActionListener<EvaluateShardResponse> listener) {
      transportService.sendRequest(
          node,
          EvaluateAction.NAME + "[s]",
          request,
          new ActionListenerResponseHandler<>(
              listener,
              TransportEvaluateAction.this::readShardResponse,
              transportService.getThreadPool().generic()));
    }

    @Override
    protected void onOperation(ShardRouting shard, int index, EvaluateShardResponse response) {
      boolean others = shardsResponses.length() > 1;
      if (response.failure() != null && others && failed.compareAndSet(false, true)) {
        transportService
            .getTaskManager()
            .cancelTaskAndDescendants(task, "a shard failed", false, ActionListener.noop());
      }
      super.onOperation(shard, index, response);
    }
  }
}
