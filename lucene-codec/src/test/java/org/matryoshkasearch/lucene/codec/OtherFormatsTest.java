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
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/**
 * Segments of our format and of others in one merge, at sizes that get a graph: what comes out is
 * found as well as if it had been written in the one format from the start.
 */
public class OtherFormatsTest extends LuceneTestCase {
  private static final int DIMS = 64;
  private static final int DOCS = 2000;
  private static final int QUERIES = 50;
  private static final int K = 10;

  /** How two indexes become one segment. */
  private enum Way {
    MERGE,
    DIRECTORIES,
    READERS,
    WRAPPED_READERS
  }

  private float[][] vectors;
  private boolean sorted;
  private int deletedEach; // every such document; 0 for none

  @Override
  public void setUp() throws Exception {
    super.setUp();
    vectors = NestedVectors.unit(random(), DOCS + QUERIES, DIMS);
    sorted = random().nextInt(3) == 0;
    deletedEach = random().nextBoolean() ? 0 : 5;
  }

  private static KnnVectorsFormat ours(int prefixDims) {
    PrefixEncoding[] encodings = PrefixEncoding.values();
    PrefixEncoding encoding = encodings[random().nextInt(encodings.length)];
    return new MatryoshkaHnswVectorsFormat(prefixDims, encoding, FullVectorEncoding.FLOAT32);
  }

  public void testOursToLucenes() throws IOException {
    for (int prefixDims : new int[] {4, 16, DIMS}) {
      assertMerges(ours(prefixDims), ours(prefixDims), new Lucene99HnswVectorsFormat());
    }
    assertMerges(ours(16), ours(16), new Lucene104HnswScalarQuantizedVectorsFormat());
  }

  public void testLucenesToOurs() throws IOException {
    KnnVectorsFormat ours = ours(16);
    assertMerges(new Lucene99HnswVectorsFormat(), new Lucene99HnswVectorsFormat(), ours);
    assertMerges(
        new Lucene104HnswScalarQuantizedVectorsFormat(), new Lucene99HnswVectorsFormat(), ours);
  }

  public void testBothToEither() throws IOException {
    KnnVectorsFormat lucenes = new Lucene99HnswVectorsFormat();
    assertMerges(ours(4), lucenes, lucenes);
    assertMerges(ours(4), lucenes, ours(16));
  }

  public void testOursToOursOfAnotherPrefix() throws IOException {
    assertMerges(ours(4), ours(32), ours(16));
  }

  private void assertMerges(KnnVectorsFormat first, KnnVectorsFormat second, KnnVectorsFormat to)
      throws IOException {
    double expected = recall(to, to, to, Way.MERGE);
    Way[] ways = Way.values();
    for (Way way : new Way[] {Way.MERGE, ways[1 + random().nextInt(ways.length - 1)]}) {
      double merged = recall(first, second, to, way);
      String message = first + " and " + second + " to " + to + " by " + way;
      assertEquals(message, expected, Math.min(merged, expected), 0.05);
    }
  }

  private double recall(
      KnnVectorsFormat first, KnnVectorsFormat second, KnnVectorsFormat to, Way way)
      throws IOException {
    try (Directory one = newDirectory();
        Directory other = newDirectory();
        Directory merged = newDirectory()) {
      write(one, first, 0, DOCS / 2);
      write(way == Way.MERGE ? one : other, second, DOCS / 2, DOCS);
      try (IndexWriter writer = new IndexWriter(way == Way.MERGE ? one : merged, config(to))) {
        switch (way) {
          case MERGE -> {}
          case DIRECTORIES -> writer.addIndexes(one, other);
          case READERS -> {
            addReaders(writer, one);
            addReaders(writer, other);
          }
          case WRAPPED_READERS -> {
            try (DirectoryReader a = DirectoryReader.open(one);
                DirectoryReader b = DirectoryReader.open(other)) {
              TestUtil.addIndexesSlowly(writer, a, b);
            }
          }
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader index = DirectoryReader.open(way == Way.MERGE ? one : merged)) {
        assertEquals(1, index.leaves().size());
        return recall(new IndexSearcher(index));
      }
    }
  }

  private static void addReaders(IndexWriter writer, Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      CodecReader[] leaves =
          reader.leaves().stream()
              .map(LeafReaderContext::reader)
              .map(CodecReader.class::cast)
              .toArray(CodecReader[]::new);
      writer.addIndexes(leaves);
    }
  }

  private IndexWriterConfig config(KnnVectorsFormat format) {
    Codec codec = new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> format);
    IndexWriterConfig config = new IndexWriterConfig().setCodec(codec);
    return sorted ? config.setIndexSort(new Sort(new SortField("by", SortField.Type.INT))) : config;
  }

  private void write(Directory directory, KnnVectorsFormat format, int from, int to)
      throws IOException {
    IndexWriterConfig config = config(format).setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = from; id < to; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
        document.add(new StoredField("number", id));
        document.add(new NumericDocValuesField("by", (id * 31L) % DOCS));
        document.add(new KnnFloatVectorField("v", vectors[id], VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
      }
      writer.commit();
      for (int id = from; id < to; id++) {
        if (isDeleted(id)) {
          writer.deleteDocuments(new Term("id", Integer.toString(id)));
        }
      }
    }
  }

  private boolean isDeleted(int id) {
    return deletedEach > 0 && id % deletedEach == 0;
  }

  private double recall(IndexSearcher searcher) throws IOException {
    int found = 0;
    for (int query = DOCS; query < vectors.length; query++) {
      Set<Integer> hits = new HashSet<>();
      KnnFloatVectorQuery knn = new KnnFloatVectorQuery("v", vectors[query], 10 * K);
      for (ScoreDoc hit : searcher.search(knn, 10 * K).scoreDocs) {
        hits.add(
            searcher.storedFields().document(hit.doc).getField("number").numericValue().intValue());
      }
      hits.retainAll(nearest(vectors[query]));
      found += hits.size();
    }
    return (double) found / (QUERIES * K);
  }

  private List<Integer> nearest(float[] target) {
    double[] products = new double[DOCS];
    Arrays.setAll(products, id -> VectorUtil.dotProduct(target, vectors[id]));
    return IntStream.range(0, DOCS)
        .filter(id -> !isDeleted(id))
        .boxed()
        .sorted(Comparator.comparingDouble(id -> -products[id]))
        .limit(K)
        .toList();
  }
}
