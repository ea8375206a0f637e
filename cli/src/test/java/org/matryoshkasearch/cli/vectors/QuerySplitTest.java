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
package org.matryoshkasearch.cli.vectors;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.Test;

public class QuerySplitTest {

  @Test
  public void testEachRowIsEitherQueryOrDocument() throws Exception {
    QuerySplit split = QuerySplit.read(new GeneratedVectors(101, 4, 1), 15, rows -> {});
    assertEquals(15, split.queries().size());
    assertEquals(86, split.documentCount());
    assertEquals(4, split.dims());
    Set<Long> seen = new HashSet<>();
    split.queries().forEach(row -> assertTrue(seen.add(row.row())));
    split.forEachBatch(
        10,
        batch -> {
          assertTrue(!batch.isEmpty() && batch.size() <= 10);
          batch.forEach(row -> assertTrue(seen.add(row.row())));
        });
    assertEquals(101, seen.size());
  }

  @Test
  public void testAlwaysTheSameQueries() throws Exception {
    List<Long> some = queries(1000, 5);
    assertEquals(some, queries(1000, 5));
    assertEquals("fewer queries are a part of more", some, queries(1000, 9).subList(0, 5));
  }

  @Test
  public void testSmallSetsKeepMostOfTheirRows() throws Exception {
    assertEquals(4, queries(20, 100).size());
    assertEquals(1, queries(2, 100).size());
    assertThrows(IOException.class, () -> queries(1, 100));
  }

  private static List<Long> queries(int rows, int wanted) throws IOException {
    QuerySplit split = QuerySplit.read(new GeneratedVectors(rows, 4, 1), wanted, done -> {});
    return split.queries().stream().map(VectorRow::row).toList();
  }
}
