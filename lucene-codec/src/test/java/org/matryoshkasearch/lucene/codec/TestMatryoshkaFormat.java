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

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SoftDeletesRetentionMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.NamedThreadFactory;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** What a Matryoshka segment is to Lucene, through flushes, merges and searches. */
public class TestMatryoshkaFormat extends LuceneTestCase {
  private static final int DIMS = 48;
  private static final int PREFIX = 12;

  private float[][] vectors;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    vectors = NestedVectors.unit(random(), 600, DIMS);
  }

  private static KnnVectorsFormat format(int prefixDims, PrefixEncoding encoding) {
    return new MatryoshkaHnswVectorsFormat(prefixDims, encoding, FullVectorEncoding.FLOAT32);
  }

  private static KnnVectorsFormat randomFormat() {
    return format(
        1 + random().nextInt(DIMS), RandomPicks.randomFrom(random(), PrefixEncoding.values()));
  }

  private static IndexWriterConfig config(KnnVectorsFormat format) {
    return new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
  }

  private Document document(int id, VectorSimilarityFunction similarity) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    document.add(new NumericDocValuesField("order", (id * 7919L) % 1009));
    document.add(new KnnFloatVectorField("v", vectors[id], similarity));
    return document;
  }

  private void add(IndexWriter writer, int from, int to) throws IOException {
    for (int id = from; id < to; id++) {
      writer.addDocument(document(id, VectorSimilarityFunction.COSINE));
    }
  }

  /** Every live document has the vector of its id, and the reader has {@code expected} of them. */
  private void assertVectors(DirectoryReader reader, int expected) throws IOException {
    int count = 0;
    for (LeafReaderContext context : reader.leaves()) {
      LeafReader leaf = context.reader();
      FloatVectorValues values = leaf.getFloatVectorValues("v");
      if (values == null) {
        continue;
      }
      KnnVectorValues.DocIndexIterator docs = values.iterator();
      for (int doc = docs.nextDoc(); doc != NO_MORE_DOCS; doc = docs.nextDoc()) {
        if (leaf.getLiveDocs() == null || leaf.getLiveDocs().get(doc)) {
          int id = Integer.parseInt(leaf.storedFields().document(doc).get("id"));
          assertArrayEquals(vectors[id], values.vectorValue(docs.index()), 0);
          assertEquals(doc, values.ordToDoc(docs.index()));
          count++;
        }
      }
    }
    assertEquals(expected, count);
  }

  public void testMergesSegmentsOfOtherFormatsAndPrefixes() throws IOException {
    KnnVectorsFormat[] formats = {
      new Lucene99HnswVectorsFormat(),
      format(5, PrefixEncoding.INT8),
      randomFormat(),
      randomFormat()
    };
    try (Directory dir = newDirectory()) {
      for (int i = 0; i < formats.length; i++) {
        IndexWriterConfig config = config(formats[i]).setMergePolicy(NoMergePolicy.INSTANCE);
        try (IndexWriter writer = new IndexWriter(dir, config)) {
          add(writer, i * 150, (i + 1) * 150);
          writer.deleteDocuments(new Term("id", Integer.toString(i * 150 + 3)));
        }
      }
      KnnVectorsFormat last =
          random().nextBoolean() ? randomFormat() : new Lucene99HnswVectorsFormat();
      try (IndexWriter writer = new IndexWriter(dir, config(last))) {
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(dir)) {
        assertEquals(1, reader.leaves().size());
        assertVectors(reader, 596);
      }
    }
  }

  public void testIndexSorting() throws IOException {
    IndexWriterConfig config =
        config(randomFormat()).setIndexSort(new Sort(new SortField("order", SortField.Type.LONG)));
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config)) {
      add(writer, 0, 300);
      writer.commit();
      add(writer, 300, 600);
      writer.commit();
      if (random().nextBoolean()) {
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertVectors(reader, 600);
        assertFindsEveryVector(reader);
      }
    }
  }

  /** With every document a candidate, the nearest by prefix to a vector is itself. */
  private void assertFindsEveryVector(DirectoryReader reader) throws IOException {
    IndexSearcher searcher = newSearcher(reader);
    for (int repeat = 0; repeat < 20; repeat++) {
      int id = random().nextInt(vectors.length);
      ScoreDoc[] hits =
          searcher.search(new KnnFloatVectorQuery("v", vectors[id], 600), 600).scoreDocs;
      assertEquals(reader.numDocs(), hits.length);
    }
  }

  public void testAddIndexes() throws IOException {
    try (Directory source = newDirectory();
        Directory dir = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(source, config(randomFormat()))) {
        add(writer, 0, 250);
        writer.deleteDocuments(new Term("id", "17"));
      }
      try (IndexWriter writer = new IndexWriter(dir, config(randomFormat()))) {
        add(writer, 250, 600);
        if (random().nextBoolean()) {
          writer.addIndexes(source);
        } else {
          try (DirectoryReader reader = DirectoryReader.open(source)) {
            TestUtil.addIndexesSlowly(writer, reader);
          }
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(dir)) {
        assertVectors(reader, 599);
      }
    }
  }

  public void testSoftDeletes() throws IOException {
    IndexWriterConfig config =
        config(randomFormat())
            .setSoftDeletesField("deleted")
            .setMergePolicy(
                new SoftDeletesRetentionMergePolicy(
                    "deleted", () -> MatchAllDocsQuery.INSTANCE, new TieredMergePolicy()));
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config)) {
      add(writer, 0, 400);
      for (int id = 0; id < 400; id += 4) {
        writer.softUpdateDocument(
            new Term("id", Integer.toString(id)),
            document(id, VectorSimilarityFunction.COSINE),
            new NumericDocValuesField("deleted", 1));
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertEquals(400, reader.numDocs());
        assertEquals(500, reader.maxDoc());
        assertVectors(reader, 400);
      }
    }
  }

  public void testParallelMerge() throws Exception {
    ExecutorService executor =
        Executors.newFixedThreadPool(2, new NamedThreadFactory("parallel-merge"));
    try {
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        boolean ownExecutor = random().nextBoolean();
        KnnVectorsFormat format =
            new MatryoshkaHnswVectorsFormat(
                PREFIX,
                encoding,
                FullVectorEncoding.FLOAT32,
                8,
                40,
                2,
                ownExecutor ? executor : null);
        IndexWriterConfig config =
            config(format)
                .setMaxBufferedDocs(100)
                .setMergeScheduler(new ConcurrentMergeScheduler());
        try (Directory dir = newDirectory();
            IndexWriter writer = new IndexWriter(dir, config)) {
          add(writer, 0, 600);
          writer.forceMerge(1);
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            assertVectors(reader, 600);
            assertFindsEveryVector(reader);
          }
        }
      }
    } finally {
      executor.shutdown();
    }
  }

  /** Searches in many threads over the same readers, while segments come and go. */
  public void testConcurrentSearch() throws Exception {
    ExecutorService executor =
        Executors.newFixedThreadPool(4, new NamedThreadFactory("concurrent-search"));
    IndexWriterConfig config = config(randomFormat()).setMaxBufferedDocs(120);
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config)) {
      add(writer, 0, 600);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = new IndexSearcher(reader, executor);
        ScoreDoc[][] expected = new ScoreDoc[50][];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = searcher.search(query(i), 20).scoreDocs;
        }
        List<Future<?>> searches =
            IntStream.range(0, 4)
                .<Future<?>>mapToObj(
                    thread ->
                        executor.submit(
                            () -> {
                              IndexSearcher own = new IndexSearcher(reader);
                              for (int i = 0; i < expected.length; i++) {
                                ScoreDoc[] hits = own.search(query(i), 20).scoreDocs;
                                assertEquals(ids(expected[i]), ids(hits));
                              }
                              return null;
                            }))
                .toList();
        writer.forceMerge(1);
        for (Future<?> search : searches) {
          search.get();
        }
      }
    } finally {
      executor.shutdown();
    }
  }

  private KnnFloatVectorQuery query(int id) {
    return new KnnFloatVectorQuery("v", vectors[id], 600);
  }

  private static Set<Integer> ids(ScoreDoc[] hits) {
    Set<Integer> ids = new HashSet<>();
    for (ScoreDoc hit : hits) {
      ids.add(hit.doc);
    }
    return ids;
  }

  /** The graph's scores depend on the prefix alone, the rescorer's on the whole vector. */
  public void testScoresOfPrefixAndOfFullVector() throws IOException {
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        try (Directory dir = newDirectory();
            IndexWriter writer = new IndexWriter(dir, config(format(PREFIX, encoding)))) {
          for (int id = 0; id < 300; id++) {
            writer.addDocument(document(id, similarity));
          }
          writer.forceMerge(1);
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            LeafReader leaf = getOnlyLeafReader(reader);
            float[] query = vectors[599];
            float[] otherTail = Arrays.copyOf(Arrays.copyOf(query, PREFIX), DIMS);
            assertScorers(leaf, similarity, query);
            ScoreDoc[] expected = nearest(leaf, query);
            ScoreDoc[] actual = nearest(leaf, otherTail);
            ScoreDoc[] shorter = nearest(leaf, Arrays.copyOf(query, PREFIX));
            for (int i = 0; i < expected.length; i++) {
              assertEquals(expected[i].doc, actual[i].doc);
              float length = lengthFor(similarity, query) / lengthFor(similarity, otherTail);
              assertEquals(
                  product(similarity, expected[i].score),
                  length * product(similarity, actual[i].score),
                  similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT ? 1e-5f : 0);
              assertEquals(expected[i].doc, shorter[i].doc);
            }
          }
        }
      }
    }
  }

  /** By inner product, a longer query makes all products larger. */
  private static float lengthFor(VectorSimilarityFunction similarity, float[] query) {
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        ? PrefixSimilarity.floatLength(query)
        : 1;
  }

  private static float product(VectorSimilarityFunction similarity, float score) {
    if (similarity != VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT) {
      return score;
    }
    return score < 1 ? 1 - 1 / score : score - 1;
  }

  private void assertScorers(LeafReader leaf, VectorSimilarityFunction similarity, float[] query)
      throws IOException {
    FloatVectorValues values = leaf.getFloatVectorValues("v");
    VectorScorer rescorer = values.rescorer(query);
    VectorScorer scorer = values.scorer(query);
    float[] queryPrefix = PrefixSimilarity.prefixOf(query, PREFIX, similarity);
    double error = 0;
    while (rescorer.iterator().nextDoc() != NO_MORE_DOCS) {
      int doc = rescorer.iterator().docID();
      assertEquals(doc, scorer.iterator().nextDoc());
      assertEquals(similarity.compare(query, vectors[doc]), rescorer.score(), 1e-5f);
      float[] prefix = PrefixSimilarity.prefixOf(vectors[doc], PREFIX, similarity);
      float exact = PrefixSimilarity.of(similarity).compare(queryPrefix, prefix);
      // in the unit of the prefix as it is in the vector
      double scale =
          similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
              ? PrefixSimilarity.divisor(vectors[doc], PREFIX, similarity)
              : 1;
      error += scale * Math.abs(exact - scorer.score()) / values.size();
    }
    assertTrue("mean error " + error, error < 0.1);
  }

  private static ScoreDoc[] nearest(LeafReader leaf, float[] query) throws IOException {
    return leaf.searchNearestVectors(
            "v", query, 20, AcceptDocs.fromLiveDocs(null, leaf.maxDoc()), Integer.MAX_VALUE)
        .scoreDocs;
  }

  public void testQueryVectorsOfWrongLength() throws IOException {
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config(format(PREFIX, PrefixEncoding.INT4)))) {
      add(writer, 0, 10);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        assertEquals(
            "query vector has [11] dimensions, fewer than the [12] of the indexed prefix",
            expectThrows(IllegalArgumentException.class, () -> nearest(leaf, new float[11]))
                .getMessage());
        assertEquals(
            "query vector has [49] dimensions, more than the [48] of the field",
            expectThrows(IllegalArgumentException.class, () -> nearest(leaf, new float[49]))
                .getMessage());
      }
    }
  }

  public void testBfloat16() throws IOException {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(
            PREFIX,
            RandomPicks.randomFrom(random(), PrefixEncoding.values()),
            FullVectorEncoding.BFLOAT16);
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config(format))) {
      add(writer, 0, 300);
      writer.commit();
      add(writer, 300, 600);
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        FloatVectorValues values = getOnlyLeafReader(reader).getFloatVectorValues("v");
        VectorScorer rescorer = values.rescorer(vectors[0]);
        for (int doc = 0; doc < 600; doc++) {
          float[] stored = values.vectorValue(doc);
          for (int i = 0; i < DIMS; i++) {
            float exact = vectors[doc][i];
            assertEquals(exact, stored[i], Math.abs(exact) / 256);
          }
          assertEquals(doc, rescorer.iterator().nextDoc());
          assertEquals(
              VectorSimilarityFunction.COSINE.compare(vectors[0], stored), rescorer.score(), 1e-6f);
        }
      }
    }
  }

  public void testLargestDimension() throws IOException {
    int dims = MatryoshkaHnswVectorsFormat.MAX_DIMS;
    float[][] large = NestedVectors.unit(random(), 5, dims);
    KnnVectorsFormat format = format(1 + random().nextInt(dims), PrefixEncoding.INT8);
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config(format))) {
      for (float[] vector : large) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("v", vector, VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        FloatVectorValues values = getOnlyLeafReader(reader).getFloatVectorValues("v");
        assertArrayEquals(large[4], values.vectorValue(4), 0);
      }
    }
  }

  /** A field of bytes beside one of floats, sparse both, in one segment of this format. */
  public void testByteVectors() throws IOException {
    try (Directory dir = newDirectory();
        IndexWriter writer = new IndexWriter(dir, config(randomFormat()))) {
      for (int id = 0; id < 200; id++) {
        Document document = document(id, VectorSimilarityFunction.COSINE);
        if (id % 3 == 0) {
          byte[] bytes = {(byte) id, 1, 2};
          document.add(new KnnByteVectorField("b", bytes, VectorSimilarityFunction.EUCLIDEAN));
        }
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertVectors(reader, 200);
        ScoreDoc[] hits =
            newSearcher(reader)
                .search(new KnnByteVectorQuery("b", new byte[] {33, 1, 2}, 1), 1)
                .scoreDocs;
        assertEquals("33", reader.storedFields().document(hits[0].doc).get("id"));
      }
    }
  }

  public void testArguments() {
    assertEquals(
        "prefixDims must be between 1 and 4096, but is [0]",
        expectThrows(IllegalArgumentException.class, () -> new MatryoshkaHnswVectorsFormat(0))
            .getMessage());
    assertEquals(
        "prefixDims must be between 1 and 4096, but is [4097]",
        expectThrows(IllegalArgumentException.class, () -> new MatryoshkaHnswVectorsFormat(4097))
            .getMessage());
    expectThrows(
        IllegalArgumentException.class,
        () ->
            new MatryoshkaHnswVectorsFormat(
                1, PrefixEncoding.INT8, FullVectorEncoding.FLOAT32, 513, 100, 1, null));
    assertEquals(
        "MatryoshkaHnswVectorsFormat(prefixDims=64, prefixEncoding=INT4,"
            + " fullVectorEncoding=FLOAT32, maxConn=16, beamWidth=100)",
        new MatryoshkaHnswVectorsFormat(64).toString());
  }

  public void testFoundByName() {
    assertTrue(KnnVectorsFormat.availableKnnVectorsFormats().contains("MatryoshkaHnsw"));
    assertSame(
        MatryoshkaHnswVectorsFormat.class, KnnVectorsFormat.forName("MatryoshkaHnsw").getClass());
  }
}
