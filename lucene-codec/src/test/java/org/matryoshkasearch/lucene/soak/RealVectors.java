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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sets of real embeddings beside the checkout: {@code NAME_DIMS.f32}, rows of little-endian floats.
 */
public final class RealVectors {
  private static final Path FOLDER = Path.of("../../shared/data").toAbsolutePath().normalize();

  private RealVectors() {}

  /** Whether the folder with the sets is there. */
  public static boolean isThere() {
    return Files.isDirectory(FOLDER);
  }

  /** The first rows of one of the sets that have so many dimensions, cut to these. */
  static float[][] any(int rows, int dims) {
    try {
      return vectors(RandomPicks.randomFrom(random(), sets(dims)), rows, dims);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[][] vectors(Path file, int rows, int dims) throws IOException {
    int rowBytes = dims(file) * Float.BYTES;
    int count = Math.toIntExact(Math.min(rows, Files.size(file) / rowBytes));
    float[][] vectors = new float[count][dims];
    try (InputStream in = Files.newInputStream(file)) {
      for (float[] vector : vectors) {
        ByteBuffer row = ByteBuffer.wrap(in.readNBytes(rowBytes)).order(ByteOrder.LITTLE_ENDIAN);
        row.asFloatBuffer().get(vector);
      }
    }
    return vectors;
  }

  /** All vectors of the set whose name begins so. */
  public static float[][] all(String name) throws IOException {
    Path file =
        sets(1).stream()
            .filter(set -> set.getFileName().toString().startsWith(name))
            .findFirst()
            .orElseThrow();
    return vectors(file, Integer.MAX_VALUE, dims(file));
  }

  private static List<Path> sets(int dims) throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".f32") && dims(file) >= dims)
          .sorted()
          .toList();
    }
  }

  private static int dims(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(name.lastIndexOf('_') + 1, name.lastIndexOf('.')));
  }
}
