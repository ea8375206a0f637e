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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.matryoshkasearch.benchmarks.data.Vectors;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.cli.node.NodeClient;

/**
 * Times searches while the node has too little memory to keep an index in the page cache. One index
 * is open at a time. Before it is timed, it is searched for documents of its own, which fills the
 * cache with what such searches read; and no query is timed twice in a turn, since what it read the
 * first time might still be there.
 */
final class LimitedRounds {

  private static final int INDEX_SHARE = 4; // the page cache is for a quarter of the index
  private static final long LEAST_CACHE = 64L << 20; // with less, the kernel may kill the node
  private static final long STRIDE = 7919; // a prime: the documents come from everywhere
  private static final int WARM_UP_QUERIES = 1 << 20; // more than there is time for

  private final NodeClient client;
  private final MemoryGroup memory;
  private final long fixedLimit;
  private final List<Integer> clients;
  private final Duration time;
  private final Vectors documents;
  private final List<String> queries;

  /**
   * @param memory the group that the node runs in
   * @param fixedLimit of its memory, 0 for what it needs without page cache and a quarter of the
   *     index, or 64 MiB if that is more
   * @param clients how many search at the same time, in rising order
   * @param time for the warm-up, and at most for each number of clients
   * @param queries prepared ones
   */
  LimitedRounds(
      NodeClient client,
      MemoryGroup memory,
      long fixedLimit,
      List<Integer> clients,
      Duration time,
      Vectors documents,
      List<String> queries) {
    this.client = client;
    this.memory = memory;
    this.fixedLimit = fixedLimit;
    this.clients = clients;
    this.time = time;
    this.documents = documents;
    this.queries = queries;
  }

  /**
   * Times all, at the first setting that reaches the target.
   *
   * @param rounds how often each contender has its turn
   * @param progress told how many turns have been taken
   * @return the results with these times, in the same order
   */
  List<NodeResult> run(List<NodeResult> results, int rounds, LongConsumer progress)
      throws IOException {
    Map<NodeContender, Map<Integer, List<Times>>> times = new LinkedHashMap<>();
    for (NodeResult result : results) {
      times.put(result.contender(), new TreeMap<>());
      index(result).close();
    }
    long needed = memory.needed();
    long turns = 0;
    try {
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < results.size(); i++) {
          NodeResult result = results.get((i + round) % results.size());
          long share = result.loaded().size().diskBytes() / INDEX_SHARE;
          long cache = Math.max(LEAST_CACHE, share);
          memory.limit(fixedLimit > 0 ? fixedLimit : needed + cache);
          turn(result, round, times.get(result.contender()));
          progress.accept(++turns);
        }
      }
    } finally {
      memory.lift();
    }
    return results.stream().map(result -> timed(result, times.get(result.contender()))).toList();
  }

  private NodeIndex index(NodeResult result) {
    return new NodeIndex(client, result.contender().index());
  }

  private void turn(NodeResult result, int round, Map<Integer, List<Times>> times)
      throws IOException {
    NodeContender contender = result.contender();
    int most = clients.get(clients.size() - 1);
    Clients searching =
        new Clients(new NodeSearch(client, contender), result.atTarget(most).candidates());
    index(result).open();
    long first = (long) round * WARM_UP_QUERIES;
    searching.time(
        WARM_UP_QUERIES,
        i -> {
          int row = (int) ((first + i) * STRIDE % documents.size());
          return NodeSearch.prepare(documents.row(row));
        },
        most,
        time);
    for (int i = 0; i < clients.size(); i++) {
      List<String> part = part(i);
      times
          .computeIfAbsent(clients.get(i), count -> new ArrayList<>())
          .add(searching.time(part.size(), part::get, clients.get(i), time));
    }
    index(result).close();
  }

  /** The queries of one number of clients. */
  private List<String> part(int index) {
    return IntStream.range(0, queries.size())
        .filter(query -> query % clients.size() == index)
        .mapToObj(queries::get)
        .toList();
  }

  private static NodeResult timed(NodeResult result, Map<Integer, List<Times>> times) {
    Map<Integer, Times> medians = new TreeMap<>();
    times.forEach((count, measured) -> medians.put(count, Times.median(measured)));
    return result.withLimited(medians);
  }
}
