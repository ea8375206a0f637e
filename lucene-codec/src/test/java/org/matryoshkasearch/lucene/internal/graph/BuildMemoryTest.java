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

import org.apache.lucene.tests.util.LuceneTestCase;

public class BuildMemoryTest extends LuceneTestCase {
  public void testLeavesSomethingForOthers() {
    BuildMemory memory = new BuildMemory(1000);
    try (BuildMemory.Share first = memory.take(100, 5000)) {
      assertEquals(550, first.bytes());
      try (BuildMemory.Share second = memory.take(450, 5000)) {
        assertEquals("no less than the least", 450, second.bytes());
        assertNull(memory.take(1, 1));
      }
      try (BuildMemory.Share little = memory.take(10, 20)) {
        assertEquals("no more than is wanted", 20, little.bytes());
        assertEquals(430, memory.free());
      }
    }
    assertEquals(1000, memory.free());
  }

  public void testIsGivenBackOnce() {
    BuildMemory memory = new BuildMemory(7);
    BuildMemory.Share share = memory.take(7, 7);
    share.close();
    share.close();
    assertEquals(7, memory.free());
  }
}
