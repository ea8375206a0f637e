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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.BeforeClass;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;

/**
 * Recall@10 against exact search, for sets of vectors, prefixes, codes and oversampling. The floors
 * are what was measured, less a margin of about 0.01: they may be raised, never lowered.
 */
public class RecallIT extends NodeTestCase {

  private static final int K = 10;

  /** What was measured, to read after the run. */
  private static final Path REPORT = Path.of("target", "recall.txt");

  /** The oversamples of the columns of each table. */
  private static final int[] OVERSAMPLES = {2, 5, 10};

  /** What is asked for of each row, and reached on the average of a set, but for a little. */
  private static final double[] TARGETS = {0.9, 0.95, 0.98, 0.99};

  private static final double MARGIN = 0.005;

  /** By which a single row may miss its target. */
  private static final double WORST = 0.015;

  /**
   * A row of a table.
   *
   * @param prefixDims 0 for the default
   * @param type of {@code index_options}
   * @param floors the least recall for each of {@link #OVERSAMPLES}
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  private record Floor(int prefixDims, String type, double... floors) {}

  @BeforeClass
  public static void beginReport() throws IOException {
    Files.deleteIfExists(REPORT);
  }

  @Test
  public void testMainSet() throws Exception {
    check(
        "jina_v5_small_aethelgard_1024",
        TestSets.real("jina_v5_small_aethelgard_1024", 1024),
        new Floor(256, "hnsw", 0.955, 0.985, 0.985),
        new Floor(256, "int8_hnsw", 0.955, 0.985, 0.985),
        new Floor(0, "int4_hnsw", 0.955, 0.985, 0.985),
        new Floor(256, "bbq_hnsw", 0.905, 0.98, 0.99),
        new Floor(128, "int4_hnsw", 0.905, 0.97, 0.985),
        new Floor(64, "int8_hnsw", 0.805, 0.925, 0.96));
  }

  @Test
  public void testOtherRealSets() throws Exception {
    check(
        "minilm_wine_384",
        TestSets.real("minilm_wine_384", 384),
        new Floor(0, "int4_hnsw", 0.74, 0.895, 0.955),
        new Floor(384, "bbq_hnsw", 0.92, 0.98, 0.985));
    check(
        "oai3large512_cosmosproducts_512",
        TestSets.real("oai3large512_cosmosproducts_512", 512),
        new Floor(0, "int4_hnsw", 0.975, 0.99, 0.99),
        new Floor(64, "bbq_hnsw", 0.915, 0.975, 0.99));
    check(
        "oai3small_genagents_1536",
        TestSets.real("oai3small_genagents_1536", 1536),
        new Floor(0, "int4_hnsw", 0.985, 0.99, 0.99),
        new Floor(128, "int8_hnsw", 0.905, 0.985, 0.99));
    check(
        "nomic_ragpg_768",
        TestSets.real("nomic_ragpg_768", 768),
        new Floor(0, "int4_hnsw", 0.98, 0.99, 0.99));
  }

  @Test
  public void testGenerated() throws Exception {
    check(
        "generated",
        TestSets.generated(4000, 512),
        new Floor(0, "int4_hnsw", 0.845, 0.945, 0.985),
        new Floor(128, "hnsw", 0.865, 0.96, 0.985),
        new Floor(128, "bbq_hnsw", 0.69, 0.825, 0.9),
        new Floor(64, "int8_hnsw", 0.675, 0.84, 0.92));
  }

  /** Rescoring is what {@code rescore_vector} of the mapping says where the query says nothing. */
  @Test
  public void testOversampleOfTheMapping() throws Exception {
    TestSets.Split set = TestSets.generated(2000, 256);
    ObjectNode field = field(256, "cosine").put("prefix_dims", 32);
    ObjectNode options = field.putObject("index_options").put("type", "bbq_hnsw");
    options.putObject("rescore_vector").put("oversample", 2);
    TestIndex index = create("oversample_of_mapping", field).addInSegments(set.documents(), 2);
    double standard = index.recall(set.queries(), K, Json.object());
    assertEquals(index.recall(set.queries(), K, oversample(2)), standard, 0);
    double more = index.recall(set.queries(), K, oversample(20));
    assertTrue(standard + " is less than " + more, standard + 0.1 < more);
  }

  private static void check(String name, TestSets.Split set, Floor... rows) throws IOException {
    StringBuilder table = new StringBuilder();
    List<String> tooLow = new ArrayList<>();
    Map<Double, Double> reached = new TreeMap<>();
    int dims = set.documents().get(0).vector().length;
    for (Floor row : rows) {
      ObjectNode field = field(dims, "cosine");
      if (row.prefixDims() > 0) {
        field.put("prefix_dims", row.prefixDims());
      }
      field.putObject("index_options").put("type", row.type());
      TestIndex index = create(name + "_" + row.prefixDims() + "_" + row.type(), field);
      index.addInSegments(set.documents(), 3);
      for (int i = 0; i < OVERSAMPLES.length; i++) {
        double recall = index.recall(set.queries(), K, oversample(OVERSAMPLES[i]));
        String line =
            String.format(
                Locale.ROOT,
                "%s, %s of %s dims, oversample %d: recall %.4f, floor %.4f%n",
                name,
                row.type(),
                row.prefixDims() == 0 ? "default" : row.prefixDims(),
                OVERSAMPLES[i],
                recall,
                row.floors()[i]);
        table.append(line);
        if (recall < row.floors()[i]) {
          tooLow.add(line);
        }
      }
      for (double target : TARGETS) {
        double recall = index.recall(set.queries(), K, target(target));
        String line =
            String.format(
                Locale.ROOT,
                "%s, %s of %s dims, target recall %.2f: recall %.4f%n",
                name,
                row.type(),
                row.prefixDims() == 0 ? "default" : row.prefixDims(),
                target,
                recall);
        table.append(line);
        reached.merge(target, recall / rows.length, Double::sum);
        if (recall < target - WORST) {
          tooLow.add(line);
        }
      }
      client().delete("/" + index.name());
    }
    reached.forEach(
        (target, recall) -> {
          if (recall < target - MARGIN) {
            tooLow.add(name + " on the average: " + recall + " of " + target);
          }
        });
    Files.writeString(REPORT, table, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    assertEquals(table.toString(), List.of(), tooLow);
  }

  private static ObjectNode target(double recall) {
    ObjectNode options = Json.object();
    options.putObject("rescore_vector").put("target_recall", recall);
    return options;
  }

  private static ObjectNode oversample(int oversample) {
    ObjectNode options = Json.object();
    options.putObject("rescore_vector").put("oversample", oversample);
    return options;
  }
}
