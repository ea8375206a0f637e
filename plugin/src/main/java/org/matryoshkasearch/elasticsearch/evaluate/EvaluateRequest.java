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
import java.util.List;
import java.util.Map;
import org.elasticsearch.action.support.broadcast.BroadcastRequest;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.tasks.TaskId;

/** A request about a field of an index, or of indices that have the same mapping of it. */
public final class EvaluateRequest extends BroadcastRequest<EvaluateRequest> {
  private Evaluation evaluation;

  // what the node that asks the shards learns meanwhile; never sent
  private long startMillis;
  private int shards;

  EvaluateRequest(Evaluation evaluation, String... indices) {
    super(indices);
    this.evaluation = evaluation;
  }

  EvaluateRequest(StreamInput in) throws IOException {
    super(in);
    evaluation = Evaluation.read(in);
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    super.writeTo(out);
    evaluation.writeTo(out);
  }

  void start() {
    startMillis = System.currentTimeMillis();
  }

  long startMillis() {
    return startMillis;
  }

  void setFilters(List<QueryBuilder> filters) {
    evaluation = evaluation.withFilters(filters);
  }

  void setShards(int shards) {
    this.shards = shards;
  }

  int shards() {
    return shards;
  }

  /** Memory that is needed until all shards have answered. */
  long ramBytes() {
    return shards == 0 ? 0 : evaluation.ramBytes(shards);
  }

  Evaluation evaluation() {
    return evaluation;
  }

  @Override
  public String getDescription() {
    return "field [" + evaluation.field() + "] of " + String.join(",", indices());
  }

  @Override
  public Task createTask(
      long id, String type, String action, TaskId parent, Map<String, String> headers) {
    return new EvaluateTask(id, type, action, getDescription(), parent, headers);
  }
}
