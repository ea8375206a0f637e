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
package org.matryoshkasearch.lucene.search;

import java.util.List;
import java.util.Locale;

/**
 * One narrowing step between the prefix search and the rescore with the full vectors: scores the
 * leading dimensions of every candidate exactly and keeps the best.
 *
 * @param dims how many leading dimensions are scored, at least 1
 * @param keep how many candidates go on, at least 1
 */
public record FunnelStage(int dims, int keep) {
  /**
   * A stage.
   *
   * @throws IllegalArgumentException if a number is below 1
   */
  public FunnelStage {
    if (dims < 1) {
      throw new IllegalArgumentException(
          "[dims] of a funnel stage must be at least 1, got [" + dims + "]");
    }
    if (keep < 1) {
      throw new IllegalArgumentException(
          "[keep] of a funnel stage must be at least 1, got [" + keep + "]");
    }
  }

  /**
   * Checks that stages score more and more dimensions, and keep fewer and fewer candidates.
   *
   * @param field for messages
   * @param prefixDims how many dimensions the graph has compared before the first, or 0
   * @param targetDims how many the query vector has, which the last stage has fewer of
   * @param candidates how many there are before the first
   * @param k how many hits are wanted, which every stage keeps
   * @throws IllegalArgumentException if it is otherwise
   */
  public static void check(
      String field,
      List<FunnelStage> stages,
      int prefixDims,
      int targetDims,
      int candidates,
      int k) {
    int dims = prefixDims;
    int kept = candidates;
    String before = "prefix_dims";
    for (FunnelStage stage : stages) {
      check(
          stage.dims > dims,
          field,
          "dims [%d] must be more than [%d], " + before,
          stage.dims,
          dims);
      check(
          stage.dims < targetDims,
          field,
          "dims [%d] must be fewer than the [%d] of the query vector",
          stage.dims,
          targetDims);
      check(stage.keep >= k, field, "keep [%d] must be at least [%d], [k]", stage.keep, k);
      check(
          stage.keep < kept,
          field,
          "keep [%d] must be fewer than the [%d] candidates before it",
          stage.keep,
          kept);
      dims = stage.dims;
      kept = stage.keep;
      before = "those of the stage before it";
    }
  }

  private static void check(boolean holds, String field, String message, int found, int bound) {
    if (!holds) {
      throw new IllegalArgumentException(
          "[funnel] stage for field ["
              + field
              + "]: "
              + String.format(Locale.ROOT, message, found, bound));
    }
  }
}
