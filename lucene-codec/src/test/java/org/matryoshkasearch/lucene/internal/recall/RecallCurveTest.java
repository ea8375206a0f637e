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
package org.matryoshkasearch.lucene.internal.recall;

import java.util.HashMap;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;

/** How many candidates a curve asks for. */
public class RecallCurveTest extends LuceneTestCase {
  private static final RecallCurve CURVE =
      new RecallCurve(
          1.5f,
          0.01f,
          0.25f,
          new int[] {12, 24, 120, 240},
          new float[] {0.8f, 0.95f, 1, 1},
          new float[] {0.8f, 0.95f});

  public void testStepsAndBetween() {
    assertEquals(12, CURVE.candidates(10, 0.5), 0); // no less is known of
    assertEquals(12, CURVE.candidates(10, 0.8), 1e-3);
    assertEquals(24, CURVE.candidates(10, 0.95), 1e-3);
    double between = CURVE.candidates(10, 0.9); // as half is missed of what is at 12
    assertEquals(12 * Math.pow(2, 0.5), between, 1e-3);
    assertTrue(CURVE.candidates(10, 0.99) > 24);
    assertTrue(CURVE.candidates(10, 0.99) <= 120);
  }

  public void testOtherNumbersOfHits() {
    assertEquals(12, CURVE.candidates(1, 0.95), 1e-3); // half of those for ten
    assertEquals(240, CURVE.candidates(100, 0.95), 1e-3);
    assertEquals(2400, CURVE.candidates(1000, 0.95), 1e-3);
    double root = CURVE.candidates((int) Math.round(10 * Math.sqrt(10)), 0.95);
    assertEquals(24 * Math.sqrt(10), root, 1);
    for (int k = 1; k < 2000; k++) {
      assertTrue(CURVE.candidates(k, 0.95) >= k);
      assertTrue(CURVE.candidates(k + 1, 0.95) >= CURVE.candidates(k, 0.95));
    }
  }

  public void testBeyondTheLastStepLessIsMissedByAsMuchMore() {
    assertEquals(2.5 * 240, CURVE.candidates(100, 0.98), 1e-3);
    assertEquals(4 * 240, CURVE.candidates(100, 0.9999), 1e-3);
  }

  public void testMoreForMore() {
    for (int k : new int[] {1, 7, 10, 50, 100, 500}) {
      double last = 0;
      for (double recall = 0.5; recall < 0.9995; recall += 0.0005) {
        double candidates = CURVE.candidates(k, recall);
        assertTrue(candidates >= last);
        last = candidates;
      }
    }
  }

  public void testAttribute() {
    FieldInfo field = field();
    assertNull(RecallCurve.of(field));
    RecallCurve.set(field, CURVE);
    RecallCurve read = RecallCurve.of(field);
    assertEquals(CURVE.toString(), read.toString());
    assertEquals(1.5f, read.slope(), 0);
    assertEquals(0.01f, read.deviation(), 0);
    assertEquals(0.25f, read.growth(), 0);
    RecallCurve.set(field, null);
    assertNull(RecallCurve.of(field));
  }

  public void testWhatCannotBeReadIsNothing() {
    for (String wrong :
        new String[] {
          "x",
          ";;;",
          "1;2;0;",
          "1;2;0;3",
          "1;2;0;3:a",
          "1;2;0;3:.5,",
          "NaN;2;0;3:.5",
          "1;-2;0;3:.5",
          "1;2;7;3:.5",
          "1;2;0;3:2",
          "1;2;0;3:.5,3:.6"
        }) {
      FieldInfo field = field();
      field.putAttribute("matryoshka.recall", wrong);
      assertNull(wrong, RecallCurve.of(field));
    }
  }

  private static FieldInfo field() {
    return new FieldInfo(
        "f",
        0,
        false,
        false,
        false,
        IndexOptions.NONE,
        DocValuesType.NONE,
        DocValuesSkipIndexType.NONE,
        -1,
        new HashMap<>(),
        0,
        0,
        0,
        4,
        VectorEncoding.FLOAT32,
        VectorSimilarityFunction.COSINE,
        false,
        false);
  }
}
