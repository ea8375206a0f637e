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
package org.matryoshkasearch.benchmarks.shapes;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.util.IOUtils;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.index.Contender;
import org.matryoshkasearch.benchmarks.index.Indexes;
import org.matryoshkasearch.benchmarks.index.Search;
import org.matryoshkasearch.benchmarks.index.Searchable;
import org.matryoshkasearch.benchmarks.measure.Ladder;
import org.matryoshkasearch.benchmarks.measure.Point;
import org.matryoshkasearch.benchmarks.measure.Result;
import org.matryoshkasearch.benchmarks.measure.Rounds;
import org.matryoshkasearch.benchmarks.measure.Times;
import org.matryoshkasearch.cli.Screen;

/** Builds and searches all contenders with one set. One that fails does not end the others. */
final class ShapeRun {

  private static final int PASSES = 4; // a few hundred queries alone are over too soon to time

  private final Screen screen;
  private final DataSet data;
  private final List<Contender> contenders;
  private final Indexes indexes;
  private final int rounds;
  private final Map<Contender, Entry> entries = new LinkedHashMap<>();

  /**
   * @param contenders those of others first
   * @param folder for indexes
   * @param rounds how often each setting is timed
   */
  ShapeRun(
      Screen screen,
      DataSet data,
      List<Contender> contenders,
      Path folder,
      int segments,
      int rounds) {
    this.screen = screen;
    this.data = data;
    this.contenders = List.copyOf(contenders);
    this.indexes = new Indexes(folder, data.inSegments(segments), false, screen);
    this.rounds = rounds;
  }

  /**
   * The contenders with what they took, those of others first.
   *
   * @param warmUp whether each is tried out before, for the first turn should not pay for compiling
   */
  List<Entry> run(boolean warmUp) throws IOException {
    Ladder ladder = new Ladder(data);
    Rounds timing = new Rounds(queries(), Ladder.K, rounds, Times::best, 1);
    List<Closeable> open = new ArrayList<>();
    try {
      for (Contender contender : contenders) {
        try {
          if (warmUp) {
            indexes.tryOut(contender);
          }
          add(contender, ladder, timing, open);
        } catch (IOException | RuntimeException | Error e) {
          screen.err().println(contender.name() + " fails: " + e);
          entries.put(contender, new Entry(Result.failed(contender, e.toString()), 0));
        }
      }
      for (Result timed : timing.run(turns -> {})) {
        entries.computeIfPresent(
            timed.contender(), (contender, entry) -> new Entry(timed, entry.end()));
      }
    } finally {
      IOUtils.close(open);
      indexes.clear();
    }
    return List.copyOf(entries.values());
  }

  private float[][] queries() {
    List<float[]> all = new ArrayList<>();
    for (int pass = 0; pass < PASSES; pass++) {
      Collections.addAll(all, data.queries());
    }
    return all.toArray(float[][]::new);
  }

  private void add(Contender contender, Ladder ladder, Rounds timing, List<Closeable> open)
      throws IOException {
    Indexes.Built built = indexes.build(contender);
    Searchable index = indexes.open(contender, data.accepted());
    open.add(index);
    List<Point> points = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    double end = 0;
    for (Search way : index.searches()) {
      Ladder.Climb climb = ladder.climb(way);
      points.addAll(climb.reached());
      searches.addAll(Collections.nCopies(climb.reached().size(), way));
      end = Math.max(end, climb.end().recall());
    }
    Result result =
        new Result(
            contender,
            null,
            built.time(),
            false,
            data.documents().size(),
            indexes.size(contender),
            index.hotBytes(),
            List.copyOf(points));
    entries.put(contender, new Entry(result, end));
    if (!points.isEmpty()) {
      timing.add(result, searches);
    }
  }
}
