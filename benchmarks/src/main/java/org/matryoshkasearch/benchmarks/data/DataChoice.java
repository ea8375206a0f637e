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
package org.matryoshkasearch.benchmarks.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.matryoshkasearch.cli.Options;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.UsageException;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * Which vectors to measure with.
 *
 * @param vectors a file of vectors, or null for generated ones
 * @param rows how many to generate
 * @param dims components of each vector, 0 to take what the file says
 * @param queries what is searched for
 */
public record DataChoice(Path vectors, int rows, int dims, QueryChoice queries) {

  /** The command that lists the options, of its other forms too. */
  public static final String HELP = "./matryoshka bench --help";

  /** The options that choose. */
  public static final List<Option> OPTIONS =
      List.of(
          new Option("--rows", "N", "100000"),
          new Option("--dims", "N", null),
          new Option("--vectors", "FILE", null),
          new Option("--queries", "N", "1000"),
          new Option("--query-file", "FILE", null));

  private static final int DEFAULT_DIMS = 1024;

  /** Reads them. */
  public static DataChoice of(Options options) throws UsageException {
    if (options.given("--vectors") && options.given("--rows")) {
      throw new UsageException("--vectors and --rows exclude each other");
    }
    if (options.given("--query-file") && options.given("--queries")) {
      throw new UsageException("--query-file and --queries exclude each other");
    }
    options.checkDimsOf("--vectors", "--dims");
    int heldOut = options.number("--queries", 1, 100_000);
    Path queries = options.path("--query-file");
    Path vectors = options.path("--vectors");
    int dims = options.number("--dims", 8, MatryoshkaHnswVectorsFormat.MAX_DIMS);
    return new DataChoice(
        vectors,
        options.number("--rows", ExactScores.KEPT, Integer.MAX_VALUE),
        dims == 0 && vectors == null ? DEFAULT_DIMS : dims,
        queries == null ? QueryChoice.heldOut(heldOut) : QueryChoice.of(queries));
  }

  /** Components of each vector, of which those of a file are looked up in it. */
  public int knownDims() throws IOException {
    return vectors == null ? dims : DataSets.dimsOf(VectorFile.of(vectors, dims));
  }

  /** Prepares the vectors, unless an earlier run has. */
  public DataSet prepare(DataSets sets) throws IOException {
    return vectors == null
        ? sets.generated(rows, dims, queries)
        : sets.ofFile(vectors, dims, queries);
  }
}
