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
import java.util.Map;
import org.elasticsearch.action.support.broadcast.BroadcastShardRequest;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.index.shard.ShardId;
import org.elasticsearch.search.internal.AliasFilter;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.tasks.TaskId;

/** A shard's part of a request. */
final class EvaluateShardRequest extends BroadcastShardRequest {
  private final Evaluation evaluation;
  private final AliasFilter aliasFilter;
  private final int shards;
  private final long startMillis;

  /**
   * @param aliasFilter of the names by which the request calls the index
   */
  EvaluateShardRequest(ShardId shard, EvaluateRequest request, AliasFilter aliasFilter) {
    super(shard, request);
    this.evaluation = request.evaluation();
    this.aliasFilter = aliasFilter;
    this.shards = request.shards();
    this.startMillis = request.startMillis();
  }

  EvaluateShardRequest(StreamInput in) throws IOException {
    super(in);
    evaluation = Evaluation.read(in);
    aliasFilter = AliasFilter.readFrom(in);
    shards = in.readVInt();
    startMillis = in.readVLong();
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    super.writeTo(out);
    evaluation.writeTo(out);
    aliasFilter.writeTo(out);
    out.writeVInt(shards);
    out.writeVLong(startMillis);
  }

  Evaluation evaluation() {
    return evaluation;
  }

  AliasFilter aliasFilter() {
    return aliasFilter;
  }

  /** What is now, in filters. */
  long startMillis() {
    return startMillis;
  }

  /** How many documents of this shard are queries. */
  int sample() {
    return evaluation.sampleOf(shards);
  }

  @Override
  public String getDescription() {
    return "field [" + evaluation.field() + "] of " + shardId();
  }

  @Override
  public Task createTask(
      long id, String type, String action, TaskId parent, Map<String, String> headers) {
    return new EvaluateTask(id, type, action, getDescription(), parent, headers);
  }
}
