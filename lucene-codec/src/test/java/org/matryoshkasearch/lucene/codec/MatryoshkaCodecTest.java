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
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class MatryoshkaCodecTest extends LuceneTestCase {
  private static final int DIMS = 24;
  private static final MatryoshkaHnswVectorsFormat FORMAT =
      new MatryoshkaHnswVectorsFormat(6, PrefixEncoding.INT8, FullVectorEncoding.FLOAT32);

  private static Codec oursFor(String field) {
    return new MatryoshkaCodec(
        TestUtil.getDefaultCodec(), name -> name.equals(field) ? FORMAT : null);
  }

  private static Document document(int id, float[] vector) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new KnnFloatVectorField("ours", vector));
    document.add(new KnnFloatVectorField("other", Arrays.copyOf(vector, 3)));
    document.add(new KnnByteVectorField("bytes", new byte[] {(byte) id, 1}));
    return document;
  }

  private static void write(Directory directory, Codec codec, float[][] vectors, int from, int to)
      throws IOException {
    IndexWriterConfig config =
        newIndexWriterConfig()
            .setCodec(codec)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setMaxBufferedDocs(1000);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = from; id < to; id++) {
        writer.addDocument(document(id, vectors[id]));
      }
    }
  }

  private static String formatOf(LeafReader reader, String field) {
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    return info.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
  }

  private static String codecOf(LeafReader reader) {
    return ((SegmentReader) reader).getSegmentInfo().info.getCodec().getName();
  }

  private static void assertVectors(IndexReader reader, float[][] vectors) throws IOException {
    int seen = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      FloatVectorValues values = leaf.reader().getFloatVectorValues("ours");
      KnnVectorValues.DocIndexIterator docs = values.iterator();
      while (docs.nextDoc() != KnnVectorValues.DocIndexIterator.NO_MORE_DOCS) {
        int id = Integer.parseInt(leaf.reader().storedFields().document(docs.docID()).get("id"));
        assertArrayEquals(vectors[id], values.vectorValue(docs.index()), 0);
        seen++;
      }
    }
    assertEquals(vectors.length, seen);
  }

  public void testEachFieldHasItsFormatAndTheSegmentTheDelegatesName() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), 60, DIMS);
    try (Directory directory = newDirectory()) {
      write(directory, oursFor("ours"), vectors, 0, 60);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        assertEquals(TestUtil.getDefaultCodec().getName(), codecOf(leaf));
        assertEquals("MatryoshkaHnsw", formatOf(leaf, "ours"));
        String stock =
            ((PerFieldKnnVectorsFormat) TestUtil.getDefaultCodec().knnVectorsFormat())
                .getKnnVectorsFormatForField("other")
                .getName();
        assertEquals(stock, formatOf(leaf, "other"));
        assertEquals(stock, formatOf(leaf, "bytes"));
        assertVectors(reader, vectors);
      }
    }
  }

  public void testConvenienceIsForEveryField() throws IOException {
    Codec before = Codec.getDefault();
    Codec.setDefault(TestUtil.getDefaultCodec());
    try (Directory directory = newDirectory()) {
      float[][] vectors = NestedVectors.unit(random(), 20, DIMS);
      write(directory, new MatryoshkaCodec(FORMAT), vectors, 0, 20);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        for (String field : List.of("ours", "other", "bytes")) {
          assertEquals("MatryoshkaHnsw", formatOf(getOnlyLeafReader(reader), field));
        }
        assertVectors(reader, vectors);
      }
    } finally {
      Codec.setDefault(before);
    }
  }

  public void testMergesSegmentsOfTheStockCodecAndBack() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), 92, DIMS);
    KnnVectorsFormat stock = new Lucene99HnswVectorsFormat();
    try (Directory directory = newDirectory()) {
      write(directory, TestUtil.getDefaultCodec(), vectors, 0, 50);
      write(directory, oursFor("ours"), vectors, 50, 90);
      assertMerges(directory, oursFor("ours"), "MatryoshkaHnsw", Arrays.copyOf(vectors, 91));
      Codec back = TestUtil.alwaysKnnVectorsFormat(stock);
      assertMerges(directory, back, stock.getName(), vectors);
    }
  }

  /** Adds the last of the vectors and merges all of them. */
  private static void assertMerges(
      Directory directory, Codec codec, String format, float[][] vectors) throws IOException {
    int last = vectors.length - 1;
    write(directory, codec, vectors, last, vectors.length);
    IndexWriterConfig config = newIndexWriterConfig().setCodec(codec);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      writer.forceMerge(1);
    }
    try (IndexReader reader = DirectoryReader.open(directory)) {
      assertEquals(format, formatOf(getOnlyLeafReader(reader), "ours"));
      assertVectors(reader, vectors);
    }
  }

  public void testAddIndexesFromTheStockCodec() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), 80, DIMS);
    try (Directory stock = newDirectory();
        Directory directory = newDirectory()) {
      write(stock, TestUtil.getDefaultCodec(), vectors, 0, 40);
      write(directory, oursFor("ours"), vectors, 40, 80);
      IndexWriterConfig config = newIndexWriterConfig().setCodec(oursFor("ours"));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        if (random().nextBoolean()) {
          writer.addIndexes(stock);
        } else {
          try (DirectoryReader reader = DirectoryReader.open(stock)) {
            TestUtil.addIndexesSlowly(writer, reader);
          }
        }
        writer.forceMerge(1);
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        assertEquals("MatryoshkaHnsw", formatOf(getOnlyLeafReader(reader), "ours"));
        assertVectors(reader, vectors);
      }
    }
  }

  public void testOneOverAnother() {
    Lucene99HnswVectorsFormat stock = new Lucene99HnswVectorsFormat();
    Codec inner = new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> stock);
    Codec outer = new MatryoshkaCodec(inner, field -> field.equals("ours") ? FORMAT : null);
    PerFieldKnnVectorsFormat formats = (PerFieldKnnVectorsFormat) outer.knnVectorsFormat();
    assertSame(FORMAT, formats.getKnnVectorsFormatForField("ours"));
    assertSame(stock, formats.getKnnVectorsFormatForField("other"));
    assertEquals(MatryoshkaHnswVectorsFormat.MAX_DIMS, formats.getMaxDimensions("ours"));
    assertEquals(1024, formats.getMaxDimensions("other"));
  }

  public void testRefusesCodecsWithoutPerFieldFormats() {
    Codec one =
        new FilterCodec("One", TestUtil.getDefaultCodec()) {
          @Override
          public KnnVectorsFormat knnVectorsFormat() {
            return FORMAT;
          }
        };
    IllegalArgumentException refusal =
        expectThrows(
            IllegalArgumentException.class, () -> new MatryoshkaCodec(one, field -> FORMAT));
    assertEquals(
        "codec [One] must choose its vectors format per field, has [MatryoshkaHnsw]",
        refusal.getMessage());
    expectThrows(NullPointerException.class, () -> new MatryoshkaCodec(null));
    expectThrows(NullPointerException.class, () -> new MatryoshkaCodec(one, null));
  }
}
