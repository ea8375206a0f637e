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
import org.elasticsearch.action.support.broadcast.BroadcastResponse;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.xcontent.XContentBuilder;

/** What all shards found. */
public final class EvaluateResponse extends BroadcastResponse {
  private final Evaluation evaluation;
  private final List<ShardResult> results;
  private final long tookMillis;

  private EvaluateResponse(Evaluation evaluation, List<ShardResult> results, long tookMillis) {
    super(results.size(), results.size(), 0, List.of());
    this.evaluation = evaluation;
    this.results = List.copyOf(results);
    this.tookMillis = tookMillis;
  }

  EvaluateResponse(StreamInput in) throws IOException {
    super(in);
    evaluation = Evaluation.read(in);
    results = in.readCollectionAsList(ShardResult::read);
    tookMillis = in.readVLong();
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    super.writeTo(out);
    evaluation.writeTo(out);
    out.writeCollection(results);
    out.writeVLong(tookMillis);
  }

  /**
   * Of the answers of all shards.
   *
   * @throws IllegalArgumentException when there is nothing to compare, or too different things
   */
  static EvaluateResponse of(EvaluateRequest request, List<ShardResult> results) {
    Evaluation evaluation = request.evaluation();
    PresentSetting first = null;
    for (ShardResult result : results) {
      if (result.isEmpty() == false) {
        first = first == null ? result.present() : first;
        if (first.equals(result.present()) == false) {
          throw new IllegalArgumentException(
              "cannot evaluate field ["
                  + evaluation.field()
                  + "]: it is ["
                  + first
                  + "] in one shard but ["
                  + result.present()
                  + "] in another; evaluate indices one at a time, and after a change of a setting"
                  + " when all segments have it");
        }
      }
    }
    if (first == null) {
      throw new IllegalArgumentException(
          "cannot evaluate field ["
              + evaluation.field()
              + "]: a shard must have at least ["
              + (evaluation.queries().isEmpty() ? 2 : 1)
              + "] documents with a vector that match, but the fullest of ["
              + results.size()
              + "] has ["
              + results.stream().mapToInt(ShardResult::documents).max().orElse(0)
              + "]");
    }
    long took = Math.max(0, System.currentTimeMillis() - request.startMillis());
    return new EvaluateResponse(evaluation, results, took);
  }

  @Override
  protected void addCustomXContentFields(XContentBuilder builder, Params params)
      throws IOException {
    builder.field("took", tookMillis);
    new EvaluationReport(evaluation, results).toXContent(builder, params);
  }
}
