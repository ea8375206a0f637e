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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.matryoshkasearch.benchmarks.data.Drawn;
import org.matryoshkasearch.cli.vectors.QuerySplit;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorRow;
import org.matryoshkasearch.cli.vectors.VectorSource;

/**
 * Real sets of vectors in a folder, {@code NAME_DIMS.f32}, made larger: each vector again and again
 * with a little noise.
 */
final class RealSets {

  private static final Pattern NAME = Pattern.compile("([a-z0-9_]+)_([1-9][0-9]{0,3})\\.f32");
  private static final int LEAST_ROWS = 1000; // fewer have too little to say
  private static final double NOISE = 0.05;

  private RealSets() {}

  /** Those that have enough vectors. */
  static List<Shape> in(Path folder) throws IOException {
    List<Shape> sets = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      Matcher name = NAME.matcher(file.getFileName().toString());
      if (name.matches()) {
        int dims = Integer.parseInt(name.group(2));
        long rows = Files.size(file) / Float.BYTES / dims;
        if (rows >= LEAST_ROWS) {
          String summary = rows + " real vectors, with noise as often as needed";
          sets.add(
              new Shape(
                  "real_" + name.group(1),
                  summary,
                  (wanted, ignored, queries) ->
                      draw(VectorFile.of(file, dims), wanted, dims, queries)));
        }
      }
    }
    return sets;
  }

  private static Drawn draw(VectorSource set, int rows, int dims, int queries) throws IOException {
    QuerySplit split = QuerySplit.read(set, queries, done -> {});
    float[][] targets = split.queries().stream().map(RealSets::unit).toArray(float[][]::new);
    List<float[]> some = new ArrayList<>();
    split.forEachBatch(LEAST_ROWS, batch -> batch.stream().map(RealSets::unit).forEach(some::add));
    Noise noise = new Noise();
    float[][] documents = new float[rows][];
    for (int i = 0; i < rows; i++) {
      documents[i] = noise.unitNear(some.get(i % some.size()), NOISE / Math.sqrt(dims));
    }
    return Drawn.of(documents, targets);
  }

  private static float[] unit(VectorRow row) {
    return Noise.unit(row.vector());
  }
}
