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
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.search.SearchService;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentFragment;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.mapper.IndexOptions;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;

/**
 * The numbers of a search, with the limits and the defaults of {@code knn}.
 *
 * @param k the hits of each shard, 1 to 10,000; null for the size of the request
 * @param numCandidates candidates to find by prefix, k to 10,000; null for one and a half times k,
 *     or with a target recall for what that takes
 * @param rescoreVector candidates to rescore; null for what the mapping says
 * @param exact whether all documents are compared by full vectors: then there are no candidates
 */
public record SearchSize(
    Integer k, Integer numCandidates, RescoreVector rescoreVector, boolean exact)
    implements Writeable, ToXContentFragment {

  static final ParseField K = new ParseField("k");
  static final ParseField NUM_CANDIDATES = new ParseField("num_candidates");
  static final ParseField RESCORE_VECTOR = new ParseField("rescore_vector");
  static final ParseField EXACT = new ParseField("exact");

  private static final float DEFAULT_CANDIDATES_FOR_EACH_HIT = 1.5f;

  /**
   * @throws IllegalArgumentException when a number is out of its range
   */
  public SearchSize {
    checkRange(K, k);
    checkRange(NUM_CANDIDATES, numCandidates);
    if (exact && (numCandidates != null || rescoreVector != null)) {
      throw new IllegalArgumentException(
          "[exact] compares all documents: it takes no [num_candidates] and no [rescore_vector]");
    }
    if (k != null && numCandidates != null && numCandidates < k) {
      throw new IllegalArgumentException(
          "[num_candidates] cannot be less than [k] but ["
              + numCandidates
              + "] is less than ["
              + k
              + "]");
    }
  }

  /** Of a search that takes candidates from the graph. */
  public SearchSize(Integer k, Integer numCandidates, RescoreVector rescoreVector) {
    this(k, numCandidates, rescoreVector, false);
  }

  private static void checkRange(ParseField parameter, Integer value) {
    String name = "[" + parameter.getPreferredName() + "]";
    if (value != null && value < 1) {
      throw new IllegalArgumentException(name + " must be greater than 0 but was [" + value + "]");
    }
    if (value != null && value > RescoreVector.MAX_CANDIDATES) {
      throw new IllegalArgumentException(
          name + " cannot exceed [" + RescoreVector.MAX_CANDIDATES + "] but was [" + value + "]");
    }
  }

  /**
   * How many hits a shard returns.
   *
   * @param requested the size of the request; null or negative where it does not say
   * @throws IllegalArgumentException when only the request could say, and it asks for none
   */
  int hits(Integer requested) {
    if (k != null) {
      return k;
    }
    if (requested != null && requested == 0) {
      throw new IllegalArgumentException(
          "[k] must be set where the [size] of the request, its default, is [0]");
    }
    int size = requested == null || requested < 0 ? SearchService.DEFAULT_SIZE : requested;
    int limit = numCandidates == null ? RescoreVector.MAX_CANDIDATES : numCandidates;
    return Math.min(size, limit);
  }

  /**
   * How candidates are rescored.
   *
   * @param ofField what the mapping says
   */
  RescoreVector rescore(IndexOptions ofField) {
    return rescoreVector == null ? ofField.rescoreVector() : rescoreVector;
  }

  /**
   * How many candidates are found by prefix, for so many hits: at least those that are rescored;
   * with a target recall the least, which it adds to.
   */
  int candidates(int hits, RescoreVector rescore) {
    if (rescore.hasTarget()) {
      return numCandidates == null ? hits : Math.max(hits, numCandidates);
    }
    int wanted = numCandidates == null ? defaultCandidates(hits) : numCandidates;
    return Math.max(wanted, rescore.rescored(hits));
  }

  private static int defaultCandidates(int hits) {
    return Math.min(
        Math.round(DEFAULT_CANDIDATES_FOR_EACH_HIT * hits), RescoreVector.MAX_CANDIDATES);
  }

  static SearchSize read(StreamInput in) throws IOException {
    Integer k = in.readOptionalVInt();
    Integer numCandidates = in.readOptionalVInt();
    Float oversample = in.readOptionalFloat();
    Float targetRecall = in.readOptionalFloat();
    boolean given = oversample != null || targetRecall != null;
    return new SearchSize(
        k,
        numCandidates,
        given ? new RescoreVector(oversample, targetRecall) : null,
        in.readBoolean());
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeOptionalVInt(k);
    out.writeOptionalVInt(numCandidates);
    out.writeOptionalFloat(rescoreVector == null ? null : rescoreVector.oversample());
    out.writeOptionalFloat(rescoreVector == null ? null : rescoreVector.targetRecall());
    out.writeBoolean(exact);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    if (k != null) {
      builder.field(K.getPreferredName(), k);
    }
    if (numCandidates != null) {
      builder.field(NUM_CANDIDATES.getPreferredName(), numCandidates);
    }
    if (rescoreVector != null) {
      builder.field(RESCORE_VECTOR.getPreferredName(), rescoreVector);
    }
    if (exact) {
      builder.field(EXACT.getPreferredName(), true);
    }
    return builder;
  }
}
