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
package org.matryoshkasearch.cli;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

public class TableTest {

  @Test
  public void testAlignment() {
    Table table = new Table("", "recall", "ms");
    table.add("exact", "1.000", "12.5");
    table.add("matryoshka", "0.99", "1");
    assertEquals(
        """
                    recall    ms
        ------------------------
        exact        1.000  12.5
        matryoshka    0.99     1
        """,
        table.toString());
  }

  @Test
  public void testWrongNumberOfCells() {
    Table table = new Table("a", "b");
    assertThrows(IllegalArgumentException.class, () -> table.add("1"));
  }
}
