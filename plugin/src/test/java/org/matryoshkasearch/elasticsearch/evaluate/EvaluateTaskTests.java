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

import static org.hamcrest.Matchers.containsString;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.ActionFuture;
import org.elasticsearch.action.admin.cluster.node.tasks.cancel.CancelTasksRequest;
import org.elasticsearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.plugins.FieldPredicate;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.tasks.TaskInfo;

/** The tasks of an evaluation, and fields that are hidden from whom it is for. */
public class EvaluateTaskTests extends EvaluateTestCase {

  /** What security does to mappings. */
  public static final class HidingPlugin extends Plugin implements MapperPlugin {
    @Override
    public Function<String, FieldPredicate> getFieldFilter() {
      return index -> new NotHidden();
    }
  }

  private record NotHidden() implements FieldPredicate {
    @Override
    public boolean test(String field) {
      return field.startsWith("hidden") == false;
    }

    @Override
    public String modifyHash(String hash) {
      return "hides:" + hash;
    }

    @Override
    public long ramBytesUsed() {
      return 0;
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
    plugins.add(HidingPlugin.class);
    return plugins;
  }

  @Override
  protected Settings nodeSettings() {
    return Settings.builder()
        .put(super.nodeSettings())
        .put("thread_pool.matryoshka_evaluate.size", 2)
        .put("thread_pool.matryoshka_evaluate.queue_size", 5)
        .build();
  }

  /** The other shard, which would run into its timeout, is cancelled at once. */
  public void testFailureOfOneShard() {
    createVectorIndex("slow", matryoshka("v", DIMS, ""));
    fill("slow", "v", 3000, 1);
    createVectorIndex("wrong", "\"v\": {\"type\": \"integer\"}");
    assertBad(
        "slow,wrong",
        "{\"field\": \"v\", \"sample\": 1000, \"k\": 600, \"timeout\": \"2s\"}",
        "its type must be one of [matryoshka_vector, dense_vector] but is [integer]");
  }

  public void testMoreShardsThanMayWait() {
    createVectorIndex(
        "test",
        Settings.builder().put("index.number_of_shards", 6).build(),
        matryoshka("v", DIMS, ""));
    assertBad(
        "test",
        "{\"field\": \"v\"}",
        "cannot evaluate [6] shards on node",
        "[thread_pool.matryoshka_evaluate.queue_size] lets at most [5] wait");
  }

  public void testHiddenFields() {
    createVectorIndex(
        "test",
        String.join(
            ", ",
            matryoshka("hidden", DIMS, ""),
            dense("hidden_dense", ""),
            "\"shown\": {\"type\": \"alias\", \"path\": \"hidden\"}",
            "\"dense\": {\"type\": \"alias\", \"path\": \"hidden_dense\"}"));
    fill("test", "hidden", 20, 1);
    fill("test", "hidden_dense", 20, 1);
    for (String field : List.of("hidden", "hidden_dense", "shown", "dense", "missing")) {
      assertBad(
          "test",
          "{\"field\": \"" + field + "\"}",
          "cannot evaluate field [" + field + "]: index [test] has no such field");
    }
  }

  public void testProgressAndCancellation() throws Exception {
    createVectorIndex("test", matryoshka("v", DIMS, ""));
    fill("test", "v", 2000, 1);
    ActionFuture<EvaluateResponse> answer =
        client()
            .execute(
                EvaluateAction.INSTANCE,
                request("test", "{\"field\": \"v\", \"sample\": 1000, \"k\": 100}"));
    assertBusy(
        () -> {
          assertFalse(answer.isDone());
          List<TaskInfo> shards = tasks(EvaluateAction.NAME + "[s]");
          assertEquals(1, shards.size());
          TaskInfo shard = shards.getFirst();
          EvaluateTask.Progress progress = (EvaluateTask.Progress) shard.status();
          assertTrue(progress.phase(), progress.share() > 0);
        });
    TaskInfo whole = tasks(EvaluateAction.NAME).getFirst();
    assertThat(whole.description(), containsString("field [v] of test"));
    assertTrue(whole.cancellable());
    client()
        .admin()
        .cluster()
        .cancelTasks(new CancelTasksRequest().setTargetTaskId(whole.taskId()))
        .actionGet();
    Exception e = expectThrows(Exception.class, answer::actionGet);
    assertThat(ExceptionsHelper.stackTrace(e), containsString("task cancelled"));
    assertBusy(() -> assertEquals(List.of(), tasks(EvaluateAction.NAME + "*")));
  }

  private List<TaskInfo> tasks(String actions) {
    ListTasksResponse tasks =
        clusterAdmin().prepareListTasks().setActions(actions).setDetailed(true).get();
    return tasks.getTasks();
  }
}
