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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * A set of vectors of which some are held out as queries; the rest are the documents. Which ones
 * depends on the row numbers alone, so the same file always gives the same queries.
 */
public final class QuerySplit {

  private static final int AT_LEAST_ROWS = 2;
  private static final int DOCUMENTS_PER_QUERY = 4;

  private final VectorSource source;
  private final int dims;
  private final long rows;
  private final List<VectorRow> queries;

  private QuerySplit(VectorSource source, int dims, long rows, List<VectorRow> queries) {
    this.source = source;
    this.dims = dims;
    this.rows = rows;
    this.queries = List.copyOf(queries);
  }

  /**
   * Reads the whole set once, which also finds every fault in it.
   *
   * @param maxQueries how many rows to hold out; fewer if that were more than a fifth of the set
   * @param progress told how many rows have been read
   */
  public static QuerySplit read(VectorSource source, int maxQueries, LongConsumer progress)
      throws IOException {
    Comparator<VectorRow> lastFirst =
        Comparator.comparingLong((VectorRow row) -> SplitMix.mix(row.row())).reversed();
    PriorityQueue<VectorRow> drawn = new PriorityQueue<>(lastFirst);
    long rows = 0;
    int dims;
    try (VectorReader reader = source.open()) {
      dims = reader.dims();
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        drawn.add(row);
        if (drawn.size() > maxQueries) {
          drawn.poll();
        }
        progress.accept(++rows);
      }
    }
    if (rows < AT_LEAST_ROWS) {
      throw new IOException(source.name() + " has one row; a search needs more");
    }
    long wanted = Math.max(1, Math.min(maxQueries, rows / (1 + DOCUMENTS_PER_QUERY)));
    List<VectorRow> queries = new ArrayList<>(drawn);
    queries.sort(lastFirst.reversed());
    return new QuerySplit(source, dims, rows, queries.subList(0, (int) wanted));
  }

  /** What to call the set. */
  public String name() {
    return source.name();
  }

  /** Components of each vector. */
  public int dims() {
    return dims;
  }

  /** How many rows are documents. */
  public long documentCount() {
    return rows - queries.size();
  }

  /** The rows that are held out. */
  public List<VectorRow> queries() {
    return queries;
  }

  /** What is done with a batch of documents. */
  @FunctionalInterface
  public interface BatchConsumer {
    /** Takes the next documents, in the order of their rows. */
    void accept(List<VectorRow> batch) throws IOException;
  }

  /** Reads the documents once more, in batches. */
  public void forEachBatch(int batchSize, BatchConsumer consumer) throws IOException {
    Set<Long> heldOut = new HashSet<>();
    queries.forEach(query -> heldOut.add(query.row()));
    List<VectorRow> batch = new ArrayList<>();
    try (VectorReader reader = source.open()) {
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        if (!heldOut.contains(row.row())) {
          batch.add(row);
        }
        if (batch.size() == batchSize) {
          consumer.accept(batch);
          batch = new ArrayList<>();
        }
      }
    }
    if (!batch.isEmpty()) {
      consumer.accept(batch);
    }
  }
}
