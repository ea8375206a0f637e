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
package org.matryoshkasearch.elasticsearch.mapper;

import java.io.IOException;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentObject;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;

/**
 * {@code rescore_vector}, in a mapping and in a query: how many candidates the full vectors
 * rescore.
 *
 * <p>As with {@code dense_vector}, {@code num_candidates} buys effort in the graphs and {@code
 * oversample} buys rescoring: of the candidates of a shard, over all its segments together, the
 * best {@code ceil(k * oversample)} by their prefixes are rescored, and there are never fewer
 * candidates than that. A large graph needs more candidates to find its nearest than are worth
 * reading: of 1,000,000 x 1024 generated vectors, 250 candidates of which half are rescored find
 * .992 of the ten nearest (see {@code benchmarks/results}).
 *
 * @param oversample candidates for each hit asked for, 1 to 100; 0, by which {@code dense_vector}
 *     is told not to rescore, is as 1: hits always have the scores of full vectors
 */
public record RescoreVector(float oversample) implements ToXContentObject {

  /** What a mapping without the parameter has. */
  public static final RescoreVector DEFAULT = new RescoreVector(5);

  /** The most candidates that a query may take from a shard. */
  public static final int MAX_CANDIDATES = 10_000;

  private static final float MAX_OVERSAMPLE = 100;

  static final String NAME = "rescore_vector";

  private static final ParseField OVERSAMPLE = new ParseField("oversample");

  private static final ConstructingObjectParser<RescoreVector, Void> PARSER =
      new ConstructingObjectParser<>(NAME, args -> new RescoreVector((float) args[0]));

  static {
    PARSER.declareFloat(ConstructingObjectParser.constructorArg(), OVERSAMPLE);
  }

  /** Checks the range. */
  public RescoreVector {
    boolean inRange = oversample >= 1 && oversample <= MAX_OVERSAMPLE;
    if (inRange == false && oversample != 0) {
      throw new IllegalArgumentException(
          "["
              + NAME
              + ".oversample] must be between [1] and ["
              + (int) MAX_OVERSAMPLE
              + "] but was ["
              + oversample
              + "]");
    }
  }

  /**
   * How many candidates to rescore.
   *
   * @param k the hits that a shard returns, at most {@link #MAX_CANDIDATES}
   */
  public int rescored(int k) {
    return (int) Math.min(MAX_CANDIDATES, Math.ceil((double) k * Math.max(1, oversample)));
  }

  /**
   * Reads {@code {"oversample": 5}}.
   *
   * @throws IllegalArgumentException when it is something else or out of range
   */
  public static RescoreVector fromXContent(XContentParser parser) {
    return PARSER.apply(parser, null);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    return builder.startObject().field(OVERSAMPLE.getPreferredName(), oversample).endObject();
  }
}
