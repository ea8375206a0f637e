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
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** What is recommended of settings whose recall is known. */
public class RecommendationTest extends LuceneTestCase {
  /** What no search can rescore is not promised. */
  public void testRecommendationWithinRowsOfASearch() {
    int[][] places = {IntStream.rangeClosed(1, 1000).map(i -> i * 12).toArray()};
    List<PrefixRecall> settings =
        List.of(new PrefixRecall(8, PrefixEncoding.BIT1, 1, 1000, 20_000, places));
    Recommendation any = Recommendation.of(settings, 1000, 0.98);
    assertEquals(12, any.oversample());
    assertTrue(any.reached());
    Recommendation possible = Recommendation.of(settings, 1000, 0.98, 10_000);
    assertEquals(10, possible.oversample());
    assertEquals(0.833, possible.recall().mean(), 1e-9);
    assertFalse(possible.reached());
    assertEquals(12, Recommendation.of(settings, 1000, 0.98, 12_000).oversample());
  }
}
