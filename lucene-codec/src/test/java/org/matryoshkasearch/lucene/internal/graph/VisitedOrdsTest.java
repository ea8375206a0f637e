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
package org.matryoshkasearch.lucene.internal.graph;

import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.tests.util.LuceneTestCase;

public class VisitedOrdsTest extends LuceneTestCase {
  /** With a bit each, and as a hash set that grows. */
  public void testIsASetOfOrdinals() {
    for (int size : new int[] {1, 1000, VisitedOrds.MOST_BITS, 1 << 18, Integer.MAX_VALUE}) {
      VisitedOrds visited = new VisitedOrds(size, random().nextInt(100));
      Set<Integer> expected = new HashSet<>();
      int bound = 1 + random().nextInt(size);
      for (int i = 0; i < 5000; i++) {
        int ord = random().nextInt(bound);
        assertEquals(expected.add(ord), visited.add(ord));
      }
      assertEquals(expected.add(size - 1), visited.add(size - 1));
      assertFalse(visited.add(size - 1));
    }
  }
}
