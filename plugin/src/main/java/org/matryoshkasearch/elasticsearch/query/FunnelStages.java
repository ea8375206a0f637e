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

/** The parameter {@code funnel}: {@code [{"dims": 512, "keep": 30}]}, its JSON, wire and rules. */
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

  /**
   * Checks that stages score more and more dimensions and keep fewer and fewer candidates.
   *
   * @param k the hits asked for, null when the size of the request says it
   * @param queryDims dimensions of the query vector, which every stage has fewer of
   * @throws IllegalArgumentException when they do not
   */
  static void check(List<FunnelStage> stages, Integer k, int queryDims) {
    FunnelStage last = null;
    for (FunnelStage stage : stages) {
      if (stage.dims() >= queryDims) {
        throw new IllegalArgumentException(
            "[funnel] stage with dims ["
                + stage.dims()
                + "] must have fewer than the ["
                + queryDims
                + "] dimensions of [query_vector]");
      }
      if (k != null && stage.keep() < k) {
        throw new IllegalArgumentException(
            "[funnel] stage with keep [" + stage.keep() + "] cannot be less than [k] [" + k + "]");
      }
      if (last != null && (stage.dims() <= last.dims() || stage.keep() >= last.keep())) {
        throw new IllegalArgumentException(
            "[funnel] stages must have increasing dims and decreasing keep but dims ["
                + stage.dims()
                + "], keep ["
                + stage.keep()
                + "] follows dims ["
                + last.dims()
                + "], keep ["
                + last.keep()
                + "]");
      }
      last = stage;
    }
  }

  /**
   * Checks stages against the field and the search.
   *
   * @throws IllegalArgumentException when a stage scores no more than the graph has already, or
   *     keeps as many as there are candidates
   */
  static void checkSearch(List<FunnelStage> stages, String field, int prefixDims, int candidates) {
    for (FunnelStage stage : stages) {
      if (stage.dims() <= prefixDims) {
        throw new IllegalArgumentException(
            "[funnel] stage with dims ["
                + stage.dims()
                + "] must exceed prefix_dims ["
                + prefixDims
                + "] of field ["
                + field
                + "]");
      }
      if (stage.keep() >= candidates) {
        throw new IllegalArgumentException(
            "[funnel] stage with keep ["
                + stage.keep()
                + "] must keep fewer than the ["
                + candidates
                + "] candidates of the search: raise [num_candidates]");
      }
    }
  }
}
