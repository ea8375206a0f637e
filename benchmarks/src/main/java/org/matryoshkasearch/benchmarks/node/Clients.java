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
package org.matryoshkasearch.benchmarks.node;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.matryoshkasearch.benchmarks.measure.Parallel;
import org.matryoshkasearch.benchmarks.measure.Times;

/** Clients that search at the same time, each of which waits for an answer before it goes on. */
final class Clients {

  /** How many documents a search wants. */
  static final int K = 10;

  private static final Duration NO_LIMIT = Duration.ofDays(1);

  private final NodeSearch search;
  private final int candidates;

  /**
   * @param candidates how many a search takes from the graph
   */
  Clients(NodeSearch search, int candidates) {
    this.search = search;
    this.candidates = candidates;
  }

  /** Searches for each of the queries once. */
  Times time(List<String> queries, int threads) throws IOException {
    return time(queries.size(), queries::get, threads, NO_LIMIT);
  }

  /**
   * Searches for each of the queries once, or for as many as there is time.
   *
   * @param count how many queries there are
   * @param queries gives each of them, prepared, by its number
   * @param threads how many clients
   * @param limit no search begins later than this
   */
  Times time(int count, IntFunction<String> queries, int threads, Duration limit)
      throws IOException {
    AtomicInteger next = new AtomicInteger();
    long[] nanos = new long[count];
    long start = System.nanoTime();
    long deadline = start + limit.toNanos();
    Parallel.run(
        threads,
        () -> {
          while (System.nanoTime() < deadline) {
            int query = next.getAndIncrement();
            if (query >= count) {
              return;
            }
            long begin = System.nanoTime();
            int[] found = search.search(queries.apply(query), K, candidates);
            nanos[query] = System.nanoTime() - begin;
            if (found.length == 0) {
              throw new IOException("a search found nothing");
            }
          }
        });
    long whole = System.nanoTime() - start;
    int done = Math.min(next.get(), count);
    return Times.of(Arrays.copyOf(nanos, done), whole);
  }
}
