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
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class VectorFileTest {

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void testF32() throws Exception {
    Path file = file("a.f32", floats(1, 2, 3, 4, -5, 6));
    assertRows(file, 3, new float[] {1, 2, 3}, new float[] {4, -5, 6});
    assertRows(file, 2, new float[] {1, 2}, new float[] {3, 4}, new float[] {-5, 6});
  }

  @Test
  public void testF32Faults() throws Exception {
    Path file = file("a.f32", floats(1, 2, 3, 4));
    assertFault("a .f32 file does not say how long its vectors are: give --dims N", file, 0);
    assertFault("16 bytes, no multiple of 12 (3 float32): is the file cut?", file, 3);
    assertFault("has no rows", file("empty.f32", new byte[0]), 3);
    Path nan = file("nan.f32", floats(1, 2, 3, Float.NaN));
    assertFault("row 1: expected finite numbers, found NaN at component 1", nan, 2);
    Path zero = file("zero.f32", floats(1, 2, 0, 0));
    assertFault(
        "row 1: every component is 0: such a vector has no direction, so no neighbours", zero, 2);
  }

  @Test
  public void testFvecs() throws Exception {
    Path file = file("a.fvecs", fvecs(2, 1, 2), fvecs(2, 3, 4));
    assertRows(file, 0, new float[] {1, 2}, new float[] {3, 4});
    assertRows(file, 2, new float[] {1, 2}, new float[] {3, 4});
  }

  @Test
  public void testFvecsFaults() throws Exception {
    Path file = file("a.fvecs", fvecs(2, 1, 2), fvecs(3, 3, 4));
    assertFault("row 0: expected 3 components, found 2", file, 3);
    assertFault("row 1: expected 2 components, found 3", file, 0);
    assertFault("has no rows", file("empty.fvecs", new byte[2]), 0);
    assertFault(
        "row 0: expected a length of at least 1 component, found -1",
        file("negative.fvecs", fvecs(-1, 1)),
        0);
    assertFault(
        "16 bytes, no multiple of 12 (a length, 2 float32): is the file cut?",
        file("cut.fvecs", fvecs(2, 1, 2), fvecs(2)),
        0);
  }

  @Test
  public void testNpy() throws Exception {
    byte[] data = floats(1, 2, 3, 4);
    for (int version = 1; version <= 3; version++) {
      assertRows(
          npy("a" + version + ".npy", version, "<f4", "False", "(2, 2)", data),
          0,
          new float[] {1, 2},
          new float[] {3, 4});
    }
    byte[] doubles =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1).putDouble(2).array();
    Path file = npy("d.npy", 1, "<f8", "False", "(1, 2,)", doubles);
    assertRows(file, 2, new float[] {0.1f, 2});
  }

  @Test
  public void testNpyFaults() throws Exception {
    byte[] data = floats(1, 2, 3, 4);
    assertFault("expected a NumPy file, found no NumPy header", file("text.npy", floats(1, 2)), 0);
    assertFault(
        "expected NumPy format version 1, 2 or 3, found 4",
        npy("v4.npy", 4, "<f4", "False", "(2, 2)", data),
        0);
    assertFault(
        "expected little-endian float32 or float64 (<f4, <f8), found >f4",
        npy("big.npy", 1, ">f4", "False", "(2, 2)", data),
        0);
    assertFault(
        "expected rows in C order, found Fortran order",
        npy("fortran.npy", 1, "<f4", "True", "(2, 2)", data),
        0);
    assertFault(
        "expected a two-dimensional array (rows, dims), found the shape (4,)",
        npy("flat.npy", 1, "<f4", "False", "(4,)", data),
        0);
    assertFault(
        "expected 3 rows as its header says, found 2",
        npy("cut.npy", 1, "<f4", "False", "(3, 2)", data),
        0);
    assertFault("has no rows", npy("none.npy", 1, "<f4", "False", "(0, 2)", new byte[0]), 0);
    assertFault(
        "row 0: expected 3 components, found 2",
        npy("dims.npy", 1, "<f4", "False", "(2, 2)", data),
        3);
  }

  @Test
  public void testJsonl() throws Exception {
    Path file =
        text(
            "a.jsonl",
            """
            [1, 2.5]

            {"vector": [3, 4], "title": "three", "text": "and four"}
            {"embedding": [5e0, -6]}
            """);
    List<VectorRow> rows =
        assertRows(file, 0, new float[] {1, 2.5f}, new float[] {3, 4}, new float[] {5, -6});
    assertNull(rows.get(0).title());
    assertEquals("three", rows.get(1).title());
    assertEquals("and four", rows.get(1).text());
  }

  @Test
  public void testJsonlFaults() throws Exception {
    String noArray =
        "row 0: expected an array of numbers, or an object with one in \"vector\" or"
            + " \"embedding\"";
    assertFault(noArray, text("a.jsonl", "{\"vec\": [1]}"), 0);
    assertFault(noArray, text("b.jsonl", "[]"), 0);
    assertFault(noArray, text("c.jsonl", "7"), 0);
    assertFault("has no rows", text("d.jsonl", "\n\n"), 0);
    assertFault("row 1: expected 2 components, found 1", text("e.jsonl", "[1, 2]\n[1]\n"), 0);
    assertFault(
        "row 0: expected numbers, found \"x\" at component 1", text("f.jsonl", "[1, \"x\"]"), 0);
    assertFault(
        "row 0: expected finite numbers, found Infinity at component 0",
        text("g.jsonl", "[1e99]"),
        0);
    Path cut = text("h.jsonl", "[1, 2");
    VectorFileException e = assertThrows(VectorFileException.class, () -> read(cut, 0));
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  public void testTitlesBesideTheFile() throws Exception {
    Path file = file("a.f32", floats(1, 2, 3));
    text("a.txt", "one\n two \n");
    List<VectorRow> rows = read(file, 1);
    assertEquals("one", rows.get(0).title());
    assertEquals("two", rows.get(1).title());
    assertNull("fewer titles than rows", rows.get(2).title());
  }

  @Test
  public void testFilesThatCannotBeRead() throws Exception {
    Path missing = folder.getRoot().toPath().resolve("missing.npy");
    assertFault("no such file", missing, 0);
    assertFault("is not a file", folder.newFolder("folder.npy").toPath(), 0);
    for (String name : List.of("a.bin", "a", "a.f", "a.")) {
      assertFault(
          "its name must end in one of .f32, .fvecs, .npy, .jsonl", file(name, new byte[4]), 0);
    }
  }

  private static List<VectorRow> read(Path file, int dims) throws IOException {
    List<VectorRow> rows = new ArrayList<>();
    try (VectorReader reader = VectorFile.of(file, dims).open()) {
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        assertEquals(rows.size(), row.row());
        assertEquals(reader.dims(), row.vector().length);
        rows.add(row);
      }
    }
    return rows;
  }

  private static List<VectorRow> assertRows(Path file, int dims, float[]... expected)
      throws IOException {
    List<VectorRow> rows = read(file, dims);
    assertEquals(expected.length, rows.size());
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], rows.get(i).vector(), 0);
    }
    return rows;
  }

  private static void assertFault(String message, Path file, int dims) {
    VectorFileException e = assertThrows(VectorFileException.class, () -> read(file, dims));
    assertEquals(file + ": " + message, e.getMessage());
  }

  private Path npy(String name, int version, String type, String fortran, String shape, byte[] data)
      throws IOException {
    byte[] header =
        String.format(
                Locale.ROOT,
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }%n",
                type,
                fortran,
                shape)
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      length.putShort((short) header.length);
    } else {
      length.putInt(header.length);
    }
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0};
    return file(name, start, length.array(), header, data);
  }

  private static byte[] fvecs(int length, float... values) {
    byte[] row = new byte[4 + 4 * values.length];
    ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).putInt(length).put(floats(values));
    return row;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private Path text(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String name, byte[]... parts) throws IOException {
    Path file = folder.getRoot().toPath().resolve(name);
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    for (byte[] part : parts) {
      all.put(part);
    }
    byte[] bytes = new byte[all.flip().remaining()];
    all.get(bytes);
    return Files.write(file, bytes);
  }
}
