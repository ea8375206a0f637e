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
package org.matryoshkasearch.lucene.analysis;

import java.util.List;

/**
 * Whether vectors are nested, and what tells it.
 *
 * @param nesting the verdict
 * @param reason why, in a clause for people that begins in lower case and has no full stop
 * @param chance how often dimensions in an order drawn by lot would carry as much in front as
 *     these, from 0 to 1; 1 if that could not be tested
 * @param evidence for prefixes of a 16th, an 8th, a quarter and half of the dimensions; empty if
 *     there was nothing to test
 */
public record NestingVerdict(
    Nesting nesting, String reason, double chance, List<Evidence> evidence) {

  /**
   * A prefix beside as many dimensions drawn by lot.
   *
   * @param prefixDims leading dimensions
   * @param lift the share of the variance that the prefix has, divided by the share of the
   *     dimensions that it has: 1 where all dimensions have the same. Variance is what is left
   *     without the mean; of a dimension no more counts than 19 of 20 have
   * @param prefixRecall the share of the nearest neighbours in a sample that are also the nearest
   *     by the prefix alone
   * @param randomRecall the same by as many dimensions drawn by lot, the mean of several draws
   * @param gain by how much the prefix finds more, query by query
   * @param draws in how many standard deviations of the draws that gain is
   */
  public record Evidence(
      int prefixDims,
      Estimate lift,
      double prefixRecall,
      double randomRecall,
      Estimate gain,
      double draws) {}
}
