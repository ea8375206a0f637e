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
package org.matryoshkasearch.benchmarks.index;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.benchmarks.data.DataSet;
import org.matryoshkasearch.benchmarks.data.DataSets;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.data.QueryChoice;
import org.matryoshkasearch.benchmarks.index.Contender.BuildTime;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.cli.Screen;

public class ContendersTest {

  private static final int ROWS = 600;
  private static final int DIMS = 64;

  @Rule public TemporaryFolder temporary = new TemporaryFolder();

  private DataSet data;
  private Contenders contenders;
  private ElasticsearchFormats elasticsearch;

  @Before
  public void createContenders() throws IOException {
    PrintStream stream = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    data =
        new DataSets(
                temporary.newFolder().toPath(), DataSets.ALL, new Screen(stream, stream, false))
            .generated(ROWS, DIMS, QueryChoice.heldOut(10));
    Path none = temporary.newFolder().toPath();
    elasticsearch = new ElasticsearchFormats(none, none.resolve("lib"));
    elasticsearch.start();
    contenders = new Contenders(DIMS, List.of(32, 64), elasticsearch);
  }

  @Test
  public void testEachFindsTheNearest() throws IOException {
    for (Contender contender : contenders.all()) {
      if (contender.family() != Family.ELASTICSEARCH && contender.family() != Family.JVECTOR) {
        Path folder = temporary.newFolder().toPath();
        BuildTime time =
            contender.build(data.inSegments(1), folder, done -> awaitProcessorTime(done == ROWS));
        assertTrue(contender.name() + " " + time, time.indexSeconds() > 0);
        try (Searchable index = contender.open(folder, null)) {
          for (Search search : index.searches()) {
            double recall = 0;
            for (int i = 0; i < 10; i++) {
              recall += data.recall(i, search.search(data.queries()[i], 10, ROWS / 2), 10) / 10;
            }
            assertTrue(contender.name() + " " + recall, recall > 0.9);
            assertTrue(search.visited(data.queries()[0], 20) > 0);
          }
          double hot = (double) index.hotBytes() / ROWS;
          // at least a bit a dimension; at most whole vectors and links
          assertTrue(contender.name() + " " + hot, hot > 4 && hot < DIMS * Float.BYTES + 200);
        }
      }
    }
  }

  /** The clock of processor time ticks every 10 ms; so few rows may be indexed between two. */
  private static void awaitProcessorTime(boolean last) {
    double start = ProcessorTime.seconds();
    while (last && ProcessorTime.seconds() == start) {
      Thread.onSpinWait();
    }
  }

  @Test
  public void testEachFindsTheNearestThatAreAccepted() throws IOException {
    PrintStream stream = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    DataSet filtered =
        new DataSets(temporary.newFolder().toPath(), 40, new Screen(stream, stream, false))
            .generated(ROWS, DIMS, QueryChoice.heldOut(10));
    for (Contender contender : contenders.all()) {
      if (contender.family() != Family.ELASTICSEARCH) {
        Path folder = temporary.newFolder().toPath();
        contender.build(data.inSegments(1), folder, done -> {});
        try (Searchable index = contender.open(folder, filtered.accepted())) {
          double recall = 0;
          for (int i = 0; i < 10; i++) {
            int[] found = index.searches().get(0).search(filtered.queries()[i], 10, ROWS / 4);
            assertTrue(Arrays.stream(found).allMatch(filtered.accepted()::get));
            recall += filtered.recall(i, found, 10) / 10;
          }
          assertTrue(contender.name() + " " + recall, recall > 0.9);
        }
      }
    }
  }

  @Test
  public void testSegments() throws IOException {
    for (Contender contender : Contenders.ofWholeVectors(DIMS, elasticsearch)) {
      Path folder = temporary.newFolder().toPath();
      contender.build(data.inSegments(4), folder, done -> {});
      try (MMapDirectory directory = new MMapDirectory(folder);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(
            List.of(320, 160, 80, 40),
            reader.leaves().stream().map(l -> l.reader().maxDoc()).toList());
      }
      FixedBitSet even = new FixedBitSet(ROWS);
      for (int row = 0; row < ROWS; row += 2) {
        even.set(row);
      }
      try (Searchable index = contender.open(folder, null);
          Searchable filtered = contender.open(folder, even)) {
        assertEquals(4, index.segments());
        for (int i = 0; i < index.searches().size(); i++) {
          Search search = index.searches().get(i);
          double recall = 0;
          for (int query = 0; query < 10; query++) {
            float[] target = data.queries()[query];
            recall += data.recall(query, search.search(target, 10, ROWS / 2), 10) / 10;
            int[] found = filtered.searches().get(i).search(target, 10, ROWS / 4);
            assertTrue(Arrays.stream(found).allMatch(even::get));
          }
          assertTrue(contender.name() + " " + recall, recall > 0.95);
          assertTrue(search.visited(data.queries()[0], 20) > 0);
        }
      }
    }
    JvectorContender jvector = new JvectorContender();
    Documents two = data.inSegments(2);
    Path folder = temporary.newFolder().toPath();
    assertThrows(IOException.class, () -> jvector.build(two, folder, done -> {}));
  }

  @Test
  public void testWithoutKernelsElasticsearchIsNotMeasured() throws IOException {
    Contender bbq =
        contenders.all().stream()
            .filter(contender -> contender.name().equals("elasticsearch-bbq_hnsw"))
            .findFirst()
            .orElseThrow();
    Path folder = temporary.newFolder().toPath();
    IOException error =
        assertThrows(IOException.class, () -> bbq.build(data.inSegments(1), folder, done -> {}));
    assertTrue(error.toString(), error.getMessage().contains("there is no zip of a node"));
  }

  @Test
  public void testNamesOfTheLastLine() {
    List<String> names = contenders.all().stream().map(Contender::name).toList();
    assertEquals("matryoshka-64-int4", contenders.ours());
    assertEquals("stock-64-int4", contenders.stockPrefix());
    assertTrue(
        names.toString(),
        names.containsAll(
            List.of(
                contenders.ours(),
                contenders.stockPrefix(),
                Contenders.LUCENE_BIT1,
                Contenders.LUCENE_FLOAT32)));
  }
}
