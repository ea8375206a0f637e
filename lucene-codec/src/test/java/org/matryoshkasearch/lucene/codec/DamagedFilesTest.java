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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.StringHelper;
import org.matryoshkasearch.lucene.internal.files.FilePair;
import org.matryoshkasearch.lucene.internal.files.LaterFormatException;
import org.matryoshkasearch.lucene.search.FullVectorScores;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.soak.Soak;

/**
 * Files that a disk or a wrong writer has changed: whoever opens or searches them gets an answer or
 * a {@link CorruptIndexException}, and soon.
 */
@TimeoutSuite(millis = Integer.MAX_VALUE) // the long form
public class DamagedFilesTest extends LuceneTestCase {
  private static final int DIMS = 16;
  private static final int DOCS = 1800;
  private static final int CRC_BYTES = Long.BYTES;

  private Directory directory;
  private float[][] vectors;
  private FullVectorEncoding fullVectors;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    vectors = NestedVectors.unit(random(), DOCS, DIMS);
    directory =
        random().nextBoolean() ? new MMapDirectory(createTempDir()) : new ByteBuffersDirectory();
    fullVectors = RandomPicks.randomFrom(random(), FullVectorEncoding.values());
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(
            8,
            RandomPicks.randomFrom(random(), PrefixEncoding.values()),
            fullVectors,
            4,
            20,
            1,
            null);
    KnnVectorsFormat lucenes = new Lucene99HnswVectorsFormat();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setCodec(
                new MatryoshkaCodec(
                    TestUtil.getDefaultCodec(), field -> field.equals("other") ? lucenes : format));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      List<Document> block = new ArrayList<>();
      for (int id = 0; id < DOCS; id++) {
        boolean parent = id % 30 == 29;
        block.add(document(id, parent));
        if (parent) {
          writer.addDocuments(block);
          block.clear();
        }
      }
    }
  }

  /** Two of three have vectors; no parent has. Those of a field are another format's. */
  private Document document(int id, boolean parent) {
    Document document = new Document();
    document.add(new StringField("kind", parent ? "parent" : "k" + id % 2, Field.Store.NO));
    if (parent == false && id % 3 != 1) {
      document.add(new KnnFloatVectorField("v", vectors[id], VectorSimilarityFunction.COSINE));
      document.add(new KnnFloatVectorField("other", vectors[id], VectorSimilarityFunction.COSINE));
      document.add(new KnnByteVectorField("b", new byte[] {(byte) id, (byte) (id >> 8), 1}));
    }
    return document;
  }

  @Override
  public void tearDown() throws Exception {
    directory.close();
    super.tearDown();
  }

  public void testChangedBitsOfMetadata() throws Exception {
    for (String extension : List.of("vemq", "dvm", "vem")) {
      byte[] bytes = bytes(extension);
      Soak.repeat(
          100,
          () -> {
            write(extension, withChangedBit(bytes, 0, bytes.length));
            expectThrowsAnyOf(
                List.of(
                    CorruptIndexException.class,
                    IndexFormatTooOldException.class,
                    IndexFormatTooNewException.class),
                () -> DirectoryReader.open(directory).close());
          });
      write(extension, bytes);
    }
  }

  /** Parts that are lost or zero: told on open or by the check of checksums, whatever is found. */
  public void testCutsAndZeros() throws Exception {
    for (String extension : List.of("vemq", "dvm", "vem", "dvd", "veq", "vex")) {
      byte[] bytes = bytes(extension);
      Soak.repeat(
          30,
          () -> {
            byte[] damaged = random().nextBoolean() ? cut(bytes) : withZeros(bytes);
            if (Arrays.equals(bytes, damaged) == false) {
              searches(extension, damaged);
              assertDetected(extension);
            }
          });
      write(extension, bytes);
    }
  }

  private byte[] cut(byte[] bytes) {
    return Arrays.copyOf(bytes, random().nextInt(bytes.length));
  }

  private byte[] withZeros(byte[] bytes) {
    byte[] damaged = bytes.clone();
    int from = random().nextInt(bytes.length);
    Arrays.fill(damaged, from, from + 1 + random().nextInt(bytes.length - from), (byte) 0);
    return damaged;
  }

  private void assertDetected(String extension) {
    expectThrowsAnyOf(
        List.of(
            CorruptIndexException.class,
            IndexFormatTooOldException.class,
            IndexFormatTooNewException.class,
            EOFException.class),
        () -> {
          try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
              leaf.reader().checkIntegrity();
            }
          }
          fail("undetected in " + extension);
        });
  }

  /** Every byte of all metadata, in four ways: what was zero, too great, negative, one off. */
  public void testEachByteOfMetadata() throws IOException {
    for (String extension : List.of("vemq", "dvm", "vem")) {
      byte[] bytes = bytes(extension);
      int all = bytes.length - CRC_BYTES;
      int most = Soak.isAsked() ? all : Math.min(all, 150);
      for (int i = 0; i < most; i++) {
        int at = most < all ? random().nextInt(all) : i;
        for (int value : new int[] {0, 0x7F, 0xFF, bytes[at] + 1}) {
          byte[] wrong = bytes.clone();
          wrong[at] = (byte) value;
          searches(extension, signed(wrong));
        }
      }
      write(extension, bytes);
    }
  }

  /** The checksum is right: so it was written. */
  public void testWrongMetadata() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    for (String extension : List.of("vemq", "dvm", "vem")) {
      byte[] bytes = bytes(extension);
      Soak.repeat(
          300,
          () -> {
            byte[] wrong = bytes.clone();
            for (int changes = 1 + random().nextInt(2); changes > 0; changes--) {
              int at = random().nextInt(bytes.length - CRC_BYTES);
              wrong[at] = (byte) (random().nextBoolean() ? random().nextInt() : wrong[at] ^ 0x80);
            }
            opened.addAndGet(searches(extension, signed(wrong)) ? 1 : 0);
          });
      write(extension, bytes);
    }
    assertTrue("some have a meaning", opened.get() > 0);
  }

  /** The field is not ours, though all that stands there could be of it. */
  public void testNumberOfAnotherFormatsField() throws IOException {
    int other;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      other = getOnlyLeafReader(reader).getFieldInfos().fieldInfo("other").number;
    }
    for (String extension : List.of("vemq", "dvm", "vem")) {
      byte[] bytes = bytes(extension);
      byte[] wrong = bytes.clone();
      ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(metaStart(extension), other);
      write(extension, signed(wrong));
      CorruptIndexException e =
          expectThrows(CorruptIndexException.class, () -> DirectoryReader.open(directory).close());
      assertTrue(e.getMessage(), e.getMessage().contains("[other]"));
      write(extension, bytes);
    }
  }

  /** Where the first field begins. */
  private int metaStart(String extension) throws IOException {
    try (IndexInput in = directory.openInput(file(extension), IOContext.READONCE)) {
      CodecUtil.readBEInt(in); // magic number
      in.readString();
      CodecUtil.readBEInt(in); // version
      in.skipBytes(StringHelper.ID_LENGTH);
      in.skipBytes(in.readByte()); // suffix
      return (int) in.getFilePointer();
    }
  }

  /** Where the documents of rows stand, behind the rows. */
  public void testChangedBitsOfTheMapOfDocuments() throws Exception {
    byte[] bytes = bytes("dvd");
    int rowsEnd = bytes.length - mapBytes(bytes);
    Soak.repeat(300, () -> searches("dvd", withChangedBit(bytes, rowsEnd, bytes.length)));
  }

  /** The rows of two of three children of each parent lie before the map. */
  private int mapBytes(byte[] bytes) {
    int rows = 0;
    for (int id = 0; id < DOCS; id++) {
      rows += id % 30 != 29 && id % 3 != 1 ? 1 : 0;
    }
    return bytes.length - rows * DIMS * fullVectors.bytes() - 2 * FilePair.ALIGNMENT;
  }

  public void testChangedBitsOfData() throws Exception {
    for (String extension : List.of("dvd", "veq", "vex")) {
      byte[] bytes = bytes(extension);
      Soak.repeat(
          100,
          () -> {
            byte[] damaged = bytes;
            for (int changes = 1 + random().nextInt(20); changes > 0; changes--) {
              damaged = withChangedBit(damaged, 0, bytes.length);
            }
            searches(extension, damaged);
          });
      write(extension, bytes);
    }
  }

  /** Whether the index can be opened and every kind of search gives an answer. */
  private boolean searches(String extension, byte[] bytes) throws IOException {
    write(extension, bytes);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
      boolean answered = true;
      for (Query query : queries()) {
        answered &= answers(() -> searcher.search(query, 10));
      }
      Sort best = new Sort(new FullVectorScores("v", vectors[0]).getSortField(true));
      answered &= answers(() -> searcher.search(MatchAllDocsQuery.INSTANCE, 10, best));
      return answered;
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | LaterFormatException e) {
      return false;
    }
  }

  private List<Query> queries() {
    float[] target = vectors[random().nextInt(DOCS)];
    Query filter = new TermQuery(new Term("kind", "k1"));
    QueryBitSetProducer parents =
        new QueryBitSetProducer(new TermQuery(new Term("kind", "parent")));
    MatryoshkaKnnQuery.Builder few = MatryoshkaKnnQuery.builder("v", target, 10).candidates(40);
    return List.of(
        few.build(),
        few.filter(filter).build(),
        MatryoshkaKnnQuery.builder("v", target, 10).candidates(DOCS).build(),
        MatryoshkaKnnQuery.builder("v", target, 5).candidates(20).parents(parents).build(),
        MatryoshkaKnnQuery.builder("v", target, 5).candidates(DOCS).parents(parents).build(),
        new KnnFloatVectorQuery("v", target, 40),
        new KnnByteVectorQuery("b", new byte[] {17, 1, 1}, 10),
        new KnnFloatVectorQuery("v", target, 10, filter));
  }

  private interface Search {
    void run() throws IOException;
  }

  private static boolean answers(Search search) throws IOException {
    try {
      search.run();
      return true;
    } catch (CorruptIndexException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("_0_"));
      return false;
    } catch (AssertionError e) {
      // Lucene looks at its own lists of documents only where assertions are on
      if (e.getStackTrace()[0].getClassName().startsWith("org.apache.lucene.")) {
        return false;
      }
      throw e;
    }
  }

  private byte[] withChangedBit(byte[] bytes, int from, int to) {
    byte[] changed = bytes.clone();
    changed[from + random().nextInt(to - from)] ^= (byte) (1 << random().nextInt(Byte.SIZE));
    return changed;
  }

  /** With the checksum that these bytes have. */
  private static byte[] signed(byte[] bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, 0, bytes.length - CRC_BYTES);
    ByteBuffer.wrap(bytes).putLong(bytes.length - CRC_BYTES, checksum.getValue());
    return bytes;
  }

  private String file(String extension) throws IOException {
    return Arrays.stream(directory.listAll())
        .filter(name -> name.contains(MatryoshkaHnswVectorsFormat.NAME)) // Lucene has a .vem, too
        .filter(name -> name.endsWith("." + extension))
        .findFirst()
        .orElseThrow();
  }

  private byte[] bytes(String extension) throws IOException {
    try (IndexInput in = directory.openInput(file(extension), IOContext.READONCE)) {
      byte[] bytes = new byte[(int) in.length()];
      in.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  private void write(String extension, byte[] bytes) throws IOException {
    String name = file(extension);
    directory.deleteFile(name);
    try (IndexOutput out = directory.createOutput(name, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length);
    }
  }
}
