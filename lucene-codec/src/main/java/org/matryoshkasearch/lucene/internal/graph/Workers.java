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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.IORunnable;

/** The threads that share a piece of work, such as building a graph. */
public final class Workers {
  private final TaskExecutor executor;
  private final int count;
  private final IORunnable abortCheck;

  /**
   * @param executor runs them; may be null if there is one, the caller's
   * @param count how many share the work, at least 1
   * @param abortCheck called at every step, by all threads: what it throws ends the work
   */
  public Workers(TaskExecutor executor, int count, IORunnable abortCheck) {
    this.executor = executor;
    this.count = executor == null ? 1 : count;
    this.abortCheck = abortCheck;
  }

  int count() {
    return count;
  }

  /** Asks whether to go on: what takes longer than an instant does so at each step. */
  void checkAborted() throws IOException {
    abortCheck.run();
  }

  /** The same, but no more of them. */
  Workers atMost(int most) {
    return new Workers(executor, Math.min(count, most), abortCheck);
  }

  /** One worker's way to do a part of the work. */
  public interface Worker {
    /** Does it. */
    void run(int part) throws IOException;
  }

  /** What gives each thread a worker of its own. */
  public interface Hiring {
    /** Called by the thread that the worker is for. */
    Worker hire() throws IOException;
  }

  /** Does all parts, each once. */
  public void run(int parts, Hiring hiring) throws IOException {
    AtomicInteger next = new AtomicInteger();
    if (count == 1 || parts == 1) {
      work(next, parts, hiring);
      return;
    }
    List<Callable<Void>> tasks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      tasks.add(
          () -> {
            work(next, parts, hiring);
            return null;
          });
    }
    executor.invokeAll(tasks);
  }

  private void work(AtomicInteger next, int parts, Hiring hiring) throws IOException {
    Worker worker = null;
    for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
      if (worker == null) {
        worker = hiring.hire();
      }
      checkAborted();
      worker.run(part);
    }
  }
}
