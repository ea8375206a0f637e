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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.IOFunction;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.soak.Shape;

/** Indexes rows, and finds the nearest of them by comparing with each. */
abstract class KnnTestCase extends LuceneTestCase {
  static final String FIELD = "vector";
  static final int DIMS = 32;
  static final int PREFIX_DIMS = 8;

  /** What a test has indexed; {@code vector} is null in a document that has none. */
  static final class Row {
    private final int id;
    private final float[] vector;
    private final String tag;

    Row(int id, float[] vector, String tag) {
      this.id = id;
      this.vector = vector;
      this.tag = tag;
    }

    int id() {
      return id;
    }

    float[] vector() {
      return vector;
    }

    String tag() {
      return tag;
    }

    Document document(VectorSimilarityFunction similarity) {
      Document document = new Document();
      document.add(new IntField("id", id, Field.Store.YES));
      document.add(new StringField("tag", tag, Field.Store.NO));
      if (vector != null) {
        document.add(new KnnFloatVectorField(FIELD, vector, similarity));
      }
      return document;
    }
  }

  /** A row's id and its score. */
  record Hit(int id, float score) {}

  static Codec matryoshka(PrefixEncoding encoding) {
    return codec(PREFIX_DIMS, encoding);
  }

  static Codec codec(int prefixDims, PrefixEncoding encoding) {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(prefixDims, encoding, FullVectorEncoding.FLOAT32);
    return new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> format);
  }

  /** Ours with any encoding. */
  static Codec randomMatryoshka() {
    PrefixEncoding[] encodings = PrefixEncoding.values();
    return matryoshka(encodings[random().nextInt(encodings.length)]);
  }

  /** Ours with any encoding, or Lucene's, or for each segment one of them. */
  static Codec randomCodec() {
    return switch (random().nextInt(6)) {
      case 0 -> TestUtil.getDefaultCodec();
      case 1, 2 ->
          new MatryoshkaCodec(
              TestUtil.getDefaultCodec(),
              field -> random().nextInt(3) == 0 ? null : randomFormat());
      default -> randomMatryoshka();
    };
  }

  private static MatryoshkaHnswVectorsFormat randomFormat() {
    PrefixEncoding[] encodings = PrefixEncoding.values();
    return new MatryoshkaHnswVectorsFormat(
        PREFIX_DIMS, encodings[random().nextInt(encodings.length)], FullVectorEncoding.FLOAT32);
  }

  static VectorSimilarityFunction randomSimilarity() {
    VectorSimilarityFunction[] similarities = VectorSimilarityFunction.values();
    return similarities[random().nextInt(similarities.length)];
  }

  /** Segments stay as they were flushed. */
  static IndexWriterConfig config(Codec codec) {
    return newIndexWriterConfig().setCodec(codec).setMergePolicy(NoMergePolicy.INSTANCE);
  }

  /** Vectors of one kind, of unit length only where the similarity asks for it. */
  static Supplier<float[]> vectors(VectorSimilarityFunction similarity) {
    float[][] vectors = NestedVectors.unit(random(), 1500, DIMS);
    if (similarity != VectorSimilarityFunction.DOT_PRODUCT) {
      for (float[] vector : vectors) {
        float length = 0.5f + random().nextFloat();
        for (int i = 0; i < DIMS; i++) {
          vector[i] *= length;
        }
      }
    }
    return List.of(vectors).iterator()::next;
  }

  /** Vectors of any kind, for tests that ask for nothing but what is exact. */
  static Supplier<float[]> anyVectors(VectorSimilarityFunction similarity) {
    Shape[] shapes = {Shape.NESTED, Shape.SMALL_CLUSTERS, Shape.COPIES, Shape.OFFSET, Shape.GRID};
    Supplier<float[]> vectors = shapes[random().nextInt(shapes.length)].source(DIMS).vectors();
    return () -> {
      float[] vector = vectors.get();
      if (similarity == VectorSimilarityFunction.DOT_PRODUCT) {
        VectorUtil.l2normalize(vector);
      }
      return vector;
    };
  }

  /** At least so many, sometimes enough for a graph if they are in one segment. */
  static int randomCount(int few) {
    return random().nextBoolean() ? few : few + TestUtil.nextInt(random(), 600, 900);
  }

  /** Rows with ids from 0 and the tags a, b and c, of which c is on every tenth row. */
  static List<Row> rows(int count, Supplier<float[]> vectors) {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      String tag = id % 10 == 0 ? "c" : random().nextBoolean() ? "a" : "b";
      rows.add(new Row(id, vectors.get(), tag));
    }
    return rows;
  }

  /** A query without anything special. */
  static Query query(float[] target, int k, int candidates) {
    return MatryoshkaKnnQuery.builder(FIELD, target, k).candidates(candidates).build();
  }

  /** Writes the rows in segments of some size. */
  static void write(
      Directory directory, Codec codec, List<Row> rows, VectorSimilarityFunction similarity)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config(codec))) {
      add(writer, rows, similarity);
    }
  }

  /** Adds rows in segments of a few of them, or in one. */
  static void add(IndexWriter writer, List<Row> rows, VectorSimilarityFunction similarity)
      throws IOException {
    boolean one = random().nextInt(3) == 0;
    add(writer, rows, similarity, one ? rows.size() : TestUtil.nextInt(random(), 20, 200));
  }

  static void add(
      IndexWriter writer, List<Row> rows, VectorSimilarityFunction similarity, int segmentSize)
      throws IOException {
    int added = 0;
    for (Row row : rows) {
      writer.addDocument(row.document(similarity));
      if (++added % segmentSize == 0) {
        writer.flush();
      }
    }
  }

  /** A reader whose leaves are others in place of those of a reader. */
  static DirectoryReader withLeaves(DirectoryReader reader, IOFunction<LeafReader, LeafReader> of)
      throws IOException {
    return new FilterDirectoryReader(
        reader,
        new FilterDirectoryReader.SubReaderWrapper() {
          @Override
          public LeafReader wrap(LeafReader leaf) {
            try {
              return of.apply(leaf);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        }) {
      @Override
      protected DirectoryReader doWrapDirectoryReader(DirectoryReader in) {
        throw new UnsupportedOperationException();
      }

      @Override
      public CacheHelper getReaderCacheHelper() {
        return null;
      }
    };
  }

  /** What a query must find, best first, when all rows are its candidates. */
  static List<Hit> exact(
      List<Row> rows,
      Predicate<Row> accepts,
      VectorSimilarityFunction similarity,
      float[] target,
      int k) {
    return rows.stream()
        .filter(row -> row.vector() != null)
        .filter(accepts)
        .map(row -> new Hit(row.id(), score(similarity, target, row.vector())))
        .sorted(Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(Hit::id))
        .limit(k)
        .toList();
  }

  /** The score of the leading dimensions that the target has. */
  static float score(VectorSimilarityFunction similarity, float[] target, float[] vector) {
    if (target.length == vector.length) {
      return similarity.compare(target, vector);
    }
    float[] leading = Arrays.copyOf(vector, target.length);
    return switch (similarity) {
      case EUCLIDEAN -> similarity.compare(target, leading);
      case MAXIMUM_INNER_PRODUCT ->
          VectorUtil.scaleMaxInnerProductScore(
              (float)
                  (VectorUtil.dotProduct(target, leading)
                      * Math.sqrt(
                          VectorUtil.dotProduct(vector, vector)
                              / (double) VectorUtil.dotProduct(leading, leading))));
      case COSINE, DOT_PRODUCT ->
          VectorUtil.normalizeToUnitInterval(VectorUtil.cosine(target, leading));
    };
  }

  /** The hits of a query, best first. */
  static List<Hit> hits(IndexSearcher searcher, Query query, int count) throws IOException {
    TopDocs found = searcher.search(query, count);
    List<Hit> hits = new ArrayList<>();
    float last = Float.MAX_VALUE;
    int lastDoc = -1;
    for (ScoreDoc doc : found.scoreDocs) {
      assertTrue(doc.score < last || (doc.score == last && doc.doc > lastDoc));
      last = doc.score;
      lastDoc = doc.doc;
      int id = searcher.storedFields().document(doc.doc).getField("id").numericValue().intValue();
      hits.add(new Hit(id, doc.score));
    }
    return hits;
  }

  /** How many of the nearest were found, whatever the last bits of their scores are. */
  static int common(List<Hit> nearest, List<Hit> found) {
    Set<Integer> ids = nearest.stream().map(Hit::id).collect(Collectors.toSet());
    return (int) found.stream().filter(hit -> ids.contains(hit.id())).count();
  }

  /**
   * The same ids and scores in the same order; ids may change places only where their scores differ
   * by no more than two ways to add up the same floats do.
   */
  static void assertHits(List<Hit> expected, List<Hit> actual) {
    assertEquals(expected + " expected, found " + actual, expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      Hit hit = actual.get(i);
      float tolerance = 1e-5f * Math.max(1, expected.get(i).score());
      assertEquals("score of hit " + i, expected.get(i).score(), hit.score(), tolerance);
      boolean sameOrTied =
          expected.get(i).id() == hit.id()
              || expected.stream()
                  .anyMatch(
                      other ->
                          other.id() == hit.id()
                              && Math.abs(other.score() - hit.score()) <= tolerance)
              || Math.abs(expected.get(expected.size() - 1).score() - hit.score()) <= tolerance;
      assertTrue("hit " + i + " of " + actual + ", expected " + expected, sameOrTied);
    }
  }
}
