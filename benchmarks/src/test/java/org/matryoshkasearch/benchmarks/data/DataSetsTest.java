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

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.VectorUtil;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.Screen;

public class DataSetsTest {

  @Rule public TemporaryFolder temporary = new TemporaryFolder();

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private DataSets sets;

  @Before
  public void createSets() {
    PrintStream stream = new PrintStream(shown, true, StandardCharsets.UTF_8);
    Path folder = temporary.getRoot().toPath();
    sets = new DataSets(folder, DataSets.ALL, new Screen(stream, stream, false));
  }

  private static int[] exactSearch(DataSet data, int query) {
    Vectors documents = data.documents();
    return IntStream.range(0, documents.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble(
                row -> -VectorUtil.dotProduct(data.queries()[query], documents.row(row))))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Test
  public void testWhatAFilterAccepts() throws IOException {
    PrintStream stream = new PrintStream(shown, true, StandardCharsets.UTF_8);
    Path folder = temporary.getRoot().toPath();
    DataSets filtered = new DataSets(folder, 30, new Screen(stream, stream, false));
    DataSet all = sets.generated(1000, 24, QueryChoice.heldOut(5));
    DataSet some = filtered.generated(1000, 24, QueryChoice.heldOut(5));
    assertNull(all.accepted());
    assertEquals("generated-1000x24-filter30", some.name());
    assertEquals(all.documentsName(), some.documentsName());
    assertEquals(300, some.accepted().cardinality(), 50);
    int[] best = exactSearch(all, 0);
    int[] accepted = IntStream.of(best).filter(some.accepted()::get).toArray();
    assertEquals(1, some.recall(0, accepted, 10), 0);
    assertTrue(some.recall(0, best, 10) < 1); // others are no hits, however near
    assertTrue(all.recall(0, accepted, 10) < 1);
    assertEquals(1, all.recall(0, best, 10), 0);
    IOException error =
        assertThrows(
            IOException.class,
            () -> filtered.generated(ExactScores.KEPT, 24, QueryChoice.heldOut(5)));
    assertTrue(error.getMessage(), error.getMessage().contains("needs at least 100 documents"));
  }

  @Test
  public void testGeneratedSetIsMadeOnce() throws IOException {
    DataSet made = sets.generated(400, 24, QueryChoice.heldOut(5));
    assertEquals("generated-400x24", made.name());
    assertEquals(400, made.documents().size());
    assertEquals(5, made.queries().length);
    assertEquals(1, VectorUtil.dotProduct(made.queries()[0], made.queries()[0]), 1e-5);
    String firstTime = shown.toString(StandardCharsets.UTF_8);
    assertTrue(firstTime, firstTime.contains("Searching exactly"));
    DataSet again = sets.generated(400, 24, QueryChoice.heldOut(5));
    assertArrayEquals(made.documents().row(399), again.documents().row(399), 0);
    assertEquals(firstTime, shown.toString(StandardCharsets.UTF_8));
  }

  @Test
  public void testRecall() throws IOException {
    DataSet data = sets.generated(400, 24, QueryChoice.heldOut(5));
    for (int query = 0; query < 5; query++) {
      int[] best = exactSearch(data, query);
      assertEquals(1, data.recall(query, Arrays.copyOf(best, 10), 10), 0);
      assertEquals(1, data.recall(query, Arrays.copyOf(best, 100), 100), 0);
      assertEquals(0.3, data.recall(query, Arrays.copyOf(best, 3), 10), 1e-9);
      assertEquals(0.5, data.recall(query, Arrays.copyOfRange(best, 5, 15), 10), 1e-9);
      assertEquals(0, data.recall(query, Arrays.copyOfRange(best, 300, 310), 10), 0);
    }
  }

  @Test
  public void testFileIsSplitAndScaled() throws IOException {
    Path file = temporary.newFile("some.f32").toPath();
    ByteBuffer bytes = ByteBuffer.allocate(150 * 2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < 150; row++) {
      bytes.putFloat(row + 1).putFloat(5);
    }
    Files.write(file, bytes.array());
    DataSet data = sets.ofFile(file, 2, QueryChoice.heldOut(20));
    assertEquals(130, data.documents().size());
    assertEquals(20, data.queries().length);
    assertEquals(2, data.documents().dims());
    float[] row = data.documents().row(7);
    assertEquals(1, VectorUtil.dotProduct(row, row), 1e-5);
    assertEquals(1, data.recall(3, Arrays.copyOf(exactSearch(data, 3), 10), 10), 0);
  }

  @Test
  public void testFileReadInAnotherWayIsAnotherSet() throws IOException {
    Path file = temporary.newFile("some.f32").toPath();
    ByteBuffer bytes = ByteBuffer.allocate(300 * 4 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(bytes.position() + 1);
    }
    Files.write(file, bytes.array());
    DataSet wide = sets.ofFile(file, 4, QueryChoice.heldOut(20));
    DataSet narrow = sets.ofFile(file, 2, QueryChoice.heldOut(20));
    DataSet fewer = sets.ofFile(file, 4, QueryChoice.heldOut(10));
    assertEquals(
        List.of(280, 580, 290),
        Stream.of(wide, narrow, fewer).map(set -> set.documents().size()).toList());
    assertEquals(3, Stream.of(wide, narrow, fewer).map(DataSet::documentsName).distinct().count());
    // generated documents are the same, so an index of them can be taken again
    assertEquals(
        sets.generated(400, 24, QueryChoice.heldOut(5)).documentsName(),
        sets.generated(400, 24, QueryChoice.heldOut(6)).documentsName());
  }

  @Test
  public void testQueriesOfAFile() throws IOException {
    Path file = temporary.newFile("asked.f32").toPath();
    ByteBuffer bytes = ByteBuffer.allocate(3 * 24 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat(bytes.position() % 7 - 2);
    }
    Files.write(file, bytes.array());
    DataSet data = sets.generated(400, 24, QueryChoice.of(file));
    assertEquals("generated-400x24-asked-f32", data.name());
    assertEquals(400, data.documents().size());
    assertEquals(3, data.queries().length);
    assertEquals(1, VectorUtil.dotProduct(data.queries()[2], data.queries()[2]), 1e-5);
    assertEquals(1, data.recall(2, Arrays.copyOf(exactSearch(data, 2), 10), 10), 0);
    DataSet heldOut = sets.generated(400, 24, QueryChoice.heldOut(3));
    assertEquals("the same documents", heldOut.documentsName(), data.documentsName());
    assertArrayEquals(heldOut.documents().row(399), data.documents().row(399), 0);
    QueryChoice unknown = QueryChoice.of(temporary.newFile("asked.txt").toPath());
    IOException error = assertThrows(IOException.class, () -> sets.generated(400, 16, unknown));
    assertTrue(error.getMessage(), error.getMessage().contains("its name must end in one of"));
  }

  @Test
  public void testWithAQueryFileAllRowsAreDocuments() throws IOException {
    Path file = temporary.newFile("some.f32").toPath();
    ByteBuffer bytes = ByteBuffer.allocate(150 * 2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < 150; row++) {
      bytes.putFloat(row + 1).putFloat(5);
    }
    Files.write(file, bytes.array());
    DataSet data = sets.ofFile(file, 2, QueryChoice.of(file));
    assertEquals(150, data.documents().size());
    assertEquals(150, data.queries().length);
    assertArrayEquals(data.queries()[149], data.documents().row(149), 0);
  }

  @Test
  public void testTooFewDocuments() {
    IOException error =
        assertThrows(IOException.class, () -> sets.generated(99, 8, QueryChoice.heldOut(5)));
    assertEquals("needs at least 100 documents, found 99", error.getMessage());
  }
}
