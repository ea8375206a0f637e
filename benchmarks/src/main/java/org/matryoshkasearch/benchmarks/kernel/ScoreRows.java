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
package org.matryoshkasearch.benchmarks.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Scores random rows of a mapped file, each of which waits for memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScoreRows {
  /** As many as a node of the graph has neighbours, roughly. */
  static final int LIST = 24;

  private static final int LISTS = 1 << 16;

  /** A folder of files that {@link KernelRows#write} wrote. */
  @Param("")
  public String folder;

  /** The code of the prefixes. */
  @Param({"FLOAT32", "INT8", "INT4", "BIT1"})
  public PrefixEncoding code;

  /** Dimensions of a prefix. */
  @Param({"128", "256"})
  public int prefixDims;

  /** How many rows the file has. */
  @Param({"100000", "1000000"})
  public int rows;

  private final int[][] lists = new int[LISTS][];
  private final float[] scores = new float[LIST];
  private KernelRows file;
  private int next;

  /** Opens the file. */
  @Setup
  public void open() throws IOException {
    Random random = new Random(2);
    for (int i = 0; i < LISTS; i++) {
      lists[i] = random.ints(LIST, 0, rows).toArray();
    }
    file = new KernelRows(Path.of(folder), code, prefixDims, rows);
  }

  /** Closes the file. */
  @TearDown
  public void close() throws IOException {
    file.close();
  }

  /** One row. */
  @Benchmark
  public float one() throws IOException {
    int at = next++;
    return file.score(lists[at % LISTS][at % LIST]);
  }

  /** A row of a list of {@value #LIST}. */
  @Benchmark
  @OperationsPerInvocation(LIST)
  public float list() throws IOException {
    return file.bulkScore(lists[next++ & LISTS - 1], scores);
  }
}
