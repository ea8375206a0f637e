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
package org.matryoshkasearch.benchmarks.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.matryoshkasearch.benchmarks.index.Search;

/**
 * Times searches of several open indexes. In each round every index has its turn, so what disturbs
 * the machine meanwhile disturbs them alike; which one begins, and with which of its settings,
 * changes.
 */
public final class Rounds {

  private final float[][] queries;
  private final int k;
  private final int rounds;
  private final Function<List<Times>, Times> choice;
  private final int threads;
  private final List<Entry> entries = new ArrayList<>();

  private static final class Entry {
    private final List<Search> searches; // of each point
    private final Result result;
    private final List<List<Times>> timesOfPoints = new ArrayList<>();

    Entry(List<Search> searches, Result result) {
      this.searches = List.copyOf(searches);
      this.result = result;
      result.points().forEach(point -> timesOfPoints.add(new ArrayList<>()));
    }

    Result timed(Function<List<Times>, Times> choice) {
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < timesOfPoints.size(); i++) {
        points.add(result.points().get(i).withTimes(choice.apply(timesOfPoints.get(i))));
      }
      return result.withPoints(points);
    }
  }

  /**
   * @param k how many documents a search wants
   * @param rounds how often each setting is timed, at least 1
   * @param choice which of these times counts
   * @param threads how many searches there are at the same time, each in a thread
   */
  public Rounds(
      float[][] queries, int k, int rounds, Function<List<Times>, Times> choice, int threads) {
    this.queries = queries;
    this.k = k;
    this.rounds = rounds;
    this.choice = choice;
    this.threads = threads;
  }

  /**
   * Adds an open index.
   *
   * @param result has points without times
   * @param searches the way to search of each of the points
   */
  public void add(Result result, List<Search> searches) {
    entries.add(new Entry(searches, result));
  }

  /** How many turns there will be. */
  public int turns() {
    return rounds * entries.size();
  }

  /**
   * Times all.
   *
   * @param progress told how many turns have been taken
   * @return the results with times, in the order of {@link #add}
   */
  public List<Result> run(LongConsumer progress) throws IOException {
    long turns = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < entries.size(); i++) {
        turn(entries.get((i + round) % entries.size()), round);
        progress.accept(++turns);
      }
    }
    return entries.stream().map(entry -> entry.timed(choice)).toList();
  }

  private void turn(Entry entry, int round) throws IOException {
    List<Point> points = entry.result.points();
    // untimed: what the last contender drove out of the caches comes back
    int last = points.size() - 1;
    time(entry.searches.get(last), points.get(last).candidates());
    for (int i = 0; i < points.size(); i++) {
      int point = (i + round) % points.size();
      Times times = time(entry.searches.get(point), points.get(point).candidates());
      entry.timesOfPoints.get(point).add(times);
    }
  }

  private Times time(Search index, int candidates) throws IOException {
    long[] nanos = new long[queries.length];
    LongAdder found = new LongAdder();
    AtomicInteger next = new AtomicInteger();
    Parallel.Work search =
        () -> {
          for (int i = next.getAndIncrement(); i < nanos.length; i = next.getAndIncrement()) {
            long start = System.nanoTime();
            int hits = index.search(queries[i], k, candidates).length;
            nanos[i] = System.nanoTime() - start;
            found.add(hits);
          }
        };
    long start = System.nanoTime();
    if (threads == 1) {
      search.run();
    } else {
      Parallel.run(threads, search);
    }
    long whole = System.nanoTime() - start;
    if (found.sum() == 0) { // uses the answers, lest the compiler drop the searches
      throw new IOException("no search found anything");
    }
    return threads == 1 ? Times.of(nanos) : Times.of(nanos, whole);
  }
}
