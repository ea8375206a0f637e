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
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.elasticsearch.index.codec.vectors.es93.ES93FlatVectorFormat;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswBinaryQuantizedVectorsFormat;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswScalarQuantizedVectorsFormat;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswVectorsFormat;
import org.elasticsearch.index.codec.vectors.es94.ES94HnswScalarQuantizedVectorsFormat;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * A {@code dense_vector} whose prefix is set or taken back: its segments are merged into others.
 */
public class DenseVectorOtherFormatsTest extends LuceneTestCase {
  private static final int DIMS = 64;
  private static final int DOCS = 2000;
  private static final int QUERIES = 40;
  private static final int K = 10;

  private float[][] vectors;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    vectors = new float[DOCS + QUERIES][DIMS];
    float[][] topics = new float[20][DIMS];
    for (float[] topic : topics) {
      for (int i = 0; i < DIMS; i++) {
        topic[i] = (float) random().nextGaussian();
      }
    }
    for (float[] vector : vectors) {
      float[] topic = topics[random().nextInt(topics.length)];
      for (int i = 0; i < DIMS; i++) {
        vector[i] = (topic[i] + (float) random().nextGaussian()) / (float) Math.sqrt(1 + i);
      }
      VectorUtil.l2normalize(vector);
    }
  }

  private static KnnVectorsFormat ours(int prefixDims) {
    return new DenseVectorFormat(new MatryoshkaHnswVectorsFormat(prefixDims), 0.98);
  }

  public void testToTheFormatsOfElasticsearch() throws IOException {
    for (KnnVectorsFormat to :
        List.of(
            new ES93HnswVectorsFormat(),
            new ES93HnswScalarQuantizedVectorsFormat(),
            new ES94HnswScalarQuantizedVectorsFormat(),
            new ES93HnswBinaryQuantizedVectorsFormat(),
            new ES93FlatVectorFormat())) {
      double expected = recall(to, to);
      for (int prefixDims : new int[] {4, DIMS}) {
        double merged = recall(ours(prefixDims), to);
        assertEquals(
            "prefix " + prefixDims + " to " + to, expected, Math.min(merged, expected), .05);
      }
    }
  }

  public void testFromTheFormatsOfElasticsearch() throws IOException {
    double expected = recall(ours(16), ours(16));
    for (KnnVectorsFormat from :
        List.of(
            new ES93HnswVectorsFormat(),
            new ES94HnswScalarQuantizedVectorsFormat(),
            new ES93HnswBinaryQuantizedVectorsFormat(),
            new ES93FlatVectorFormat())) {
      double merged = recall(from, ours(16));
      assertEquals("from " + from, expected, Math.min(merged, expected), .05);
    }
  }

  /** Of two segments of one format that are merged into one of the other. */
  private double recall(KnnVectorsFormat from, KnnVectorsFormat to) throws IOException {
    try (Directory directory = newDirectory()) {
      for (int half = 0; half < 2; half++) {
        IndexWriterConfig config = config(from).setMergePolicy(NoMergePolicy.INSTANCE);
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          for (int id = half * DOCS / 2; id < (half + 1) * DOCS / 2; id++) {
            Document document = new Document();
            document.add(new StoredField("id", id));
            document.add(
                new KnnFloatVectorField("v", vectors[id], VectorSimilarityFunction.DOT_PRODUCT));
            writer.addDocument(document);
          }
        }
      }
      try (IndexWriter writer = new IndexWriter(directory, config(to))) {
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(1, reader.leaves().size());
        return recall(new IndexSearcher(reader));
      }
    }
  }

  private static IndexWriterConfig config(KnnVectorsFormat format) {
    return new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
  }

  private double recall(IndexSearcher searcher) throws IOException {
    int found = 0;
    for (int query = DOCS; query < vectors.length; query++) {
      List<Integer> nearest = nearest(vectors[query]);
      KnnFloatVectorQuery knn = new KnnFloatVectorQuery("v", vectors[query], 10 * K);
      for (ScoreDoc hit : searcher.search(knn, 10 * K).scoreDocs) {
        var document = searcher.storedFields().document(hit.doc);
        found += nearest.contains(document.getField("id").numericValue().intValue()) ? 1 : 0;
      }
    }
    return (double) found / (QUERIES * K);
  }

  private List<Integer> nearest(float[] target) {
    return IntStream.range(0, DOCS)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer id) -> -VectorUtil.dotProduct(target, vectors[id])))
        .limit(K)
        .toList();
  }
}
