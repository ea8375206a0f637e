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

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Each way from evidence to a word. */
public class NestingRuleTest extends LuceneTestCase {
  private static final Estimate FLAT = new Estimate(1, 0.95, 1.05);
  private static final Estimate CLEAR = new Estimate(1.4, 1.3, 1.5);
  private static final Estimate NONE = new Estimate(0, -0.02, 0.02);
  private static final Estimate GAIN = new Estimate(0.05, 0.03, 0.07);
  private static final Estimate LOSS = new Estimate(-0.05, -0.07, -0.03);

  public void testOrdered() {
    assertWord(Nesting.NESTED, 0.0002, CLEAR, GAIN, 3, 50, 512, "the leading 64 dims carry 1.40");
    assertWord(Nesting.WEAKLY_NESTED, 0.0002, CLEAR, NONE, 0, 50, 768, "hardly more neighbours");
    assertWord(Nesting.WEAKLY_NESTED, 0.0002, FLAT, GAIN, 3, 50, 768, "only 1.00 times");
    assertWord(
        Nesting.UNSURE, 0.0002, CLEAR, LOSS, -3, 5000, 768, "find fewer neighbours, by 0.050");
  }

  public void testNotOrdered() {
    assertWord(Nesting.NOT_NESTED, 0.5, FLAT, NONE, 0, 100, 768, "no more than others");
    assertWord(Nesting.NOT_NESTED, 0.5, FLAT, LOSS, -3, 100, 1024, "no more than others");
    assertWord(Nesting.UNSURE, 0.5, FLAT, NONE, 0, 99, 768, "99 different vectors are too few");
    assertWord(Nesting.UNSURE, 0.5, FLAT, NONE, 0, 5000, 512, "may be prefixes already");
    assertWord(Nesting.NOT_NESTED, 0.5, FLAT, NONE, 0, 5000, 384, "no more than others");
    assertWord(Nesting.UNSURE, 0.015, FLAT, NONE, 0, 5000, 768, "one random order in 67");
    assertWord(Nesting.UNSURE, 0.5, new Estimate(1, 0.5, 1.5), NONE, 0, 5000, 768, "up to 1.50");
    assertWord(Nesting.UNSURE, 0.5, FLAT, GAIN, 4, 5000, 768, "finds 0.050 more neighbours");
  }

  private static void assertWord(
      Nesting expected,
      double chance,
      Estimate lift,
      Estimate gain,
      double draws,
      int vectors,
      int dims,
      String reason) {
    DimOrder order =
        new DimOrder(new double[] {5}, new double[] {0.05}, new double[] {1.8}, chance);
    NestingVerdict.Evidence evidence = new NestingVerdict.Evidence(64, lift, 0.5, 0.5, gain, draws);
    NestingVerdict verdict = new NestingRule(order, List.of(evidence), vectors, dims).verdict();
    assertEquals(verdict.reason(), expected, verdict.nesting());
    assertTrue(verdict.reason(), verdict.reason().contains(reason));
  }

  /** The chance is that of a random order, whatever the dims carry. */
  public void testOrderOfDims() {
    double[] carried = new double[64];
    for (int i = 0; i < carried.length; i++) {
      carried[i] = Math.exp(random().nextGaussian());
    }
    Arrays.sort(carried);
    int[] lengths = {4, 8, 16, 32};
    assertEquals(1, DimOrder.of(carried, lengths, random().nextLong()).chance(), 0.01);
    for (int i = 0; i < 32; i++) {
      double swapped = carried[i];
      carried[i] = carried[63 - i];
      carried[63 - i] = swapped;
    }
    DimOrder falling = DimOrder.of(carried, lengths, random().nextLong());
    assertTrue(falling.chance() <= 0.0004);
    assertEquals(
        "nothing else carries more",
        0,
        DimOrder.of(new double[] {3, 3, 3, 3}, new int[] {1, 2}, 0).excess()[0],
        0);
  }
}
