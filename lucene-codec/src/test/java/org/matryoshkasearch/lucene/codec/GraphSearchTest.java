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
import java.util.Comparator;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OrdinalTranslatedKnnCollector;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.matryoshkasearch.lucene.internal.graph.LuceneGraph;

/** Searches of one segment of 3000 vectors, a tenth of them deleted. */
public class GraphSearchTest extends LuceneTestCase {
  private static final String FIELD = "v";
  private static final int DOCS = 3000;
  private static final int QUERIES = 40;
  private static final int K = 20;

  private static float[][] vectors;
  private static Directory directory;
  private static DirectoryReader index;
  private static CodecReader segment;

  @BeforeClass
  public static void write() throws IOException {
    vectors = NestedVectors.unit(new Random(7), DOCS + QUERIES, 64);
    directory = newDirectory();
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(
            32,
            random().nextBoolean() ? PrefixEncoding.INT4 : PrefixEncoding.INT8,
            FullVectorEncoding.FLOAT32);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(new MatryoshkaCodec(format))
            .setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < DOCS; i++) {
        Document document = new Document();
        document.add(new StringField("part", Integer.toString(i % 10), Field.Store.NO));
        document.add(
            new KnnFloatVectorField(FIELD, vectors[i], VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
      writer.commit();
      writer.deleteDocuments(new Term("part", "3"));
    }
    index = DirectoryReader.open(directory);
    segment = (CodecReader) getOnlyLeafReader(index);
  }

  @AfterClass
  public static void close() throws IOException {
    index.close();
    directory.close();
    vectors = null;
    index = null;
    segment = null;
    directory = null;
  }

  private static AcceptDocs live() {
    return AcceptDocs.fromLiveDocs(segment.getLiveDocs(), DOCS);
  }

  private static ScoreDoc[] search(float[] target, KnnCollector collector, AcceptDocs accepted)
      throws IOException {
    segment.searchNearestVectors(FIELD, target, collector, accepted);
    return collector.topDocs().scoreDocs;
  }

  /** What Lucene's own searcher finds in the same graph. */
  private static ScoreDoc[] searchAsLucene(float[] target) throws IOException {
    PerFieldKnnVectorsFormat.FieldsReader fields =
        (PerFieldKnnVectorsFormat.FieldsReader) segment.getVectorReader();
    MatryoshkaHnswVectorsReader reader = (MatryoshkaHnswVectorsReader) fields.getFieldReader(FIELD);
    MatryoshkaVectorValues values = reader.getFloatVectorValues(FIELD);
    RandomVectorScorer scorer = values.prefixScorer(values.prefixQuery(target));
    HnswGraph graph = new LuceneGraph(reader.graph(FIELD), scorer);
    KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
    HnswGraphSearcher.search(
        scorer,
        new OrdinalTranslatedKnnCollector(collector, scorer::ordToDoc),
        graph,
        scorer.getAcceptOrds(segment.getLiveDocs()),
        graph.size());
    return collector.topDocs().scoreDocs;
  }

  /** The scores of all documents, by their prefixes. */
  private static float[] scores(float[] target) throws IOException {
    FloatVectorValues values = segment.getFloatVectorValues(FIELD);
    VectorScorer scorer = values.scorer(target);
    float[] scores = new float[DOCS];
    for (int doc = scorer.iterator().nextDoc(); doc < DOCS; doc = scorer.iterator().nextDoc()) {
      scores[doc] = scorer.score();
    }
    return scores;
  }

  private static int hits(ScoreDoc[] found, float[] scores) {
    float[] live = new float[DOCS];
    for (int doc = 0; doc < DOCS; doc++) {
      live[doc] = segment.getLiveDocs().get(doc) ? scores[doc] : 0;
    }
    Arrays.sort(live);
    int hits = 0;
    for (ScoreDoc hit : found) {
      hits += hit.score >= live[DOCS - K] ? 1 : 0;
    }
    return hits;
  }

  public void testFindsWhatLucenesSearcherFinds() throws IOException {
    int ours = 0;
    int lucenes = 0;
    for (int i = DOCS; i < vectors.length; i++) {
      KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
      ScoreDoc[] found = search(vectors[i], collector, live());
      float[] scores = scores(vectors[i]);
      Set<Integer> docs = new HashSet<>();
      for (ScoreDoc hit : found) {
        assertTrue("deleted", segment.getLiveDocs().get(hit.doc));
        assertEquals(scores[hit.doc], hit.score, 0);
        assertTrue("twice", docs.add(hit.doc));
      }
      assertEquals(K, docs.size());
      assertTrue("through the graph", collector.visitedCount() < DOCS / 2);
      ours += hits(found, scores);
      lucenes += hits(searchAsLucene(vectors[i]), scores);
    }
    assertTrue(ours + " of " + QUERIES * K, ours > 0.9 * QUERIES * K);
    assertTrue(ours + " against " + lucenes, ours > 0.98 * lucenes);
  }

  private static KnnCollector seeded(int k, int limit, int promised, int... seeds) {
    DocIdSetIterator ords = new DocIdSetIterator() { // as they come, whatever they are
          private int next;
          private int ord = -1;

          @Override
          public int docID() {
            return ord;
          }

          @Override
          public int nextDoc() {
            ord = next < seeds.length ? seeds[next++] : NO_MORE_DOCS;
            return ord;
          }

          @Override
          public int advance(int target) {
            throw new UnsupportedOperationException();
          }

          @Override
          public long cost() {
            return seeds.length;
          }
        };
    return new TopKnnCollector(
        k, limit, new KnnSearchStrategy.Seeded(ords, promised, KnnSearchStrategy.Hnsw.DEFAULT));
  }

  /** Where searches begin decides how far they go, and not what can be a hit. */
  public void testSeeds() throws IOException {
    int hits = 0;
    int deleted = 3;
    assertFalse(segment.getLiveDocs().get(deleted));
    for (int i = DOCS; i < vectors.length; i++) {
      float[] scores = scores(vectors[i]);
      int far = random().nextInt(DOCS);
      for (int[] seeds :
          new int[][] {{far}, {far, far, far}, {deleted}, {far, deleted, DOCS - 1}, {}}) {
        KnnCollector collector = seeded(K, Integer.MAX_VALUE, seeds.length, seeds);
        ScoreDoc[] found = search(vectors[i], collector, live());
        Set<Integer> docs = new HashSet<>();
        for (ScoreDoc hit : found) {
          assertTrue("deleted", segment.getLiveDocs().get(hit.doc));
          assertTrue("twice", docs.add(hit.doc));
          assertEquals(scores[hit.doc], hit.score, 0);
        }
        assertEquals(K, found.length);
        hits += hits(found, scores);
      }
    }
    assertTrue(hits + " of " + 5 * QUERIES * K, hits > 0.9 * 5 * QUERIES * K);
  }

  /** What is nearest is a hit at once where the search begins there. */
  public void testSeedIsVisitedFirst() throws IOException {
    int nearest = 1000;
    KnnCollector collector = seeded(1, 1, 1, nearest);
    assertEquals(nearest, search(vectors[nearest], collector, live())[0].doc);
    assertEquals(1, collector.visitedCount());
  }

  /** Fewer seeds than were promised, and more than may be visited. */
  public void testOddSeeds() throws IOException {
    assertEquals(K, search(vectors[DOCS], seeded(K, Integer.MAX_VALUE, 5, 1, 2), live()).length);
    int[] many = random().ints(50, 0, DOCS).toArray();
    KnnCollector collector = seeded(K, 20, many.length, many);
    search(vectors[DOCS], collector, live());
    assertTrue(collector.visitedCount() <= 20);
  }

  public void testVisitsNoMoreThanItMay() throws IOException {
    int limit = 1 + random().nextInt(100);
    KnnCollector collector = new TopKnnCollector(K, limit);
    search(vectors[DOCS], collector, live());
    assertTrue(collector.visitedCount() <= limit);
    assertTrue(collector.earlyTerminated());
  }

  public void testFindsOnlyWhatIsAccepted() throws IOException {
    for (int share : new int[] {2, 3, 5, 50}) { // of them, all are looked at where they are few
      FixedBitSet accepted = new FixedBitSet(DOCS);
      for (int doc = 0; doc < DOCS; doc++) {
        if (share == 2 ? doc % 4 != 0 : doc % share == 0) {
          accepted.set(doc);
        }
      }
      Bits bits = accepted;
      KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
      ScoreDoc[] found = search(vectors[DOCS], collector, AcceptDocs.fromLiveDocs(bits, DOCS));
      assertEquals(K, found.length);
      for (ScoreDoc hit : found) {
        assertTrue(accepted.get(hit.doc));
      }
    }
  }

  /** Of 600 documents half are deleted: to look at 300 costs less than to find 20 by the graph. */
  public void testLooksAtAllThatAFilterLeaves() throws IOException {
    float[] scores = scores(vectors[DOCS]);
    FixedBitSet filter = new FixedBitSet(DOCS);
    float[] accepted = new float[DOCS];
    for (int doc = 3; doc < DOCS; doc += 5) {
      filter.set(doc);
      accepted[doc] = segment.getLiveDocs().get(doc) ? scores[doc] : 0;
    }
    Arrays.sort(accepted);
    KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
    AcceptDocs docs =
        AcceptDocs.fromIteratorSupplier(
            () -> new BitSetIterator(filter, filter.cardinality()), segment.getLiveDocs(), DOCS);
    ScoreDoc[] found = search(vectors[DOCS], collector, docs);
    assertEquals(DOCS / 10, collector.visitedCount());
    for (int i = 0; i < K; i++) {
      assertEquals(accepted[DOCS - 1 - i], found[i].score, 0);
      assertTrue(filter.get(found[i].doc) && segment.getLiveDocs().get(found[i].doc));
      assertEquals(scores[found[i].doc], found[i].score, 0);
    }
  }

  public void testLooksAtAllThatAFilterLeavesOfDocumentsWithVectors() throws IOException {
    int docs = 1200; // two of three with a vector
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(32, PrefixEncoding.INT4, FullVectorEncoding.FLOAT32);
    IndexWriterConfig config = new IndexWriterConfig().setCodec(new MatryoshkaCodec(format));
    try (Directory sparse = newDirectory();
        IndexWriter writer = new IndexWriter(sparse, config)) {
      for (int doc = 0; doc < docs; doc++) {
        Document document = new Document();
        if (doc % 3 != 0) {
          document.add(
              new KnnFloatVectorField(FIELD, vectors[doc], VectorSimilarityFunction.DOT_PRODUCT));
        }
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        FixedBitSet filter = new FixedBitSet(docs);
        for (int doc = 1; doc < docs; doc += 8) {
          filter.set(doc);
        }
        KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
        AcceptDocs accepted = AcceptDocs.fromLiveDocs(filter, docs);
        leaf.searchNearestVectors(FIELD, vectors[DOCS], collector, accepted);
        assertEquals(docs / 8 * 2 / 3, collector.visitedCount());
        ScoreDoc[] found = collector.topDocs().scoreDocs;
        assertEquals(K, found.length);
        VectorScorer scorer = leaf.getFloatVectorValues(FIELD).scorer(vectors[DOCS]);
        for (ScoreDoc hit : found) {
          assertTrue(filter.get(hit.doc) && hit.doc % 3 != 0);
        }
        Arrays.sort(found, Comparator.comparingInt(hit -> hit.doc));
        for (ScoreDoc hit : found) {
          assertEquals(hit.doc, scorer.iterator().advance(hit.doc));
          assertEquals(scorer.score(), hit.score, 0);
        }
      }
    }
  }

  public void testTellsTheStrategyOfEachBlock() throws IOException {
    int[] blocks = {0};
    KnnSearchStrategy counting =
        new KnnSearchStrategy.Hnsw(0) {
          @Override
          public void nextVectorsBlock() {
            blocks[0]++;
          }
        };
    search(vectors[DOCS], new TopKnnCollector(K, Integer.MAX_VALUE, counting), live());
    assertTrue(String.valueOf(blocks[0]), blocks[0] > 1);
  }
}
