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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.BaseDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Pins the bytes of the files to the specification in {@link MatryoshkaHnswVectorsFormat}. */
public class TestMatryoshkaFormatFiles extends LuceneTestCase {
  // Exact in float32, and not normalised by the similarity: the same bytes on every machine.
  private static final float[][] VECTORS = {
    {1, 2, 3, 4}, {5, -6, 7, 8}, {0.5f, 0.25f, 0, -1}, {2, 1, -4, 0.5f}
  };

  private static final String SUFFIX = "MatryoshkaHnsw_0";

  private static final String GOLDEN_VEMQ =
      "00000000000004020201048001c00100000840000030bfffffffff";
  private static final String GOLDEN_VEQ =
      "0200000000000000020000000000000002000000000000000200000000000000000090bf2222823e"
          + "0000744000d007410100000000000000010000000000000001000000000000000100000000000000"
          + "0000aac0bcbb0b3f0000034100f41142020000000000000002000000000000000200000000000000"
          + "02000000000000000000d0bfefee2e3e000024400040614002000000000000000200000000000000"
          + "02000000000000000200000000000000000000be7777f73d0000e83f00403740";
  private static final String GOLDEN_DVM =
      "000000000804800120ffffffffffffffff0000000000000000ffffffffffffff";
  private static final int DENSE_DOCUMENTS = 19; // bytes that say that each has a row

  private static final String GOLDEN_DVD =
      "803f004040408040a040c0c0e0400041003f803e000080bf0040803f80c0003f";

  public void testInt8() throws IOException {
    assertCodes(PrefixEncoding.INT8);
  }

  public void testInt4() throws IOException {
    assertCodes(PrefixEncoding.INT4);
  }

  public void testBit1() throws IOException {
    assertCodes(PrefixEncoding.BIT1);
  }

  /** Decodes rows as the specification says and expects about the prefixes that went in. */
  private void assertCodes(PrefixEncoding encoding) throws IOException {
    int prefixDims = 3;
    try (Directory dir = newDirectory()) {
      write(dir, new MatryoshkaHnswVectorsFormat(prefixDims, encoding, FullVectorEncoding.FLOAT32));
      ByteArrayDataInput meta = new ByteArrayDataInput(body(dir, "vemq"));
      assertEquals(0, meta.readInt()); // field number
      assertEquals(0, meta.readByte()); // float vectors
      assertEquals(0, meta.readByte()); // euclidean
      assertEquals(4, meta.readVInt());
      assertEquals(prefixDims, meta.readVInt());
      assertEquals(encoding.wireNumber(), meta.readByte());
      assertEquals(0, meta.readByte()); // float32
      assertEquals(VECTORS.length, meta.readVInt());
      assertEquals(0, meta.readVLong() % 64);
      byte[] codes = HexFormat.of().parseHex(aligned(dir, "veq"));
      assertEquals(codes.length, meta.readVLong());
      float[] centroid = new float[prefixDims];
      meta.readFloats(centroid, 0, prefixDims);
      assertArrayEquals(new float[] {8.5f / 4, -2.75f / 4, 6f / 4}, centroid, 1e-6f);
      assertEquals(-1, meta.readInt());
      assertTrue(meta.eof());

      int row = 0;
      for (float[] vector : VECTORS) {
        int[] code = new int[prefixDims];
        int sum = 0;
        for (int i = 0; i < prefixDims; i++) {
          if (encoding == PrefixEncoding.INT8) {
            code[i] = codes[row + i] & 0xFF;
          } else {
            for (int bit = 0; bit < encoding.bits(); bit++) {
              code[i] |= ((codes[row + 8 * bit] >> i) & 1) << bit; // fewer than 8 dimensions
            }
          }
          sum += code[i];
        }
        row += encoding == PrefixEncoding.INT8 ? prefixDims : 8 * encoding.bits();
        float lower = floatAt(codes, row);
        float step = floatAt(codes, row + 4);
        assertEquals(step * sum, floatAt(codes, row + 8), 1e-5f);
        float distance = 0;
        for (int i = 0; i < prefixDims; i++) {
          float tolerance = step * (encoding == PrefixEncoding.BIT1 ? 1 : 0.51f) + 1e-5f;
          assertEquals(vector[i], centroid[i] + lower + step * code[i], tolerance);
          distance += (vector[i] - centroid[i]) * (vector[i] - centroid[i]);
        }
        assertEquals(distance, floatAt(codes, row + 12), 1e-4f);
        row += 16;
      }
      assertEquals(codes.length, row);
    }
  }

  public void testGoldenBytes() throws IOException {
    try (Directory dir = newDirectory()) {
      write(
          dir,
          new MatryoshkaHnswVectorsFormat(2, PrefixEncoding.INT4, FullVectorEncoding.BFLOAT16));
      assertEquals(GOLDEN_VEMQ, HexFormat.of().formatHex(body(dir, "vemq")));
      assertEquals(GOLDEN_VEQ, aligned(dir, "veq"));
      assertEquals(GOLDEN_DVM, HexFormat.of().formatHex(body(dir, "dvm")));
      assertEquals(GOLDEN_DVD, aligned(dir, "dvd"));
    }
  }

  /** By inner product, lengths stand behind the rows, and codes are those of scaled prefixes. */
  public void testLengthsOfVectors() throws IOException {
    for (FullVectorEncoding encoding : FullVectorEncoding.values()) {
      try (Directory dir = newDirectory()) {
        write(
            dir,
            new MatryoshkaHnswVectorsFormat(2, PrefixEncoding.INT8, encoding),
            VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);
        byte[] data = HexFormat.of().parseHex(aligned(dir, "dvd"));
        int rows = VECTORS.length * 4 * encoding.bytes();
        assertEquals(rows + 4 * VECTORS.length, data.length);
        byte[] codes = HexFormat.of().parseHex(aligned(dir, "veq"));
        byte[] meta = body(dir, "vemq");
        float[] centroid = {
          floatAt(meta, meta.length - 12), floatAt(meta, meta.length - 8) // before -1
        };
        for (int i = 0; i < VECTORS.length; i++) {
          float length = floatAt(data, rows + 4 * i);
          assertEquals(Math.sqrt(VectorUtil.dotProduct(VECTORS[i], VECTORS[i])), length, 1e-6f);
          int row = i * (2 + 16);
          double square = 0;
          for (int j = 0; j < 2; j++) {
            float component =
                centroid[j]
                    + floatAt(codes, row + 2)
                    + floatAt(codes, row + 6) * (codes[row + j] & 0xFF);
            square += component * component;
          }
          assertEquals(length, Math.sqrt(square), 0.05);
        }
      }
    }
  }

  public void testRowsLieWithinPages() throws IOException {
    int[] dims = {7, 1024, 768, 3072, 512};
    long[] multiples = {64, 4096, 1024, 4096, 2048};
    try (Directory dir = newDirectory()) {
      try (IndexWriter writer = writer(dir, new MatryoshkaHnswVectorsFormat(4))) {
        Document document = new Document();
        for (int field = 0; field < dims.length; field++) {
          float[] vector = new float[dims[field]];
          Arrays.fill(vector, 1);
          document.add(new KnnFloatVectorField("f" + field, vector));
        }
        writer.addDocument(document);
      }
      ByteArrayDataInput meta = new ByteArrayDataInput(body(dir, "dvm"));
      for (int i = 0; i < dims.length; i++) {
        int field = meta.readInt();
        int width = dims[field] * Float.BYTES;
        assertEquals(width, meta.readVInt());
        assertEquals(1, meta.readVInt());
        assertEquals(0, meta.readVLong() % multiples[field]);
        assertEquals(width, meta.readVLong());
        meta.skipBytes(DENSE_DOCUMENTS);
      }
      assertEquals(-1, meta.readInt());
    }
  }

  /** Full vectors once, codes once, and nothing of Lucene's flat format unless there are bytes. */
  public void testFilesOfAField() throws IOException {
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      try (Directory dir = newDirectory()) {
        write(dir, new MatryoshkaHnswVectorsFormat(2, encoding, FullVectorEncoding.FLOAT32));
        assertEquals(Set.of("dvd", "dvm", "vem", "vemq", "veq", "vex"), vectorExtensions(dir));
        assertEquals(
            4L * VECTORS.length * Float.BYTES, HexFormat.of().parseHex(aligned(dir, "dvd")).length);
      }
    }
    try (Directory dir = newDirectory();
        IndexWriter writer = writer(dir, new MatryoshkaHnswVectorsFormat())) {
      Document document = new Document();
      document.add(new KnnByteVectorField("bytes", new byte[] {1, 2}));
      writer.addDocument(document);
      writer.commit();
      assertTrue(vectorExtensions(dir).containsAll(Set.of("vec", "vemf")));
    }
  }

  /** A changed bit anywhere is found on open or by the integrity check, never served. */
  public void testFlippedBits() throws IOException {
    for (String extension : new String[] {"vemq", "veq", "dvm", "dvd", "vem", "vex"}) {
      for (int repeat = 0; repeat < 20; repeat++) {
        assertCorruptionIsFound(
            extension,
            bytes -> {
              int at = random().nextInt(bytes.length);
              bytes[at] ^= (byte) (1 << random().nextInt(8));
              return bytes;
            });
      }
    }
  }

  public void testCutFiles() throws IOException {
    for (String extension : new String[] {"vemq", "veq", "dvm", "dvd", "vem", "vex"}) {
      for (int repeat = 0; repeat < 10; repeat++) {
        assertCorruptionIsFound(
            extension, bytes -> Arrays.copyOf(bytes, random().nextInt(bytes.length)));
      }
      assertCorruptionIsFound(extension, bytes -> new byte[0]);
    }
  }

  @FunctionalInterface
  private interface Damage {
    byte[] apply(byte[] bytes);
  }

  private void assertCorruptionIsFound(String extension, Damage damage) throws IOException {
    try (BaseDirectoryWrapper dir = newDirectory()) {
      dir.setCheckIndexOnClose(false);
      write(dir, new MatryoshkaHnswVectorsFormat(2));
      String file = file(dir, extension);
      byte[] bytes;
      try (IndexInput in = dir.openInput(file, IOContext.READONCE)) {
        bytes = new byte[(int) in.length()];
        in.readBytes(bytes, 0, bytes.length);
      }
      dir.deleteFile(file);
      try (IndexOutput out = dir.createOutput(file, IOContext.DEFAULT)) {
        byte[] damaged = damage.apply(bytes);
        out.writeBytes(damaged, damaged.length);
      }
      expectThrowsAnyOf(
          List.of(
              CorruptIndexException.class,
              IndexFormatTooOldException.class,
              IndexFormatTooNewException.class),
          () -> {
            try (DirectoryReader reader = DirectoryReader.open(dir)) {
              for (LeafReaderContext leaf : reader.leaves()) {
                leaf.reader().checkIntegrity();
              }
            }
          });
    }
  }

  private void write(Directory dir, MatryoshkaHnswVectorsFormat format) throws IOException {
    write(dir, format, VectorSimilarityFunction.EUCLIDEAN);
  }

  private void write(
      Directory dir, MatryoshkaHnswVectorsFormat format, VectorSimilarityFunction similarity)
      throws IOException {
    try (IndexWriter writer = writer(dir, format)) {
      for (float[] vector : VECTORS) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("f", vector, similarity));
        writer.addDocument(document);
      }
    }
  }

  private static IndexWriter writer(Directory dir, MatryoshkaHnswVectorsFormat format)
      throws IOException {
    return new IndexWriter(
        dir,
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setCodec(TestUtil.alwaysKnnVectorsFormat(format)));
  }

  private static Set<String> vectorExtensions(Directory dir) throws IOException {
    Set<String> extensions = new TreeSet<>();
    for (String file : dir.listAll()) {
      if (file.contains(SUFFIX)) {
        extensions.add(IndexFileNames.getExtension(file).toLowerCase(Locale.ROOT));
      }
    }
    return extensions;
  }

  private static String file(Directory dir, String extension) throws IOException {
    for (String file : dir.listAll()) {
      if (file.endsWith("." + extension)) {
        return file;
      }
    }
    throw new AssertionError("no ." + extension + " in " + Arrays.toString(dir.listAll()));
  }

  /** What stands between header and footer. */
  private static byte[] body(Directory dir, String extension) throws IOException {
    return body(dir, extension, headerLength(extension));
  }

  /** What stands between the first multiple of 64 bytes behind the header and the footer. */
  private static String aligned(Directory dir, String extension) throws IOException {
    return HexFormat.of().formatHex(body(dir, extension, (headerLength(extension) + 63) & -64));
  }

  private static int headerLength(String extension) {
    String codec =
        switch (extension) {
          case "vemq" -> "MatryoshkaPrefixCodesMeta";
          case "veq" -> "MatryoshkaPrefixCodesData";
          case "dvm" -> "MatryoshkaFullVectorsMeta";
          case "dvd" -> "MatryoshkaFullVectorsData";
          default -> throw new AssertionError(extension);
        };
    return CodecUtil.indexHeaderLength(codec, SUFFIX);
  }

  private static byte[] body(Directory dir, String extension, int from) throws IOException {
    try (IndexInput in = dir.openInput(file(dir, extension), IOContext.READONCE)) {
      byte[] body = new byte[(int) in.length() - from - CodecUtil.footerLength()];
      in.seek(from);
      in.readBytes(body, 0, body.length);
      return body;
    }
  }

  private static float floatAt(byte[] bytes, int at) {
    int bits = 0;
    for (int i = 3; i >= 0; i--) {
      bits = (bits << 8) | (bytes[at + i] & 0xFF);
    }
    return Float.intBitsToFloat(bits);
  }
}
