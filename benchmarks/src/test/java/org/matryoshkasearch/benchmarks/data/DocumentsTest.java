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
package org.matryoshkasearch.benchmarks.data;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DocumentsTest {

  @Rule public TemporaryFolder temporary = new TemporaryFolder();

  private int[] sizes(int rows, int segments) throws IOException {
    Path file = temporary.newFile().toPath();
    Files.write(file, new byte[rows * Float.BYTES]);
    return new Documents(Vectors.map(file, 1), VectorSimilarityFunction.DOT_PRODUCT, null, segments)
        .segmentSizes();
  }

  @Test
  public void testSegmentsFallBySteps() throws IOException {
    assertArrayEquals(new int[] {1000}, sizes(1000, 1));
    assertArrayEquals(new int[] {667, 333}, sizes(1000, 2));
    assertArrayEquals(new int[] {4000, 2000, 1000, 500}, sizes(7500, 4));
    int[] many = sizes(40_000, 20);
    assertEquals(40_000, Arrays.stream(many).sum());
    assertEquals(50, (double) many[0] / many[19], 2);
    for (int i = 1; i < many.length; i++) {
      assertTrue(Arrays.toString(many), many[i] < many[i - 1]);
    }
  }

  @Test
  public void testEachSegmentHasARow() throws IOException {
    int[] ones = new int[30];
    Arrays.fill(ones, 1);
    assertArrayEquals(ones, sizes(30, 30));
    int[] few = sizes(40, 30);
    assertEquals(40, Arrays.stream(few).sum());
    assertTrue(Arrays.stream(few).allMatch(size -> size > 0));
    assertThrows(IllegalArgumentException.class, () -> sizes(5, 6));
  }
}
