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
import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AbstractKnnCollector;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.elasticsearch.test.ESTestCase;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** What a collector gets from a search by prefixes, and what is asked of it. */
public class FullScoresTests extends ESTestCase {
  private static final int DIMS = 16;
  private static final int SIZE = 3000;

  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            newIndexWriterConfig()
                .setCodec(
                    TestUtil.alwaysKnnVectorsFormat(
                        new DenseVectorFormat(
                            new MatryoshkaHnswVectorsFormat(
                                8, PrefixEncoding.INT8, FullVectorEncoding.FLOAT32),
                            0.98))))) {
      for (int i = 0; i < SIZE; i++) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("v", vector(), VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private static float[] vector() {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) random().nextGaussian() / (1 + i);
    }
    return vector;
  }

  /** Never has enough, and takes no document twice. */
  private static final class Insatiable extends AbstractKnnCollector {
    private final Set<Integer> docs = new HashSet<>();

    Insatiable(int k, long visitLimit, KnnSearchStrategy strategy) {
      super(k, visitLimit, strategy);
    }

    @Override
    public boolean collect(int doc, float similarity) {
      assertTrue("twice: " + doc, docs.add(doc));
      return true;
    }

    @Override
    public int numCollected() {
      return docs.size();
    }

    @Override
    public float minCompetitiveSimilarity() {
      return Float.NEGATIVE_INFINITY;
    }

    @Override
    public TopDocs topDocs() {
      throw new AssertionError("is for the one who made the collector");
    }
  }

  private Insatiable search(Insatiable collector) throws IOException {
    LeafReader leaf = getOnlyLeafReader(reader);
    leaf.searchNearestVectors(
        "v", vector(), collector, AcceptDocs.fromLiveDocs(null, leaf.maxDoc()));
    return collector;
  }

  public void testEachDocumentOnce() throws IOException {
    for (int k : new int[] {1, 10, 100, SIZE}) {
      assertEquals(SIZE, search(new Insatiable(k, Long.MAX_VALUE, null)).numCollected());
    }
  }

  public void testEntryPointsOnce() throws IOException {
    KnnSearchStrategy seeded = KnnSearchStrategy.Hnsw.DEFAULT;
    int depth = randomIntBetween(1, 3);
    for (int i = 0; i < depth; i++) { // Lucene seeds what was seeded before
      seeded = new KnnSearchStrategy.Seeded(DocIdSetIterator.range(5, 15), 10, seeded);
    }
    assertEquals(SIZE, search(new Insatiable(5, Long.MAX_VALUE, seeded)).numCollected());
    KnnSearchStrategy bare =
        new KnnSearchStrategy.Seeded(
            DocIdSetIterator.range(5, 15),
            10,
            new KnnSearchStrategy() {
              @Override
              public boolean equals(Object other) {
                return this == other;
              }

              @Override
              public int hashCode() {
                return 1;
              }

              @Override
              public void nextVectorsBlock() {}
            });
    assertEquals(SIZE, search(new Insatiable(5, Long.MAX_VALUE, bare)).numCollected());
  }

  /** What was found until the limit is given, and not much more. */
  public void testLimit() throws IOException {
    Insatiable some = search(new Insatiable(10, 200, null));
    assertTrue(some.earlyTerminated());
    assertTrue("found " + some.numCollected(), some.numCollected() >= 10);
    assertTrue("found " + some.numCollected(), some.numCollected() <= 200);
  }
}
