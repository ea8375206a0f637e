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
package org.matryoshkasearch.elasticsearch.query;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** The parameter {@code funnel}: {@code [{"dims": 512, "keep": 30}]}, its JSON and wire. */
final class FunnelStages {
  static final ParseField FUNNEL = new ParseField("funnel");
  static final ParseField DIMS = new ParseField("dims");
  static final ParseField KEEP = new ParseField("keep");

  private static final ConstructingObjectParser<FunnelStage, Void> PARSER =
      new ConstructingObjectParser<>(
          FUNNEL.getPreferredName(), args -> new FunnelStage((int) args[0], (int) args[1]));

  static {
    PARSER.declareInt(ConstructingObjectParser.constructorArg(), DIMS);
    PARSER.declareInt(ConstructingObjectParser.constructorArg(), KEEP);
  }

  private FunnelStages() {}

  static FunnelStage fromXContent(XContentParser parser) {
    return PARSER.apply(parser, null);
  }

  static void toXContent(XContentBuilder builder, List<FunnelStage> stages) throws IOException {
    if (stages.isEmpty()) {
      return;
    }
    builder.startArray(FUNNEL.getPreferredName());
    for (FunnelStage stage : stages) {
      builder
          .startObject()
          .field(DIMS.getPreferredName(), stage.dims())
          .field(KEEP.getPreferredName(), stage.keep())
          .endObject();
    }
    builder.endArray();
  }

  static FunnelStage read(StreamInput in) throws IOException {
    return new FunnelStage(in.readVInt(), in.readVInt());
  }

  static void write(StreamOutput out, FunnelStage stage) throws IOException {
    out.writeVInt(stage.dims());
    out.writeVInt(stage.keep());
  }
}
