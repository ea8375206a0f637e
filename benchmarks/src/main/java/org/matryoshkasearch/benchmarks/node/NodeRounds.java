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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Times;

/**
 * Times searches of several indices of a node. In each round every contender has its turn, so what
 * disturbs the machine meanwhile disturbs them alike; which one begins, and with which of its
 * settings, changes.
 */
final class NodeRounds {

  private final List<String> queries;
  private final List<Integer> clients;
  private final int rounds;
  private final List<Entry> entries = new ArrayList<>();

  private final class Entry {
    private final NodeSearch search;
    private final List<Point> points;
    private final Map<Integer, List<List<Times>>> timesOfPoints = new TreeMap<>();
    private NodeResult result;

    Entry(NodeResult result, NodeSearch search, List<Point> points) {
      this.result = result;
      this.search = search;
      this.points = points;
      for (int count : clients) {
        List<List<Times>> times = new ArrayList<>();
        points.forEach(point -> times.add(new ArrayList<>()));
        timesOfPoints.put(count, times);
      }
    }

    void turn(int round) throws IOException {
      // untimed: what the last contender drove out of the caches comes back
      Point last = points.get(points.size() - 1);
      int most = clients.get(clients.size() - 1);
      new Clients(search, last.candidates()).time(queries, most);
      for (int i = 0; i < points.size(); i++) {
        int point = (i + round) % points.size();
        Clients searching = new Clients(search, points.get(point).candidates());
        for (int count : clients) {
          timesOfPoints.get(count).get(point).add(searching.time(queries, count));
        }
      }
    }

    NodeResult timed() {
      if (!result.ran()) {
        return result;
      }
      Map<Integer, List<Point>> timed = new TreeMap<>();
      timesOfPoints.forEach(
          (count, times) -> {
            List<Point> measured = new ArrayList<>();
            for (int i = 0; i < times.size(); i++) {
              measured.add(points.get(i).withTimes(Times.median(times.get(i))));
            }
            timed.put(count, List.copyOf(measured));
          });
      return result.withTimed(timed);
    }
  }

  /**
   * @param queries prepared ones
   * @param clients how many search at the same time, in rising order
   * @param rounds how often each setting is timed, at least 1
   */
  NodeRounds(List<String> queries, List<Integer> clients, int rounds) {
    this.queries = queries;
    this.clients = clients;
    this.rounds = rounds;
  }

  /** Adds a contender with its settings, which have no times. */
  void add(NodeResult result, NodeSearch search, List<Point> points) {
    entries.add(new Entry(result, search, points));
  }

  /** How many turns there will be. */
  int turns() {
    return rounds * entries.size();
  }

  /**
   * Times all. A contender that fails has no more turns.
   *
   * @param progress told how many turns have been taken
   * @return the results, in the order of {@link #add}
   */
  List<NodeResult> run(LongConsumer progress) throws IOException {
    long turns = 0;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get((i + round) % entries.size());
        if (entry.result.ran()) {
          try {
            entry.turn(round);
          } catch (IOException e) {
            entry.result = NodeResult.failed(entry.result.contender(), e.toString());
          }
        }
        progress.accept(++turns);
      }
    }
    return entries.stream().map(Entry::timed).toList();
  }
}
