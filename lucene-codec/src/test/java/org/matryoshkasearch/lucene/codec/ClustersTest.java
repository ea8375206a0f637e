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
import java.util.Random;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.internal.graph.LuceneGraph;

/** Searches among many small clusters that lie far apart. */
public class ClustersTest extends LuceneTestCase {
  private static final String FIELD = "v";
  private static final int DIMS = 64;
  private static final int CLUSTERS = 300;
  private static final int CLUSTER = 100;
  private static final int QUERIES = 200;
  private static final int K = 10;

  private static float[][] clusters(Random random) {
    float[][] centres = new float[CLUSTERS][DIMS];
    float[][] vectors = new float[CLUSTERS * CLUSTER + QUERIES][];
    for (float[] centre : centres) {
      addNoise(random, centre, 1);
    }
    for (int v = 0; v < vectors.length; v++) {
      float[] vector = centres[random.nextInt(CLUSTERS)].clone();
      addNoise(random, vector, 0.03f);
      vectors[v] = VectorUtil.l2normalize(vector);
    }
    return vectors;
  }

  private static void addNoise(Random random, float[] vector, float deviation) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] += deviation * (float) random.nextGaussian();
    }
  }

  public void testFindsTheRightOne() throws IOException {
    findsTheRightOne(null);
  }

  public void testFindsTheRightOneOfWhatAFilterAccepts() throws IOException {
    FixedBitSet accepted = new FixedBitSet(CLUSTERS * CLUSTER);
    for (int doc = 0; doc < accepted.length(); doc += 5) {
      accepted.set(doc);
    }
    findsTheRightOne(accepted);
  }

  /** What is near is left out: the nearest of the rest are in several clusters farther away. */
  public void testFindsBehindWhatAFilterLeavesOut() throws IOException {
    Random random = new Random(11);
    float[][] centres = new float[20][DIMS];
    for (float[] centre : centres) {
      addNoise(random, centre, 1);
    }
    float[][] vectors = new float[5000][];
    for (int v = 0; v < vectors.length; v++) {
      vectors[v] = centres[random.nextInt(centres.length)].clone();
      addNoise(random, vectors[v], 0.3f);
    }
    KnnVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(DIMS, PrefixEncoding.FLOAT32, FullVectorEncoding.FLOAT32);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(new MatryoshkaCodec(format))
            .setMergePolicy(new LogDocMergePolicy()); // documents keep their order
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      boolean merged = random().nextBoolean();
      for (int v = 0; v < vectors.length; v++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(FIELD, vectors[v], VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
        if (merged && v % 1500 == 1499) {
          writer.commit();
        }
      }
      writer.forceMerge(1);
      try (DirectoryReader index = DirectoryReader.open(writer)) {
        LeafReader leaf = getOnlyLeafReader(index);
        for (double part : new double[] {0.3, 0.6, 0.9}) {
          int found = 0;
          for (int query = 0; query < QUERIES; query++) {
            float[] target = vectors[query * vectors.length / QUERIES];
            long[] farthest = farthest(vectors, target);
            FixedBitSet accepted = new FixedBitSet(vectors.length);
            int count = (int) (part * vectors.length);
            for (int i = 0; i < count; i++) {
              accepted.set((int) farthest[i]);
            }
            TopDocs hits =
                leaf.searchNearestVectors(
                    FIELD,
                    target,
                    2 * K,
                    AcceptDocs.fromIteratorSupplier(
                        () -> new BitSetIterator(accepted, count), null, vectors.length),
                    Integer.MAX_VALUE);
            for (ScoreDoc hit : hits.scoreDocs) {
              assertTrue(accepted.get(hit.doc));
              for (int i = count - K; i < count; i++) {
                found += (int) farthest[i] == hit.doc ? 1 : 0;
              }
            }
          }
          assertTrue(part + " found " + found, found > 0.85 * K * QUERIES);
        }
      }
    }
  }

  /** The documents in the low halves, the farthest first. */
  private static long[] farthest(float[][] vectors, float[] target) {
    long[] farthest = new long[vectors.length];
    for (int doc = 0; doc < farthest.length; doc++) {
      float distance = VectorUtil.squareDistance(target, vectors[doc]);
      farthest[doc] = ((long) -Float.floatToIntBits(distance) << Integer.SIZE) | doc;
    }
    Arrays.sort(farthest);
    return farthest;
  }

  /**
   * @param accepted null for all
   */
  private static void findsTheRightOne(FixedBitSet accepted) throws IOException {
    float[][] vectors = clusters(new Random(11));
    int docs = CLUSTERS * CLUSTER;
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(DIMS / 2)));
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int doc = 0; doc < docs; doc++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(FIELD, vectors[doc], VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader index = DirectoryReader.open(writer)) {
        CodecReader segment = (CodecReader) getOnlyLeafReader(index);
        MatryoshkaHnswVectorsReader reader =
            (MatryoshkaHnswVectorsReader)
                ((PerFieldKnnVectorsFormat.FieldsReader) segment.getVectorReader())
                    .getFieldReader(FIELD);
        int ours = 0;
        int lucenes = 0;
        for (int query = docs; query < vectors.length; query++) {
          float nearest = -1;
          for (int doc = 0; doc < docs; doc += accepted == null ? 1 : 5) {
            nearest = Math.max(nearest, VectorUtil.dotProduct(vectors[query], vectors[doc]));
          }
          AcceptDocs acceptDocs =
              accepted == null
                  ? AcceptDocs.fromLiveDocs(null, docs)
                  : AcceptDocs.fromIteratorSupplier(
                      () -> new BitSetIterator(accepted, accepted.cardinality()), null, docs);
          KnnCollector collector = new TopKnnCollector(K, Integer.MAX_VALUE);
          reader.search(FIELD, vectors[query], collector, acceptDocs);
          ours += near(collector, vectors, query, nearest);
          MatryoshkaVectorValues values = reader.getFloatVectorValues(FIELD);
          RandomVectorScorer scorer = values.prefixScorer(values.prefixQuery(vectors[query]));
          HnswGraph graph = new LuceneGraph(reader.graph(FIELD), scorer);
          collector = new TopKnnCollector(K, Integer.MAX_VALUE);
          int count = accepted == null ? docs : accepted.cardinality();
          HnswGraphSearcher.search(scorer, collector, graph, accepted, count);
          lucenes += near(collector, vectors, query, nearest);
        }
        String found = ours + " of " + QUERIES + ", Lucene's searcher " + lucenes;
        assertTrue(found, ours >= 0.99 * QUERIES && ours >= lucenes);
      }
    }
  }

  /** 1 if what was found lies in the cluster of the nearest. */
  private static int near(KnnCollector found, float[][] vectors, int query, float nearest) {
    for (ScoreDoc hit : found.topDocs().scoreDocs) {
      if (VectorUtil.dotProduct(vectors[query], vectors[hit.doc]) > nearest - 0.3f) {
        return 1;
      }
    }
    return 0;
  }
}
