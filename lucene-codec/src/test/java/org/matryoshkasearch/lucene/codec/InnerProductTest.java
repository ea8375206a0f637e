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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** The largest inner products are found however much the lengths of vectors differ. */
public class InnerProductTest extends LuceneTestCase {
  private static final int DIMS = 32;
  private static final int DOCS = 6000;
  private static final int QUERIES = 50;

  /** One bit of each of so few dimensions would tell too little. */
  private static final List<PrefixEncoding> ENCODINGS =
      List.of(PrefixEncoding.FLOAT32, PrefixEncoding.INT8, PrefixEncoding.INT4);

  public void testLengthsDiffer() throws IOException {
    for (double spread : new double[] {0, 0.3, 1}) {
      assertFound(spread, 0.95);
    }
  }

  /** Each cluster has a length of its own: those of the longest are not all that is found. */
  public void testShortClusters() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    for (int i = 0; i < DOCS; i++) {
      scale(vectors[i], vectors[i][0] > 0 ? 1 : 0.3f);
    }
    assertFound(vectors, 0.95);
  }

  /** Prefixes of vectors of one length find as much as where directions are compared. */
  public void testPrefixesOfVectorsOfOneLength() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    int docs = random().nextBoolean() ? DOCS : 300; // of which there is no graph
    float[][] documents = Arrays.copyOf(vectors, docs);
    float[][] queries = Arrays.copyOfRange(vectors, DOCS, DOCS + QUERIES);
    KnnVectorsFormat format = ofPrefixes(RandomPicks.randomFrom(random(), ENCODINGS));
    try (FormatRecall directions = write(format, VectorSimilarityFunction.DOT_PRODUCT, documents);
        FormatRecall products =
            write(format, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, documents)) {
      assertAsManyFound(format, directions, products, queries);
      // the length of a query makes no difference
      for (float[] query : queries) {
        scale(query, 1e-3f);
      }
      assertEquals(
          directions.recall(unit(queries), 10, 40), products.recall(queries, 10, 40), 0.02);
      directions.merge();
      products.merge();
      assertAsManyFound(format, directions, products, unit(queries));
    }
  }

  /**
   * Bytes need not be of one length, by dot product either; flushed, in Lucene's format too, and
   * merged; with segments that have graphs or none.
   */
  public void testBytesOfUnlikeLengths() throws IOException {
    VectorSimilarityFunction similarity =
        RandomPicks.randomFrom(
            random(),
            List.of(
                VectorSimilarityFunction.DOT_PRODUCT,
                VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    byte[][] bytes = new byte[DOCS + QUERIES][];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = NestedVectors.bytes(vectors[i]);
      float scale = (float) Math.exp(-Math.abs(random().nextGaussian()));
      for (int d = 0; d < DIMS; d++) {
        bytes[i][d] = (byte) Math.round(scale * bytes[i][d]);
      }
    }
    int docs = random().nextInt(4) == 0 ? 900 : DOCS;
    try (Directory directory = newDirectory()) {
      KnnVectorsFormat ours = ofPrefixes(PrefixEncoding.INT8);
      KnnVectorsFormat first = random().nextBoolean() ? ours : new Lucene99HnswVectorsFormat();
      try (IndexWriter writer = new IndexWriter(directory, config(first))) {
        add(writer, similarity, Arrays.copyOf(bytes, docs / 2));
      }
      try (IndexWriter writer = new IndexWriter(directory, config(ours))) {
        add(writer, similarity, Arrays.copyOfRange(bytes, docs / 2, docs));
        for (int merges = 0; merges < 2; merges++) {
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            int found = 0;
            for (int i = DOCS; i < bytes.length; i++) {
              int[] products = new int[docs];
              for (int doc = 0; doc < docs; doc++) {
                products[doc] = VectorUtil.dotProduct(bytes[i], bytes[doc]);
              }
              int[] sorted = products.clone();
              Arrays.sort(sorted);
              Query query = new KnnByteVectorQuery("v", bytes[i], 40);
              for (ScoreDoc hit : searcher.search(query, 10).scoreDocs) {
                found += products[hit.doc] >= sorted[docs - 10] ? 1 : 0;
              }
            }
            assertTrue(
                similarity + ", merges: " + merges + ": " + found,
                found >= QUERIES * 10 * 95 / 100);
          }
          writer.forceMerge(1);
        }
      }
    }
  }

  private static IndexWriterConfig config(KnnVectorsFormat format) {
    return new IndexWriterConfig()
        .setMergePolicy(new LogDocMergePolicy()) // keeps the order
        .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
  }

  private static void add(IndexWriter writer, VectorSimilarityFunction similarity, byte[][] vectors)
      throws IOException {
    for (byte[] vector : vectors) {
      Document document = new Document();
      document.add(new KnnByteVectorField("v", vector, similarity));
      writer.addDocument(document);
    }
  }

  /** Candidates of segments with other prefixes, or in Lucene's format, crowd nothing out. */
  public void testSegmentsOfOtherPrefixesAndFormats() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    for (float[] vector : vectors) { // half of the length is behind the shortest prefix
      for (int i = DIMS / 4; i < DIMS; i++) {
        vector[i] *= 3;
      }
      VectorUtil.l2normalize(vector);
    }
    PrefixEncoding encoding = RandomPicks.randomFrom(random(), ENCODINGS);
    List<KnnVectorsFormat> formats =
        List.of(
            ofPrefixes(encoding),
            new MatryoshkaHnswVectorsFormat(DIMS / 2, encoding, FullVectorEncoding.BFLOAT16),
            new MatryoshkaHnswVectorsFormat(DIMS, encoding, FullVectorEncoding.FLOAT32),
            new Lucene99HnswVectorsFormat());
    float scale = random().nextBoolean() ? 1 : 10;
    for (int i = 0; i < QUERIES; i++) {
      scale(vectors[DOCS + i], scale);
    }
    List<IntFunction<Query>> searches = // Lucene's own ranks all candidates by their scores
        List.of(
            i -> MatryoshkaKnnQuery.builder("v", vectors[i], 10).candidates(40).build(),
            i -> new KnnFloatVectorQuery("v", vectors[i], 40));
    double[][] found = new double[2][searches.size()];
    for (int by = 0; by < 2; by++) {
      VectorSimilarityFunction similarity =
          by == 0
              ? VectorSimilarityFunction.COSINE
              : VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
      try (Directory directory = newDirectory()) {
        for (int i = 0; i < formats.size(); i++) {
          write(directory, formats.get(i), similarity, vectors, i, formats.size());
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertEquals(formats.size(), reader.leaves().size());
          for (int i = 0; i < searches.size(); i++) {
            found[by][i] = recall(new IndexSearcher(reader), vectors, searches.get(i));
          }
        }
      }
    }
    for (int i = 0; i < searches.size(); i++) {
      String what = encoding + " " + i + ": " + found[1][i] + ", by cosine " + found[0][i];
      assertTrue(what, found[1][i] >= found[0][i] - 0.02);
    }
  }

  /** Adds a segment of every so many of the documents. */
  private static void write(
      Directory directory,
      KnnVectorsFormat format,
      VectorSimilarityFunction similarity,
      float[][] vectors,
      int from,
      int step)
      throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = from; i < DOCS; i += step) {
        Document document = new Document();
        document.add(new StoredField("row", i));
        document.add(new KnnFloatVectorField("v", vectors[i], similarity));
        writer.addDocument(document);
      }
    }
  }

  private static double recall(IndexSearcher searcher, float[][] vectors, IntFunction<Query> search)
      throws IOException {
    float[][] documents = Arrays.copyOf(vectors, DOCS);
    int found = 0;
    for (int i = DOCS; i < vectors.length; i++) {
      float tenth = tenthScore(documents, vectors[i]);
      for (ScoreDoc hit : searcher.search(search.apply(i), 40).scoreDocs) {
        Document document = searcher.storedFields().document(hit.doc);
        float[] vector = vectors[document.getField("row").numericValue().intValue()];
        float score = VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT.compare(vectors[i], vector);
        found += score >= tenth ? 1 : 0;
      }
    }
    return found / (10.0 * QUERIES);
  }

  private static void assertAsManyFound(
      KnnVectorsFormat format, FormatRecall directions, FormatRecall products, float[][] queries)
      throws IOException {
    for (int candidates : new int[] {20, 40, 80}) {
      double expected = directions.recall(queries, 10, candidates);
      double found = products.recall(queries, 10, candidates);
      String what = format + " at " + candidates + ": " + found + ", by direction " + expected;
      assertTrue(what, found >= expected - 0.02);
    }
  }

  /** What is short is found by its direction, too: not by how much of its length is in front. */
  public void testPrefixesOfUnlikeLengths() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    float[][] queries = Arrays.copyOfRange(vectors, DOCS, DOCS + QUERIES);
    float[][] documents = Arrays.copyOf(vectors, DOCS);
    float[][] prefixes = new float[DOCS][];
    for (int i = 0; i < DOCS; i++) {
      scale(documents[i], (float) Math.exp(0.2 * random().nextGaussian()));
      prefixes[i] = Arrays.copyOf(documents[i], DIMS / 4);
    }
    KnnVectorsFormat format = ofPrefixes(RandomPicks.randomFrom(random(), ENCODINGS));
    VectorSimilarityFunction similarity = VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
    try (FormatRecall index = write(format, similarity, documents)) {
      double found = index.recall(queries, 10, 40);
      double before = recallOfPrefixes(documents, prefixes, queries, 40);
      assertTrue(format + ": " + found + ", as they are " + before, found >= before + 0.03);
    }
  }

  /** With so many candidates, the best by the products of the prefixes as they are. */
  private static double recallOfPrefixes(
      float[][] documents, float[][] prefixes, float[][] queries, int candidates) {
    int found = 0;
    for (float[] query : queries) {
      float[] leading = Arrays.copyOf(query, DIMS / 4);
      float tenth = tenthScore(documents, query);
      found +=
          (int)
              IntStream.range(0, DOCS)
                  .boxed()
                  .sorted(
                      Comparator.comparingDouble(i -> -VectorUtil.dotProduct(leading, prefixes[i])))
                  .limit(candidates)
                  .filter(
                      i ->
                          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT.compare(
                                  query, documents[i])
                              >= tenth)
                  .count();
    }
    return found / (10.0 * queries.length);
  }

  private static KnnVectorsFormat ofPrefixes(PrefixEncoding encoding) {
    return new MatryoshkaHnswVectorsFormat(DIMS / 4, encoding, FullVectorEncoding.FLOAT32);
  }

  private static FormatRecall write(
      KnnVectorsFormat format, VectorSimilarityFunction similarity, float[][] documents)
      throws IOException {
    return new FormatRecall(newDirectory(), format, similarity, documents);
  }

  private static float[][] unit(float[][] vectors) {
    return Arrays.stream(vectors)
        .map(vector -> VectorUtil.l2normalize(vector.clone()))
        .toArray(float[][]::new);
  }

  private static void assertFound(double spread, double least) throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    for (int i = 0; i < DOCS; i++) {
      scale(vectors[i], (float) Math.exp(spread * random().nextGaussian()));
    }
    assertFound(vectors, least);
  }

  private static void scale(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }

  /** The last vectors are the queries. */
  private static void assertFound(float[][] vectors, double least) throws IOException {
    PrefixEncoding encoding = RandomPicks.randomFrom(random(), ENCODINGS);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(
                TestUtil.alwaysKnnVectorsFormat(
                    new MatryoshkaHnswVectorsFormat(DIMS, encoding, FullVectorEncoding.FLOAT32)));
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < DOCS; i++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField(
                "v", vectors[i], VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
        writer.addDocument(document);
        if (i == DOCS / 2) {
          writer.flush();
        }
      }
      assertRecall(writer, vectors, encoding + " flushed", least);
      writer.forceMerge(1);
      assertRecall(writer, vectors, encoding + " merged", least);
    }
  }

  private static void assertRecall(IndexWriter writer, float[][] vectors, String what, double least)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      int found = 0;
      for (int i = DOCS; i < vectors.length; i++) {
        float tenth = tenthScore(vectors, vectors[i]);
        for (ScoreDoc hit :
            searcher.search(
                    MatryoshkaKnnQuery.builder("v", vectors[i], 10).candidates(40).build(), 10)
                .scoreDocs) {
          found += hit.score >= tenth - 1e-4f * Math.abs(tenth) ? 1 : 0;
        }
      }
      double recall = found / (10.0 * QUERIES);
      assertTrue(what + " " + recall, recall >= least);
    }
  }

  private static float tenthScore(float[][] vectors, float[] query) {
    float[] scores = new float[DOCS];
    for (int i = 0; i < DOCS; i++) {
      scores[i] = VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT.compare(query, vectors[i]);
    }
    Arrays.sort(scores);
    return scores[DOCS - 10];
  }
}
