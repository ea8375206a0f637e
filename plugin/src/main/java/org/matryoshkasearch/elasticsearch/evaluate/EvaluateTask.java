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
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.tasks.CancellableTask;
import org.elasticsearch.tasks.Task;
import org.elasticsearch.tasks.TaskId;
import org.elasticsearch.xcontent.XContentBuilder;

/** An evaluation that runs: of a request, or of a shard, which knows how far it has come. */
public final class EvaluateTask extends CancellableTask {
  private volatile Progress progress = new Progress("waiting", 0);

  EvaluateTask(
      long id,
      String type,
      String action,
      String description,
      TaskId parent,
      Map<String, String> headers) {
    super(id, type, action, description, parent, headers);
  }

  void setProgress(String phase, double share) {
    progress = new Progress(phase, share);
  }

  @Override
  public Progress getStatus() {
    return progress;
  }

  /**
   * How far it has come.
   *
   * @param phase what it does now
   * @param share of this phase, from 0 to 1
   */
  public record Progress(String phase, double share) implements Task.Status {
    /** The name on the wire. */
    public static final String NAME = "matryoshka-evaluate";

    /** Reads what {@link #writeTo} wrote. */
    public Progress(StreamInput in) throws IOException {
      this(in.readString(), in.readDouble());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
      out.writeString(phase);
      out.writeDouble(share);
    }

    @Override
    public String getWriteableName() {
      return NAME;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
      return builder.startObject().field("phase", phase).field("share", share).endObject();
    }
  }
}
