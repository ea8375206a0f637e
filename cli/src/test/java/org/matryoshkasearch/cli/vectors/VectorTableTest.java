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
package org.matryoshkasearch.cli.vectors;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.lucene.analysis.VectorSet;

/** Vectors of each format in any order: as a reader gives them one after another. */
public class VectorTableTest {

  private static final int ROWS = 70;
  private static final int DIMS = 5;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void testF32() throws Exception {
    ByteBuffer bytes = buffer(ROWS * DIMS * Float.BYTES);
    for (float[] row : rows()) {
      put(bytes, row);
    }
    assertRows(file("a.f32", bytes), DIMS);
  }

  @Test
  public void testFvecs() throws Exception {
    ByteBuffer bytes = buffer(ROWS * (1 + DIMS) * Float.BYTES);
    for (float[] row : rows()) {
      bytes.putInt(DIMS);
      put(bytes, row);
    }
    assertRows(file("a.fvecs", bytes), 0);
  }

  @Test
  public void testNpy() throws Exception {
    ByteBuffer floats = npy("<f4", ROWS * DIMS * Float.BYTES);
    ByteBuffer doubles = npy("<f8", ROWS * DIMS * Double.BYTES);
    for (float[] row : rows()) {
      put(floats, row);
      for (float component : row) {
        doubles.putDouble(component);
      }
    }
    assertRows(file("floats.npy", floats), 0);
    assertRows(file("doubles.npy", doubles), 0);
  }

  @Test
  public void testJsonl() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (float[] row : rows()) {
      lines.append(Arrays.toString(row)).append("\n\n");
    }
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    assertRows(file("a.jsonl", bytes), 0);
  }

  /** Every fault of a file is found when it is opened. */
  @Test
  public void testFaults() throws Exception {
    ByteBuffer bytes = buffer(2 * DIMS * Float.BYTES);
    put(bytes, rows().get(1));
    put(bytes, new float[] {1, 2, Float.POSITIVE_INFINITY, 4, 5});
    VectorFile file = VectorFile.of(file("a.f32", bytes), DIMS);
    String message =
        assertThrows(VectorFileException.class, () -> VectorTable.open(file, rows -> {}))
            .getMessage();
    assertEquals(
        file.name() + ": row 1: expected finite numbers, found Infinity at component 2",
        message.substring(message.lastIndexOf('/') + 1));
  }

  private static List<float[]> rows() {
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      float[] vector = new float[DIMS];
      for (int i = 0; i < DIMS; i++) {
        vector[i] = 1 + row * DIMS + i * 0.25f;
      }
      rows.add(vector);
    }
    return rows;
  }

  private static void assertRows(Path path, int dims) throws IOException {
    long[] told = new long[1];
    try (VectorTable table = VectorTable.open(VectorFile.of(path, dims), rows -> told[0] = rows)) {
      assertEquals(ROWS, told[0]);
      assertEquals(ROWS, table.size());
      assertEquals(DIMS, table.dims());
      VectorSet.Reader reader = table.reader();
      VectorSet.Reader other = table.reader();
      float[] vector = new float[DIMS];
      for (int i = 0; i < ROWS; i++) {
        int row = i * 37 % ROWS; // in no order
        reader.read(row, vector);
        assertArrayEquals(rows().get(row), vector, 0);
        other.read(i, vector);
        assertArrayEquals(rows().get(i), vector, 0);
      }
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put(ByteBuffer bytes, float[] row) {
    for (float component : row) {
      bytes.putFloat(component);
    }
  }

  private static ByteBuffer npy(String type, int bytes) {
    String header =
        String.format(
            Locale.ROOT,
            "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }%n",
            type,
            ROWS,
            DIMS);
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file = buffer(10 + text.length + bytes);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    return file.putShort((short) text.length).put(text);
  }

  @SuppressWarnings("ByteBufferBackingArray") // all of it
  private Path file(String name, ByteBuffer bytes) throws IOException {
    return Files.write(folder.getRoot().toPath().resolve(name), bytes.array());
  }
}
