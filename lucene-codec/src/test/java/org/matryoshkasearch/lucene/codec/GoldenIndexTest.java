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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * Indexes that releases wrote, with every kind of codes and of full vectors, are read, searched and
 * merged by this one.
 *
 * <p>A release adds its own: {@code mvn test -pl lucene-codec -Dtest=GoldenIndexTest
 * -Dtests.golden.write=VERSION} writes {@code src/test/resources/golden/VERSION.zip}; its name goes
 * into {@link #RELEASES}, and no zip is ever written again.
 */
public class GoldenIndexTest extends LuceneTestCase {
  /** Those that have an index in {@code golden}. */
  private static final List<String> RELEASES = List.of("0.1.0");

  private static final int DOCS = 900; // enough for graphs
  private static final int DIMS = 8;
  private static final int PREFIX_DIMS = 4;
  private static final int K = 10;

  /** Every ninth document is deleted; every fourth has no vectors. */
  private static final int DELETED = 9;

  private static final int EMPTY = 4;

  /** A field of each kind. */
  private record Kind(PrefixEncoding codes, FullVectorEncoding vectors) {
    String field() {
      return (codes + "_" + vectors).toLowerCase(Locale.ROOT);
    }

    VectorSimilarityFunction similarity() {
      return switch (codes) {
        case FLOAT32 -> VectorSimilarityFunction.EUCLIDEAN;
        case INT8 -> VectorSimilarityFunction.DOT_PRODUCT;
        case INT4 -> VectorSimilarityFunction.COSINE;
        case BIT1 -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
      };
    }

    MatryoshkaHnswVectorsFormat format() {
      return new MatryoshkaHnswVectorsFormat(PREFIX_DIMS, codes, vectors, 8, 40, 1, null);
    }

    static List<Kind> all() {
      List<Kind> all = new ArrayList<>();
      for (PrefixEncoding codes : PrefixEncoding.values()) {
        for (FullVectorEncoding vectors : FullVectorEncoding.values()) {
          all.add(new Kind(codes, vectors));
        }
      }
      return all;
    }
  }

  public void testWriteTheIndexOfARelease() throws IOException {
    String version = System.getProperty("tests.golden.write");
    assumeTrue("-Dtests.golden.write=VERSION writes one", version != null);
    try (Directory directory = FSDirectory.open(createTempDir())) {
      try (IndexWriter writer =
          new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE))) {
        for (int doc = 0; doc < DOCS; doc++) {
          writer.addDocument(document(doc));
        }
        writer.flush(); // what follows is a segment too small for a graph
        for (int doc = DOCS; doc < DOCS + 50; doc++) {
          writer.addDocument(document(doc));
        }
        for (int doc = 0; doc < DOCS + 50; doc += DELETED) {
          writer.deleteDocuments(new Term("id", Integer.toString(doc)));
        }
      }
      Path zip = Path.of("src/test/resources/golden", version + ".zip").toAbsolutePath();
      assertFalse(zip + " is written once", Files.exists(zip));
      Files.createDirectories(zip.getParent());
      pack((FSDirectory) directory, zip);
    }
  }

  public void testIndexesOfReleases() throws IOException {
    for (String release : RELEASES) {
      try (Directory directory = new ByteBuffersDirectory()) {
        unpack(release, directory);
        TestUtil.checkIndex(directory);
        assertAnswers(release, directory);
        try (IndexWriter writer = new IndexWriter(directory, config())) {
          writer.addDocument(document(DOCS + 50));
          writer.commit();
          assertAnswers(release + " with one more", directory);
          writer.forceMerge(1);
        }
        TestUtil.checkIndex(directory);
        assertAnswers(release + ", merged", directory);
      }
    }
  }

  private static IndexWriterConfig config() {
    Codec codec =
        new MatryoshkaCodec(
            TestUtil.getDefaultCodec(),
            field ->
                Kind.all().stream()
                    .filter(kind -> kind.field().equals(field))
                    .findFirst()
                    .orElseGet(() -> Kind.all().get(0))
                    .format());
    return new IndexWriterConfig().setUseCompoundFile(false).setCodec(codec);
  }

  private static Document document(int doc) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(doc), Field.Store.YES));
    if (doc % EMPTY != 0) {
      for (Kind kind : Kind.all()) {
        document.add(new KnnFloatVectorField(kind.field(), vector(doc, kind), kind.similarity()));
      }
      document.add(new KnnByteVectorField("bytes", bytes(doc)));
    }
    return document;
  }

  /** Of unit length for dot products, the more so; all others are exact in 16 bits too. */
  private static float[] vector(int doc, Kind kind) {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = bytes(doc)[i] / 128f;
    }
    if (kind.similarity() == VectorSimilarityFunction.DOT_PRODUCT) {
      int at = doc % DIMS; // a half, and the other half of the square elsewhere
      Arrays.fill(vector, 0);
      for (int i = 0; i < 4; i++) {
        vector[(at + i * (1 + doc / DIMS % 2)) % DIMS] = ((doc >> (i + 4)) & 1) == 0 ? 0.5f : -0.5f;
      }
    }
    return vector;
  }

  /** The same for ever: what is compared was written long ago. */
  private static byte[] bytes(int doc) {
    byte[] bytes = new byte[DIMS];
    for (int i = 0; i < DIMS; i++) {
      bytes[i] = (byte) (((doc + 1) * 2654435761L * (i + 3)) >>> 13);
    }
    return bytes;
  }

  private static void assertAnswers(String what, Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      StoredFields stored = reader.storedFields();
      for (LeafReaderContext leaf : reader.leaves()) {
        ByteVectorValues bytes = leaf.reader().getByteVectorValues("bytes");
        DocIndexIterator docs = bytes.iterator();
        while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          byte[] written = bytes(id(stored, leaf.docBase + docs.docID()));
          assertArrayEquals(what, written, bytes.vectorValue(docs.index()));
        }
      }
      for (Kind kind : Kind.all()) {
        String where = what + ", field " + kind.field();
        int seen = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
          FloatVectorValues values = leaf.reader().getFloatVectorValues(kind.field());
          DocIndexIterator docs = values == null ? null : values.iterator();
          while (docs != null && docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            float[] written = vector(id(stored, leaf.docBase + docs.docID()), kind);
            assertArrayEquals(where, written, values.vectorValue(docs.index()), 0);
            seen++;
          }
        }
        assertTrue(where + " has " + seen, seen > DOCS / 2);
        assertFinds(where, new IndexSearcher(reader), kind);
      }
    }
  }

  private static int id(StoredFields stored, int doc) throws IOException {
    return Integer.parseInt(stored.document(doc).get("id"));
  }

  /** The scores are those of the full vectors, and what a search by the graph finds is near. */
  private static void assertFinds(String where, IndexSearcher searcher, Kind kind)
      throws IOException {
    float[] target = vector(7, kind);
    TopDocs exact =
        searcher.search(MatryoshkaKnnQuery.builder(kind.field(), target, K).exact(true).build(), K);
    Query query = MatryoshkaKnnQuery.builder(kind.field(), target, K).candidates(200).build();
    TopDocs found = searcher.search(query, K);
    assertEquals(where, K, found.scoreDocs.length);
    StoredFields stored = searcher.storedFields();
    for (ScoreDoc hit : found.scoreDocs) {
      float[] vector = vector(id(stored, hit.doc), kind);
      assertEquals(where, kind.similarity().compare(target, vector), hit.score, 1e-5f * hit.score);
    }
    assertEquals(where, exact.scoreDocs[0].score, found.scoreDocs[0].score, 1e-5f);
  }

  private static void pack(FSDirectory directory, Path zip) throws IOException {
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String file : directory.listAll()) {
        if (file.equals(IndexWriter.WRITE_LOCK_NAME) == false) {
          entries.putNextEntry(new ZipEntry(file));
          Files.copy(directory.getDirectory().resolve(file), entries);
        }
      }
    }
  }

  private static void unpack(String release, Directory directory) throws IOException {
    String name = "/golden/" + release + ".zip";
    try (InputStream in = GoldenIndexTest.class.getResourceAsStream(name)) {
      assertNotNull(name, in);
      ZipInputStream entries = new ZipInputStream(in);
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        byte[] bytes = entries.readAllBytes();
        try (IndexOutput out = directory.createOutput(entry.getName(), IOContext.DEFAULT)) {
          out.writeBytes(bytes, bytes.length);
        }
      }
    }
  }
}
