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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.matryoshkasearch.cli.Options.Option;
import org.matryoshkasearch.cli.vectors.GeneratedVectors;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorSource;

/**
 * What the demo is asked to do.
 *
 * @param port HTTP port of 127.0.0.1
 * @param vectors file of vectors, or null for the main set or generated ones
 * @param generate how many vectors to generate instead, or 0
 * @param dims components of a vector, or 0 for what the file says
 * @param prefixDims components of the indexed prefix, or 0 for the plugin's default
 * @param queries how many vectors to hold out and search for
 * @param heap heap of the node, as in {@code 2g}
 * @param once whether to stop the node at the end
 */
record DemoSettings(
    int port,
    Path vectors,
    int generate,
    int dims,
    int prefixDims,
    int queries,
    String heap,
    boolean once) {

  /** The most dimensions that a field may have. */
  static final int MAX_DIMS = 4096;

  /** What {@code usage.txt} tells of. */
  static final List<Option> OPTIONS =
      List.of(
          new Option("--port", "N", "9200"),
          new Option("--vectors", "FILE", null),
          new Option("--dims", "N", null),
          new Option("--prefix-dims", "N", null),
          new Option("--generate", "N", null),
          new Option("--queries", "N", "100"),
          new Option("--heap", "SIZE", "2g"),
          new Option("--once", null, null));

  private static final String MAIN_SET = "../shared/data/jina_v5_small_aethelgard_1024.f32";
  private static final int MAIN_DIMS = 1024;
  private static final int GENERATED_ROWS = 20_000;
  private static final long GENERATED_SEED = 7;

  /** Reads the command line of the demo. */
  static DemoSettings parse(List<String> arguments) throws UsageException {
    Options options = Options.parse(OPTIONS, "./matryoshka", arguments);
    if (options.given("--vectors") && options.given("--generate")) {
      throw new UsageException("--vectors and --generate exclude each other");
    }
    options.checkDimsOf("--vectors", "--dims");
    return new DemoSettings(
        options.number("--port", 1, 65535),
        options.path("--vectors"),
        options.number("--generate", 20, Integer.MAX_VALUE),
        options.number("--dims", 1, MAX_DIMS),
        options.number("--prefix-dims", 1, MAX_DIMS),
        options.number("--queries", 1, 10_000),
        options.size("--heap"),
        options.given("--once"));
  }

  /**
   * The vectors to load: the user's file, else the main set beside the checkout if it is there,
   * else generated ones.
   *
   * @param checkout the folder of the {@code matryoshka} script
   */
  VectorSource source(Path checkout) throws IOException {
    if (vectors != null) {
      return VectorFile.of(vectors, dims);
    }
    Path mainSet = checkout.resolve(MAIN_SET).normalize();
    if (generate == 0 && dims == 0 && Files.isReadable(mainSet)) {
      return VectorFile.of(mainSet, MAIN_DIMS);
    }
    int rows = generate == 0 ? GENERATED_ROWS : generate;
    return new GeneratedVectors(rows, dims == 0 ? MAIN_DIMS : dims, GENERATED_SEED);
  }
}
