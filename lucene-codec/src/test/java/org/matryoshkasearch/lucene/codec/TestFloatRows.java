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
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Scores of prefixes in the rows of full vectors against scores of their copies. */
public class TestFloatRows extends LuceneTestCase {
  private static final int COUNT = 40;

  public void testScoresAreThoseOfCopies() throws IOException {
    for (FullVectorEncoding encoding : FullVectorEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dims = 1 + random().nextInt(200);
        // whole registers, parts of one, and rows that end where the file's data ends
        for (int prefixDims : new int[] {dims, 1 + random().nextInt(dims), dims & -16}) {
          if (prefixDims > 0) {
            assertScores(
                NestedVectors.unit(random(), COUNT, dims), prefixDims, encoding, similarity);
          }
        }
      }
    }
  }

  public void testPrefixesOfZeros() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), COUNT, 70);
    for (float[] vector : vectors) {
      for (int i = 0; i < 40; i++) {
        vector[i] = random().nextBoolean() ? 0 : vector[i];
      }
    }
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      assertScores(vectors, 2, FullVectorEncoding.FLOAT32, similarity);
    }
  }

  /** Rescoring reads them where they lie, too. */
  public void testWholeVectors() throws IOException {
    for (FullVectorEncoding encoding : FullVectorEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dims = 2 + random().nextInt(200);
        float[][] vectors = NestedVectors.unit(random(), COUNT, dims);
        if (similarity != VectorSimilarityFunction.DOT_PRODUCT) {
          vectors[0][0] += 3;
          vectors[1][1] -= 3;
        }
        assertWholeScores(vectors, encoding, similarity);
      }
    }
  }

  private void assertWholeScores(
      float[][] vectors, FullVectorEncoding encoding, VectorSimilarityFunction similarity)
      throws IOException {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(2, PrefixEncoding.INT4, encoding);
    try (Directory dir = new MMapDirectory(createTempDir())) {
      write(dir, format, vectors, similarity);
      try (DirectoryReader reader = DirectoryReader.open(dir)) {
        FullVectorValues values =
            (FullVectorValues) getOnlyLeafReader(reader).getFloatVectorValues("f");
        for (float[] query : List.of(vectors[0], vectors[1], vectors[2])) {
          String what = encoding + " " + similarity;
          FloatComparison comparison = FloatComparison.ofVectors(similarity, query);
          FloatRows mapped = FloatRows.of(values, values.dimension(), comparison);
          FloatRows copied = new InputFloatRows(values, values.dimension(), comparison);
          mapped.setQuery(query);
          copied.setQuery(query);
          VectorScorer rescorer = values.rescorer(query);
          for (int ord = 0; ord < COUNT; ord++) {
            float expected = similarity.compare(query, values.vectorValue(ord));
            assertEquals(what, expected, mapped.score(ord), 1e-5f * Math.max(1, expected));
            assertEquals(what, expected, copied.score(ord), 1e-5f * Math.max(1, expected));
            assertEquals(ord, rescorer.iterator().nextDoc());
            assertEquals(what, expected, rescorer.score(), 1e-5f * Math.max(1, expected));
          }
        }
      }
    }
  }

  private void assertScores(
      float[][] vectors,
      int prefixDims,
      FullVectorEncoding encoding,
      VectorSimilarityFunction similarity)
      throws IOException {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(prefixDims, PrefixEncoding.FLOAT32, encoding);
    try (Directory dir = new MMapDirectory(createTempDir())) {
      write(dir, format, vectors, similarity);
      try (DirectoryReader reader = DirectoryReader.open(dir)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        FullVectorValues values = (FullVectorValues) leaf.getFloatVectorValues("f");
        int[] ords = random().ints(64, 0, COUNT).toArray();
        int queryOrd = random().nextInt(COUNT);
        float[] query =
            PrefixSimilarity.prefixOf(values.vectorValue(queryOrd), prefixDims, similarity);
        float[] expected = new float[ords.length];
        for (int i = 0; i < ords.length; i++) {
          float[] prefix =
              PrefixSimilarity.prefixOf(values.vectorValue(ords[i]), prefixDims, similarity);
          expected[i] = PrefixSimilarity.of(similarity).compare(query, prefix);
        }
        String what = encoding + " " + similarity + " " + prefixDims;
        FloatComparison comparison = FloatComparison.ofPrefixes(similarity);
        FloatRows mapped = FloatRows.of(values, prefixDims, comparison);
        assertEquals(what, "SegmentFloatRows", mapped.getClass().getSimpleName());
        for (FloatRows rows : List.of(mapped, new InputFloatRows(values, prefixDims, comparison))) {
          rows.setQuery(query);
          float[] scores = new float[ords.length];
          float max = rows.bulkScore(ords, scores, ords.length);
          assertArrayEquals(what, expected, scores, 1e-5f);
          float found = Float.NEGATIVE_INFINITY;
          for (int i = 0; i < ords.length; i++) {
            assertEquals(what, scores[i], rows.score(ords[i]), 0);
            found = Math.max(found, scores[i]);
          }
          assertEquals(what, found, max, 0);
        }
      }
    }
  }

  private static void write(
      Directory dir,
      MatryoshkaHnswVectorsFormat format,
      float[][] vectors,
      VectorSimilarityFunction similarity)
      throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
    try (IndexWriter writer = new IndexWriter(dir, config)) {
      for (float[] vector : vectors) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("f", vector, similarity));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }
}
