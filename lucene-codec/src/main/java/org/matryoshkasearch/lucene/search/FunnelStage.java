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
}
