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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * What is done in leaves is done by few threads where it is little, and by many where it is not.
 */
public class LeafTasksTest extends LuceneTestCase {
  private static final long LEAST = 100;

  /** How many tasks other threads were given. */
  private final AtomicInteger handedOn = new AtomicInteger();

  private List<Integer> run(long... work) throws IOException {
    handedOn.set(0);
    LeafTasks<Integer> tasks = new LeafTasks<>(LEAST);
    for (int leaf = 0; leaf < work.length; leaf++) {
      int given = leaf;
      tasks.add(work[leaf], () -> given);
    }
    try (MultiReader empty = new MultiReader()) {
      return tasks.run(
          new IndexSearcher(
              empty,
              task -> {
                handedOn.incrementAndGet();
                task.run();
              }));
    }
  }

  public void testLittleIsDoneByTheCaller() throws IOException {
    assertEquals(List.of(0, 1, 2, 3), run(20, 30, 0, 40));
    assertEquals(0, handedOn.get());
    assertEquals(List.of(), run());
    assertEquals(0, handedOn.get());
  }

  public void testMuchIsDivided() throws IOException {
    assertEquals(List.of(0, 1, 2), run(LEAST, LEAST, LEAST));
    assertEquals(2, handedOn.get());
    assertEquals(List.of(0, 1, 2, 3), run(60, 60, 60, 60));
    assertEquals(1, handedOn.get());
    // the rest is too little for another thread
    assertEquals(List.of(0, 1, 2, 3, 4), run(60, 60, 60, 60, 60));
    assertEquals(1, handedOn.get());
  }

  /** Whatever the number of them: their sum would be too large for a number. */
  public void testAlone() throws IOException {
    long[] work = new long[50];
    List<Integer> all = new ArrayList<>();
    for (int leaf = 0; leaf < work.length; leaf++) {
      work[leaf] = LeafTasks.ALONE;
      all.add(leaf);
    }
    assertEquals(all, run(work));
    assertEquals(work.length - 1, handedOn.get());
  }

  public void testFailure() {
    LeafTasks<Integer> tasks = new LeafTasks<>(LEAST);
    tasks.add(1, () -> 1);
    tasks.add(
        1,
        () -> {
          throw new IOException("expected");
        });
    IOException failure =
        expectThrows(
            IOException.class,
            () -> {
              try (MultiReader empty = new MultiReader()) {
                tasks.run(new IndexSearcher(empty));
              }
            });
    assertEquals("expected", failure.getMessage());
  }
}
