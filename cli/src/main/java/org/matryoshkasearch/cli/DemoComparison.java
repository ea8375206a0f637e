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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** Compares ways to search the same vectors: exact, {@code dense_vector}, and ours. */
final class DemoComparison {

  private static final List<Integer> OVERSAMPLES = List.of(1, 2, 3, 5, 10);
  private static final String TARGET_PATH = "/index_options/rescore_vector/target_recall";

  // The searches take turns, so that a node that still warms up treats them alike.
  private static final int WARM_UP_ROUNDS = 3;
  private static final int ROUNDS = 5;

  private final Screen screen;
  private final DemoSearch standard;
  private final List<DemoSearch> searches = new ArrayList<>();

  /**
   * The searches to compare.
   *
   * @param standard a search with the default options of our field
   * @param dense an index with a {@code dense_vector} of default options
   * @param exact an index with a {@code dense_vector} that is searched exhaustively
   */
  DemoComparison(Screen screen, DemoSearch standard, DemoIndex dense, DemoIndex exact)
      throws IOException {
    this.screen = screen;
    this.standard = standard;
    searches.add(new DemoSearch("exact search (dense_vector, flat)", exact, "knn", 0));
    searches.add(new DemoSearch("dense_vector, default options", dense, "knn", 0));
    double target = standard.index().field().at(TARGET_PATH).asDouble();
    searches.add(standard.labelled("matryoshka_vector, target_recall " + target + " (default)"));
    for (int oversample : OVERSAMPLES) {
      String label = "matryoshka_vector, oversample " + oversample;
      searches.add(new DemoSearch(label, standard.index(), standard.query(), oversample));
    }
  }

  /** Runs each search for each query, prints the table, and returns the recall of the default. */
  double run(List<VectorRow> queries, ExactSearch truth) throws IOException {
    List<DemoMeasurement> measurements = List.of();
    try (ProgressBar bar = new ProgressBar(screen, "Comparing", WARM_UP_ROUNDS + ROUNDS)) {
      for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
        if (round == 0 || round == WARM_UP_ROUNDS) {
          measurements = searches.stream().map(DemoMeasurement::new).toList();
        }
        for (DemoMeasurement measurement : measurements) {
          measurement.round(queries, truth);
          bar.tick();
        }
        bar.update(round + 1);
      }
    }
    print(measurements);
    return measurements.stream()
        .filter(measurement -> measurement.search().index() == standard.index())
        .filter(measurement -> measurement.search().oversample() == standard.oversample())
        .mapToDouble(DemoMeasurement::recall)
        .findFirst()
        .orElseThrow();
  }

  private void print(List<DemoMeasurement> measurements) throws IOException {
    Table table = new Table("", "recall@" + DemoSearch.K, "median ms", "on disk");
    for (DemoMeasurement measurement : measurements) {
      table.add(
          measurement.search().label(),
          String.format(Locale.ROOT, "%.3f", measurement.recall()),
          String.format(Locale.ROOT, "%.1f", measurement.medianMillis()),
          measurement.search().index().size());
    }
    screen.out().println();
    screen.out().print(table);
  }
}
