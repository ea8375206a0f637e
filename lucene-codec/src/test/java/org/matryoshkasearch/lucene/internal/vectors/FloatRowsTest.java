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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.SegmentFiles;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.internal.scoring.FloatComparison;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Scores of rows where they lie against scores of their copies. */
public class FloatRowsTest extends LuceneTestCase {
  private static final int COUNT = 40;

  /** What is done with vectors that were written. */
  @FunctionalInterface
  private interface Reading {
    void read(FullVectors vectors) throws IOException;
  }

  private static void withStored(
      float[][] vectors,
      Components components,
      VectorSimilarityFunction similarity,
      Reading reading)
      throws IOException {
    FieldInfo field = SegmentFiles.field(0, vectors[0].length, similarity);
    try (Directory directory = new MMapDirectory(createTempDir())) {
      SegmentFiles files = new SegmentFiles(directory, vectors.length, field);
      try (FullVectorsOutput out = new FullVectorsOutput(files.writing())) {
        DocIdSetIterator docs = DocIdSetIterator.all(vectors.length);
        assertEquals(
            vectors.length, out.write(field, components, docs, () -> vectors[docs.docID()]));
        out.finish();
      }
      try (FullVectorsInput in = new FullVectorsInput(files.reading())) {
        in.check(field, vectors.length, vectors[0].length * components.bytes());
        in.checkIntegrity();
        reading.read(in.vectors(field, components));
      }
    }
  }

  private static float[] read(FullVectors vectors, int ord, int dims) throws IOException {
    float[] leading = new float[dims];
    vectors.read(ord, leading);
    return leading;
  }

  public void testPrefixesScoreAsCopies() throws IOException {
    for (Components components : Components.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dims = 1 + random().nextInt(200);
        // whole registers, parts of one, and rows that end where the file's data ends
        for (int prefixDims : new int[] {dims, 1 + random().nextInt(dims), dims & -16}) {
          if (prefixDims > 0) {
            assertPrefixScores(
                NestedVectors.unit(random(), COUNT, dims), prefixDims, components, similarity);
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
      assertPrefixScores(vectors, 2, Components.FLOAT32, similarity);
    }
  }

  private static void assertPrefixScores(
      float[][] vectors, int dims, Components components, VectorSimilarityFunction similarity)
      throws IOException {
    String what = components + " " + similarity + " " + dims;
    withStored(
        vectors,
        components,
        similarity,
        stored -> {
          int[] ords = random().ints(64, 0, COUNT).toArray();
          int whole = vectors[0].length;
          float[] query =
              PrefixSimilarity.prefixOf(
                  read(stored, random().nextInt(COUNT), whole), dims, similarity);
          float[] expected = new float[ords.length];
          for (int i = 0; i < ords.length; i++) {
            float[] prefix =
                PrefixSimilarity.prefixOf(read(stored, ords[i], whole), dims, similarity);
            expected[i] = PrefixSimilarity.of(similarity).compare(query, prefix);
          }
          FloatRows mapped = FloatRows.ofPrefixes(stored, similarity, query);
          assertEquals(what, "MappedFloatRows", mapped.getClass().getSimpleName());
          FloatRows copied =
              new InputFloatRows(stored, query, FloatComparison.ofPrefixes(similarity));
          for (FloatRows rows : List.of(mapped, copied)) {
            float[] scores = new float[ords.length];
            float max = rows.bulkScore(ords, scores, ords.length);
            assertArrayEquals(what, expected, scores, 1e-5f);
            float found = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < ords.length; i++) {
              // the order in which a register is summed up may change when code is compiled
              assertEquals(what, scores[i], rows.score(ords[i]), 1e-6f);
              found = Math.max(found, scores[i]);
            }
            assertEquals(what, found, max, 0);
          }
        });
  }

  public void testWholeVectorsScoreAsTheSimilarity() throws IOException {
    for (Components components : Components.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dims = 2 + random().nextInt(200);
        float[][] vectors = NestedVectors.unit(random(), COUNT, dims);
        if (similarity != VectorSimilarityFunction.DOT_PRODUCT) {
          vectors[0][0] += 3;
          vectors[1][1] -= 3;
        }
        withStored(
            vectors,
            components,
            similarity,
            stored -> {
              for (float[] query : List.of(vectors[0], vectors[1], vectors[2])) {
                assertWholeScores(stored, similarity, query);
              }
            });
      }
    }
  }

  private static void assertWholeScores(
      FullVectors stored, VectorSimilarityFunction similarity, float[] query) throws IOException {
    FloatRows mapped = FloatRows.ofVectors(stored, similarity, query);
    FloatRows copied =
        new InputFloatRows(stored, query, FloatComparison.ofVectors(similarity, query));
    for (int ord = 0; ord < COUNT; ord++) {
      float expected = similarity.compare(query, read(stored, ord, query.length));
      float tolerance = 1e-5f * Math.max(1, expected);
      assertEquals(similarity.toString(), expected, mapped.score(ord), tolerance);
      assertEquals(similarity.toString(), expected, copied.score(ord), tolerance);
    }
  }

  public void testBfloat16Rounding() {
    float[] exact = {
      1, -2.5f, 0, -0f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, 0x1.01p0f
    };
    byte[] row = new byte[exact.length * 2];
    Components.BFLOAT16.encode(exact, row);
    int[] upper = {0x3F80, 0xC020, 0, 0x8000, 0x7F7F, 0xFF7F, 0, 0x3F80};
    for (int i = 0; i < exact.length; i++) {
      assertEquals("value " + i, upper[i], (row[2 * i] & 0xFF) | (row[2 * i + 1] & 0xFF) << 8);
    }
  }

  public void testNoVectors() throws IOException {
    FieldInfo field = SegmentFiles.field(0, 3, VectorSimilarityFunction.COSINE);
    try (Directory directory = newDirectory()) {
      SegmentFiles files = new SegmentFiles(directory, 5, field);
      try (FullVectorsOutput out = new FullVectorsOutput(files.writing())) {
        assertEquals(
            0, out.write(field, Components.FLOAT32, DocIdSetIterator.empty(), () -> new float[3]));
        out.finish();
      }
      try (FullVectorsInput in = new FullVectorsInput(files.reading())) {
        assertEquals(0, in.vectors(field, Components.FLOAT32).size());
        assertEquals(0, in.byteSize(field));
      }
    }
  }
}
