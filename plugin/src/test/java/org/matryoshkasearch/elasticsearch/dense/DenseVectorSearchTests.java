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
package org.matryoshkasearch.elasticsearch.dense;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FloatVectorSimilarityQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.PatienceKnnVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SeededKnnVectorQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.IOUtils;
import org.elasticsearch.test.ESTestCase;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Lucene's queries on an index with prefixes find as much as on one in Lucene's own format. */
public class DenseVectorSearchTests extends ESTestCase {
  private static final String FIELD = "vector";
  private static final int DIMS = 32;
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;
  private static final BitSetProducer PARENTS =
      new QueryBitSetProducer(new TermQuery(new Term("kind", "parent")));

  private final List<Directory> directories = new ArrayList<>();
  private final List<DirectoryReader> readers = new ArrayList<>();

  @Override
  public void tearDown() throws Exception {
    IOUtils.close(readers);
    IOUtils.close(directories);
    super.tearDown();
  }

  private static KnnVectorsFormat ours(PrefixEncoding encoding) {
    return new DenseVectorFormat(
        new MatryoshkaHnswVectorsFormat(16, encoding, FullVectorEncoding.FLOAT32), 0.98);
  }

  /**
   * Writes the same in a format.
   *
   * @param segments documents with their passages
   */
  private IndexSearcher searcher(KnnVectorsFormat format, List<List<float[][]>> segments)
      throws IOException {
    Directory directory = newDirectory();
    directories.add(directory);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(TestUtil.alwaysKnnVectorsFormat(format))
            .setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      int id = 0;
      for (List<float[][]> segment : segments) {
        for (float[][] passages : segment) {
          List<Document> block = new ArrayList<>();
          for (int i = 0; i < passages.length; i++) {
            Document passage = document("passage", id);
            passage.add(new StringField("lang", i % 50 == 0 ? "rare" : "common", Field.Store.NO));
            passage.add(new KnnFloatVectorField(FIELD, passages[i], SIMILARITY));
            block.add(passage);
          }
          block.add(document("parent", id++));
          writer.addDocuments(block);
        }
        writer.commit();
      }
      for (int i = 5; i < id; i += 10) {
        writer.deleteDocuments(new Term("id", Integer.toString(i)));
      }
      writer.commit();
    }
    DirectoryReader reader = DirectoryReader.open(directory);
    readers.add(reader);
    return new IndexSearcher(reader);
  }

  private static Document document(String kind, int id) {
    Document document = new Document();
    document.add(new StringField("kind", kind, Field.Store.NO));
    document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
    return document;
  }

  /** A vector with what matters in front, as those of Matryoshka models, near another. */
  private static float[] near(float[] center, double spread) {
    float[] vector = new float[DIMS];
    double squared = 0;
    for (int i = 0; i < DIMS; i++) {
      vector[i] = center[i] + (float) (spread * random().nextGaussian() / (1 + i));
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMS; i++) {
      vector[i] /= (float) Math.sqrt(squared);
    }
    return vector;
  }

  private static float[] vector() {
    return near(new float[DIMS], 1);
  }

  private static float[][] passages(int count, double spread) {
    float[] center = vector();
    float[][] passages = new float[count][];
    for (int i = 0; i < count; i++) {
      passages[i] = near(center, spread);
    }
    return passages;
  }

  private static double sum(TopDocs found) {
    double sum = 0;
    for (ScoreDoc hit : found.scoreDocs) {
      sum += hit.score;
    }
    return sum;
  }

  /** Segments of few documents with many passages: Lucene searches each of them twice. */
  public void testManyPassagesInSeveralSegments() throws IOException {
    List<List<float[][]>> segments =
        List.of(
            List.of(passages(700, 0.1), passages(700, 0.1)),
            List.of(passages(700, 0.1), passages(700, 0.1)),
            List.<float[][]>of(passages(1, 0.1)));
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      IndexSearcher with = searcher(ours(encoding), segments);
      IndexSearcher without = searcher(new Lucene99HnswVectorsFormat(), segments);
      for (int k = 1; k <= 5; k++) {
        Query query = passageQuery(vector(), null, k);
        TopDocs found = with.search(query, k);
        assertEquals(Math.min(k, 5), found.scoreDocs.length);
        assertEquals(sum(without.search(query, k)), sum(found), 0.01 * k);
      }
    }
  }

  private static Query passageQuery(float[] target, Query filter, int k) {
    return new DiversifyingChildrenFloatKnnVectorQuery(FIELD, target, filter, k, PARENTS);
  }

  /** Every kind of search, with filters and deleted documents, in segments of every size. */
  public void testAnySearch() throws IOException {
    List<List<float[][]>> segments = new ArrayList<>();
    for (int size : new int[] {200, 80, 40, 3, 1}) {
      List<float[][]> segment = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        segment.add(passages(randomIntBetween(1, 30), 0.3));
      }
      segments.add(segment);
    }
    PrefixEncoding encoding = randomFrom(PrefixEncoding.values());
    IndexSearcher with = searcher(ours(encoding), segments);
    IndexSearcher without = searcher(new Lucene99HnswVectorsFormat(), segments);
    Query seed = new TermQuery(new Term("id", "7"));
    Query rare = new TermQuery(new Term("lang", "rare"));
    Query common = new TermQuery(new Term("lang", "common"));
    double sumWith = 0;
    double sumWithout = 0;
    for (int i = 0; i < 40; i++) {
      float[] target = vector();
      int k = randomIntBetween(1, randomBoolean() ? 4 : 99);
      for (Query filter : new Query[] {null, rare, common}) {
        KnnFloatVectorQuery plain =
            new KnnFloatVectorQuery(
                FIELD, target, k, filter, new KnnSearchStrategy.Hnsw(randomIntBetween(0, 100)));
        for (Query query :
            List.of(
                plain,
                SeededKnnVectorQuery.fromFloatQuery(plain, seed),
                PatienceKnnVectorQuery.fromFloatQuery(plain),
                PatienceKnnVectorQuery.fromSeededQuery(
                    SeededKnnVectorQuery.fromFloatQuery(plain, seed)),
                passageQuery(target, filter, k))) {
          TopDocs found = with.search(query, k);
          TopDocs expected = without.search(query, k);
          assertEquals(query.toString(), expected.scoreDocs.length, found.scoreDocs.length);
          assertDistinct(found);
          sumWith += sum(found);
          sumWithout += sum(expected);
        }
      }
    }
    // One bit of each of 16 dims, and three candidates a hit: other near ones, .998 on the average.
    double least = encoding == PrefixEncoding.BIT1 ? 0.995 : 0.999;
    assertTrue(encoding + ": " + sumWith / sumWithout, sumWith > least * sumWithout);
  }

  private static void assertDistinct(TopDocs found) {
    Set<Integer> docs = new HashSet<>();
    for (ScoreDoc hit : found.scoreDocs) {
      assertTrue("twice: " + hit, docs.add(hit.doc));
    }
  }

  /** A collector of all that is similar enough says that it wants one. */
  public void testAllThatIsSimilarEnough() throws IOException {
    List<List<float[][]>> segments = List.of(List.<float[][]>of(passages(3000, 0.4)));
    IndexSearcher with = searcher(ours(PrefixEncoding.INT8), segments);
    IndexSearcher without = searcher(new Lucene99HnswVectorsFormat(), segments);
    for (int i = 0; i < 10; i++) {
      float[] target = near(segments.getFirst().getFirst()[i], 0.1);
      for (float least : new float[] {0.99f, 0.95f, 0.9f, 0.1f}) {
        Query query = new FloatVectorSimilarityQuery(FIELD, target, least);
        int found = with.count(query);
        int expected = without.count(query);
        assertTrue(least + ": " + found + " of " + expected, found >= 0.98 * expected);
      }
    }
  }
}
