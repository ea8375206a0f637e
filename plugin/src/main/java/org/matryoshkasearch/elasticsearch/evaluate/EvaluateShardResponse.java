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
import org.elasticsearch.action.support.broadcast.BroadcastShardResponse;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.index.shard.ShardId;

/**
 * What a shard answers. That it failed is an answer too: another copy of the shard, which would be
 * asked else, would take as much time to fail in the same way.
 */
final class EvaluateShardResponse extends BroadcastShardResponse {
  private final ShardResult result;
  private final Exception failure;

  EvaluateShardResponse(ShardId shard, ShardResult result, Exception failure) {
    super(shard);
    this.result = result;
    this.failure = failure;
  }

  EvaluateShardResponse(StreamInput in) throws IOException {
    super(in);
    failure = in.readException();
    result = in.readOptionalWriteable(ShardResult::read);
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    super.writeTo(out);
    out.writeException(failure);
    out.writeOptionalWriteable(result);
  }

  /** Null if there is a failure. */
  ShardResult result() {
    return result;
  }

  Exception failure() {
    return failure;
  }
}
