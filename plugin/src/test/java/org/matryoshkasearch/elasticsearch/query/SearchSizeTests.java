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

import org.elasticsearch.test.ESTestCase;
import org.junit.function.ThrowingRunnable;
import org.matryoshkasearch.elasticsearch.mapper.IndexOptions;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;

/** The limits of a search, and its hits where only the request says them. */
public class SearchSizeTests extends ESTestCase {

  public void testKIsTheSizeOfTheRequest() {
    SearchSize unsaid = new SearchSize(null, null, null);
    assertEquals(7, unsaid.hits(7));
    assertEquals(10, unsaid.hits(null));
    assertEquals(10, unsaid.hits(-1));
    assertEquals(10_000, unsaid.hits(20_000));
    assertEquals(3, new SearchSize(3, null, null).hits(7));
  }

  public void testCandidatesAreAtLeastWhatIsRescored() {
    SearchSize unsaid = new SearchSize(null, null, null);
    assertEquals(RescoreVector.DEFAULT, unsaid.rescore(IndexOptions.DEFAULT));
    RescoreVector five = new RescoreVector(5);
    assertEquals(five, new SearchSize(null, null, five).rescore(IndexOptions.DEFAULT));
    assertEquals(50, five.rescored(10));
    assertEquals(50, unsaid.candidates(10, five));
    assertEquals(200, new SearchSize(null, 200, null).candidates(10, five));
    RescoreVector one = new RescoreVector(1);
    assertEquals(10, one.rescored(10));
    assertEquals(15, unsaid.candidates(10, one));
  }

  /** As {@code dense_vector} is told not to rescore; here at least the hits are. */
  public void testNoOversample() {
    RescoreVector none = new RescoreVector(0);
    assertEquals(10, none.rescored(10));
    assertEquals(15, new SearchSize(10, null, none).candidates(10, none));
  }

  /** What a target takes is known when the segments are: candidates are the least. */
  public void testTargetRecall() {
    RescoreVector most = RescoreVector.ofTargetRecall(0.999f);
    assertEquals(0.999, most.recall(), 0);
    assertEquals(10, new SearchSize(null, null, null).candidates(10, most));
    assertEquals(200, new SearchSize(null, 200, null).candidates(10, most));
  }

  public void testLimits() {
    assertRefused(
        "[k] must be set where the [size] of the request, its default, is [0]",
        () -> new SearchSize(null, null, null).hits(0));
    assertRefused("[k] must be greater than 0 but was [0]", () -> new SearchSize(0, null, null));
    assertRefused(
        "[k] cannot exceed [10000] but was [10001]", () -> new SearchSize(10_001, null, null));
    assertRefused(
        "[num_candidates] must be greater than 0 but was [-1]",
        () -> new SearchSize(null, -1, null));
    assertRefused(
        "[num_candidates] cannot exceed [10000] but was [10001]",
        () -> new SearchSize(null, 10_001, null));
    assertRefused(
        "[num_candidates] cannot be less than [k] but [9] is less than [10]",
        () -> new SearchSize(10, 9, null));
    assertRefused(
        "[rescore_vector.oversample] must be between [1] and [100] but was [101.0]",
        () -> new RescoreVector(101));
    assertRefused(
        "[rescore_vector.oversample] must be between [1] and [100] but was [NaN]",
        () -> new RescoreVector(Float.NaN));
    assertRefused(
        "[rescore_vector.target_recall] must be between [0.5] and [0.999] but was [0.9995]",
        () -> RescoreVector.ofTargetRecall(0.9995f));
    assertRefused(
        "[exact] compares all documents: it takes no [num_candidates] and no [rescore_vector]",
        () -> new SearchSize(10, 100, null, true));
    assertRefused(
        "[rescore_vector] needs [oversample] or [target_recall]",
        () -> new RescoreVector(null, null));
    assertRefused(
        "[rescore_vector] needs [oversample] or [target_recall], and does not take both",
        () -> new RescoreVector(5f, 0.9f));
  }

  private static void assertRefused(String message, ThrowingRunnable construction) {
    Exception e = expectThrows(IllegalArgumentException.class, construction);
    assertEquals(message, e.getMessage());
  }
}
