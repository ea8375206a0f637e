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
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentObject;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * {@code rescore_vector}, in a mapping and in a query: how many candidates the full vectors
 * rescore, or which share of the nearest is to be found.
 *
 * <p>With {@code target_recall}, a search takes as many candidates from the graphs as its segments
 * have learnt that it needs, and rescores the best by prefix until no more hits than may be missed
 * are expected among the rest; {@code num_candidates} is then the least that is taken.
 *
 * <p>With {@code oversample}, as with {@code dense_vector}, {@code num_candidates} buys effort in
 * the graphs and {@code oversample} buys rescoring: of the candidates of a shard, over all its
 * segments together, the best {@code ceil(k * oversample)} by their prefixes are rescored, and
 * there are never fewer candidates than that. A large graph needs more candidates to find its
 * nearest than are worth reading: of 1,000,000 x 1024 generated vectors, 250 candidates of which
 * half are rescored find .992 of the ten nearest (see {@code benchmarks/results}).
 *
 * @param oversample candidates for each hit asked for, 1 to 100; 0, by which {@code dense_vector}
 *     is told not to rescore, is as 1: hits always have the scores of full vectors. Null with a
 *     target
 * @param targetRecall the share of the k nearest of a shard that is to be found on the average, 0.5
 *     to 0.999; null with {@code oversample}
 */
public record RescoreVector(Float oversample, Float targetRecall) implements ToXContentObject {

  /** What a mapping without the parameter has. */
  public static final RescoreVector DEFAULT = ofTargetRecall(0.98f);

  /** The most candidates that a query may take from a shard. */
  public static final int MAX_CANDIDATES = 10_000;

  private static final float MAX_OVERSAMPLE = 100;
  private static final float MIN_RECALL = (float) MatryoshkaKnnQuery.LEAST_RECALL;
  private static final float MAX_RECALL = (float) MatryoshkaKnnQuery.MOST_RECALL;

  static final String NAME = "rescore_vector";

  static final ParseField OVERSAMPLE = new ParseField("oversample");
  static final ParseField TARGET_RECALL = new ParseField("target_recall");

  private static final ConstructingObjectParser<RescoreVector, Void> PARSER =
      new ConstructingObjectParser<>(
          NAME, args -> new RescoreVector((Float) args[0], (Float) args[1]));

  static {
    PARSER.declareFloat(ConstructingObjectParser.optionalConstructorArg(), OVERSAMPLE);
    PARSER.declareFloat(ConstructingObjectParser.optionalConstructorArg(), TARGET_RECALL);
  }

  /** Checks that there is one of the two, and its range. */
  public RescoreVector {
    if ((oversample == null) == (targetRecall == null)) {
      throw new IllegalArgumentException(
          "["
              + NAME
              + "] needs [oversample] or [target_recall]"
              + (oversample == null ? "" : ", and does not take both"));
    }
    if (oversample != null && oversample != 0) {
      checkRange(OVERSAMPLE, oversample, 1, MAX_OVERSAMPLE);
    }
    if (targetRecall != null) {
      checkRange(TARGET_RECALL, targetRecall, MIN_RECALL, MAX_RECALL);
    }
  }

  /** So many candidates for each hit. */
  public RescoreVector(float oversample) {
    this(oversample, null);
  }

  /** A share of the nearest. */
  public static RescoreVector ofTargetRecall(float targetRecall) {
    return new RescoreVector(null, targetRecall);
  }

  private static void checkRange(ParseField parameter, float value, float min, float max) {
    boolean inRange = value >= min && value <= max;
    if (inRange == false) {
      DecimalFormat plain =
          new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
      throw new IllegalArgumentException(
          "["
              + NAME
              + "."
              + parameter.getPreferredName()
              + "] must be between ["
              + plain.format(min)
              + "] and ["
              + plain.format(max)
              + "] but was ["
              + value
              + "]");
    }
  }

  /** Whether a share of the nearest is wanted. */
  public boolean hasTarget() {
    return targetRecall != null;
  }

  /**
   * How many candidates to rescore, where no share of the nearest is wanted.
   *
   * @param k the hits that a shard returns, at most {@link #MAX_CANDIDATES}
   */
  public int rescored(int k) {
    return (int) Math.min(MAX_CANDIDATES, Math.ceil((double) k * Math.max(1, oversample)));
  }

  /** The share of the nearest, as it was written in decimals. */
  public double recall() {
    return Double.parseDouble(targetRecall.toString());
  }

  /**
   * Reads {@code {"oversample": 5}} or {@code {"target_recall": 0.95}}.
   *
   * @throws IllegalArgumentException when it is something else or out of range
   */
  public static RescoreVector fromXContent(XContentParser parser) {
    return PARSER.apply(parser, null);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject();
    if (hasTarget()) {
      builder.field(TARGET_RECALL.getPreferredName(), targetRecall);
    } else {
      builder.field(OVERSAMPLE.getPreferredName(), oversample);
    }
    return builder.endObject();
  }
}
