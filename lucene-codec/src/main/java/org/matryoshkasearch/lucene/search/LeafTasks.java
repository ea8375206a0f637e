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
import java.util.concurrent.Callable;
import org.apache.lucene.search.IndexSearcher;

/**
 * What is to be done in the leaves of a search, on its executor. Leaves with little to do share a
 * task: to hand one to another thread, and to wait for it, takes longer than to score a few rows,
 * and a live index has many small leaves.
 *
 * @param <T> what each leaf gives
 */
final class LeafTasks<T> {
  /** So much that a leaf shares no task with those after it. */
  static final long ALONE = Long.MAX_VALUE / 2;

  private final long least;
  private final List<List<Callable<T>>> tasks = new ArrayList<>();
  private long ofLast;

  /**
   * Nothing yet.
   *
   * @param least so much is worth another thread
   */
  LeafTasks(long least) {
    this.least = least;
  }

  /**
   * Adds what is to be done in a leaf.
   *
   * @param work how much that is, on the scale of the least
   */
  void add(long work, Callable<T> leaf) {
    if (tasks.isEmpty() || ofLast >= least) {
      tasks.add(new ArrayList<>());
      ofLast = 0;
    }
    tasks.getLast().add(leaf);
    ofLast += work;
  }

  /** Does it, and gives what each leaf gave, in their order. */
  List<T> run(IndexSearcher searcher) throws IOException {
    if (tasks.size() > 1 && ofLast < least) {
      List<Callable<T>> rest = tasks.removeLast();
      tasks.getLast().addAll(rest);
    }
    List<Callable<List<T>>> all = new ArrayList<>();
    for (List<Callable<T>> leaves : tasks) {
      all.add(
          () -> {
            List<T> given = new ArrayList<>(leaves.size());
            for (Callable<T> leaf : leaves) {
              given.add(leaf.call());
            }
            return given;
          });
    }
    List<T> given = new ArrayList<>();
    searcher.getTaskExecutor().invokeAll(all).forEach(given::addAll);
    return given;
  }
}
