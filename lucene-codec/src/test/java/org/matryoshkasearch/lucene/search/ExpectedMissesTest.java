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

import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

/** When rescoring stops. */
public class ExpectedMissesTest extends LuceneTestCase {
  private static final float[] NONE = {};

  public void testNormalTail() {
    assertEquals(0.5, QueryLine.normalTail(0), 1e-6);
    assertEquals(0.158655254, QueryLine.normalTail(1), 1e-6);
    assertEquals(0.841344746, QueryLine.normalTail(-1), 1e-6);
    assertEquals(0.001349898, QueryLine.normalTail(3), 1e-6);
    assertEquals(0, QueryLine.normalTail(40), 0);
    assertEquals(1, QueryLine.normalTail(-40), 0);
  }

  public void testStopsWhereNoMoreAreExpected() {
    // full = 2 * prefix + 0.1, but for 0.01
    float[] prefixes = {0.4f, 0.39f, 0.38f, 0.37f, 0.3f, 0.2f};
    float[] full = {0.9f, 0.88f, 0.86f};
    ExpectedMisses misses = new ExpectedMisses(2, 0.01, 0.1, 1);
    // the second is .88, and what comes next .84: four deviations below
    ExpectedMisses.Next next = misses.next(prefixes, full, 2);
    assertEquals(0, next.count());
    assertEquals(0, next.expectedAfter(), 1e-4);
    // of three, .86 is the last, and .84 two deviations below: .023
    assertEquals(0, misses.next(prefixes, full, 3).count());
    assertEquals(0.0228, misses.next(prefixes, full, 3).expectedAfter(), 1e-3);
    assertEquals(1, new ExpectedMisses(2, 0.01, 0.01, 1).next(prefixes, full, 3).count());
    // with what says little more are needed, with nothing to say all
    assertEquals(3, new ExpectedMisses(2, 10, 0.01, 1).next(prefixes, full, 3).count());
    assertEquals(3, misses.next(prefixes, full, 4).count());
  }

  /** Where the rescored lie farther from the line than was learnt, the rest may, too. */
  public void testLearnsFromTheQuery() {
    float[] prefixes = {0.4f, 0.4f, 0.4f, 0.4f, 0.39f, 0.38f};
    ExpectedMisses misses = new ExpectedMisses(1, 0.001, 0.01, 1);
    float[] near = {0.401f, 0.399f, 0.401f, 0.399f};
    assertEquals(0, misses.next(prefixes, near, 1).count());
    float[] far = {0.45f, 0.35f, 0.45f, 0.35f};
    assertEquals(2, misses.next(prefixes, far, 1).count());
    // nearer than was learnt is chance
    ExpectedMisses wide = new ExpectedMisses(1, 0.01, 0.01, 1);
    assertEquals(2, wide.next(prefixes, new float[] {0.4f, 0.4f, 0.4f, 0.4f}, 1).count());
  }

  /** Where the rescored say that full scores fall faster than was learnt, the rest does, too. */
  public void testTakesTheSteeperLine() {
    float[] prefixes = new float[60];
    float[] steep = new float[48];
    float[] flat = new float[48];
    for (int i = 0; i < prefixes.length; i++) {
      prefixes[i] = 1 - 0.01f * i;
    }
    for (int i = 0; i < steep.length; i++) {
      steep[i] = 0.9f * prefixes[i];
      flat[i] = 0.5f;
    }
    // 1/3 of .1 and 2/3 of .9 is .63: by that what comes next is .29 below the tenth, by .1 it was
    // .16
    assertEquals(0, new ExpectedMisses(0.1, 0.1, 0.1, 1).next(prefixes, steep, 10).count());
    QueryLine line = QueryLine.of(0.1, 0.1, prefixes, steep, 10);
    assertEquals(QueryLine.normalTail(2.86), line.above(prefixes[48]), 1e-3);
    // less steep than was learnt is chance, and tells less: deviations are those of .14 for each
    line = QueryLine.of(1, 0.01, prefixes, flat, 10);
    assertEquals(QueryLine.normalTail(0.245 / 0.129), line.above(prefixes[48]), 1e-3);
  }

  /** The last candidates tell how high the line is where others come after them. */
  public void testLooksAtTheLastBeforeItWantsMore() {
    float[] prefixes = new float[40];
    for (int i = 0; i < prefixes.length; i++) {
      prefixes[i] = 1 - 0.001f * i;
    }
    ExpectedMisses misses = new ExpectedMisses(1, 0.06, 0.1, 0.1);
    float[] full = Arrays.copyOf(prefixes, 24);
    assertEquals(160, misses.candidatesWanted(prefixes, full, NONE, 10, 100_000));
    float[] asTold = Arrays.copyOfRange(prefixes, 24, 40);
    assertEquals(160, misses.candidatesWanted(prefixes, full, asTold, 10, 100_000));
    float[] farBelow = new float[16];
    for (int i = 0; i < farBelow.length; i++) {
      farBelow[i] = asTold[i] - 0.5f;
    }
    assertEquals(40, misses.candidatesWanted(prefixes, full, farBelow, 10, 100_000));
  }

  public void testOfALineWithoutDeviation() {
    float[] prefixes = {0.4f, 0.3f, 0.2f};
    assertEquals(0, new ExpectedMisses(1, 0, 0.1, 1).next(prefixes, new float[] {0.4f}, 1).count());
    assertEquals(
        2, new ExpectedMisses(-1, 0, 0.1, 1).next(prefixes, new float[] {0.4f}, 1).count());
  }

  public void testWantsMoreWhereHitsAreExpectedBeyondTheLast() {
    float[] prefixes = new float[40];
    float[] full = new float[40];
    for (int i = 0; i < prefixes.length; i++) {
      prefixes[i] = 1 - 0.001f * i;
      full[i] = prefixes[i];
    }
    // the tenth is .991, the last .961: three deviations below, half a one, or seven
    int of = 100_000;
    assertEquals(40, wanted(0.01, 0.1, prefixes, full, 10, 50));
    assertEquals(
        40, wanted(0.004, 0.1, prefixes, full, 10, of)); // of so many, three are not enough
    assertEquals(160, wanted(0.06, 0.1, prefixes, full, 10, of)); // not more at once
    assertEquals(50, wanted(0.06, 0.1, prefixes, full, 10, 50)); // there are no more
    assertEquals(40, wanted(0.06, 0.1, prefixes, full, 10, 40));
    assertEquals(40, wanted(0.06, 0.1, prefixes, full, 10, 30)); // about so many were said to be
    assertEquals(40, wanted(0.06, 100_000, prefixes, full, 10, of));
    assertEquals(
        40, new ExpectedMisses(0, 0.06, 0.1, 0.1).candidatesWanted(prefixes, full, NONE, 10, of));
    float[] few = {0.9f, 0.8f, 0.7f};
    assertEquals(3, wanted(0.06, 0.1, few, few, 1, of));
  }

  private static int wanted(
      double deviation, double allowed, float[] prefixes, float[] full, int k, int vectors) {
    return new ExpectedMisses(1, deviation, 0.1, allowed)
        .candidatesWanted(prefixes, full, NONE, k, vectors);
  }

  /** As many as hold what is expected, where scores fall as the logarithm of the rank does. */
  public void testWantsAsManyAsAreNeeded() {
    int vectors = 100_000;
    float[] scores = new float[vectors];
    for (int i = 0; i < vectors; i++) {
      scores[i] = (float) (0.9 - 0.02 * Math.log(i + 1));
    }
    int count = 100;
    float[] prefixes = Arrays.copyOf(scores, count);
    double deviation = 0.02;
    double allowed = 0.1;
    int wanted = wanted(deviation, allowed, prefixes, prefixes, 10, vectors);
    double expected = 0;
    double expectedOfAll = 0;
    for (int i = count; i < vectors; i++) {
      double above = QueryLine.normalTail((scores[9] - scores[i]) / deviation);
      expectedOfAll += above;
      expected += i < wanted ? 0 : above;
    }
    assertTrue("" + expectedOfAll, expectedOfAll > 1.5 * allowed);
    assertTrue(wanted + " leave " + expected, expected < allowed && expected > 0.1 * allowed);
    // what is enough is enough
    assertEquals(count, wanted(deviation, expectedOfAll, prefixes, prefixes, 10, vectors));
    assertTrue(wanted(deviation, expectedOfAll / 2, prefixes, prefixes, 10, vectors) > count);
  }
}
