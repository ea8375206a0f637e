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
package org.matryoshkasearch.it;

import static org.junit.Assume.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.matryoshkasearch.cli.vectors.GeneratedVectors;
import org.matryoshkasearch.cli.vectors.QuerySplit;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorRow;
import org.matryoshkasearch.cli.vectors.VectorSource;

/** The sets of vectors that the tests use. */
final class TestSets {

  /** The folder of the {@code matryoshka} script; tests run in the folder of their module. */
  static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  private static final Path REAL_SETS = CHECKOUT.resolve("../shared/data").normalize();
  private static final int QUERIES = 60;
  private static final long SEED = 7;

  private TestSets() {}

  /**
   * A set that is split into queries and documents.
   *
   * @param queries vectors to search for
   * @param documents rows to search in
   */
  record Split(List<float[]> queries, List<VectorRow> documents) {}

  /** Generated vectors of unit length. */
  static Split generated(int rows, int dims) throws IOException {
    return split(new GeneratedVectors(rows, dims, SEED));
  }

  /** A real set beside the checkout; the test is skipped where that folder is not there. */
  static Split real(String name, int dims) throws IOException {
    assumeTrue("the real sets are not here: " + REAL_SETS, Files.isDirectory(REAL_SETS));
    return split(VectorFile.of(REAL_SETS.resolve(name + ".f32"), dims));
  }

  private static Split split(VectorSource source) throws IOException {
    QuerySplit split = QuerySplit.read(source, QUERIES, rows -> {});
    List<VectorRow> documents = new ArrayList<>();
    split.forEachBatch(1000, documents::addAll);
    return new Split(split.queries().stream().map(VectorRow::vector).toList(), documents);
  }
}
