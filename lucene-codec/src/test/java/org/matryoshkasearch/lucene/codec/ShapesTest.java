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

import static org.apache.lucene.index.VectorSimilarityFunction.EUCLIDEAN;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Whatever vectors are like, about as many are found as in Lucene's own format. */
public class ShapesTest extends LuceneTestCase {
  private static final int DIMS = 32;
  private static final int DOCS = 3000;
  private static final int QUERIES = 100;
  private static final int COUNT = DOCS + QUERIES;
  private static final int K = 10;
  private static final List<VectorSimilarityFunction> LENGTHS =
      List.of(VectorSimilarityFunction.EUCLIDEAN, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);

  /** What luck may make of a recall. */
  private static final double LUCK = 0.03;

  private static KnnVectorsFormat stock() {
    return new Lucene99HnswVectorsFormat();
  }

  private static KnnVectorsFormat ours(PrefixEncoding encoding) {
    return ours(encoding, DIMS);
  }

  private static KnnVectorsFormat ours(PrefixEncoding encoding, int prefixDims) {
    return new MatryoshkaHnswVectorsFormat(prefixDims, encoding, FullVectorEncoding.FLOAT32);
  }

  private static FormatRecall write(
      KnnVectorsFormat format, VectorSimilarityFunction similarity, float[][] vectors)
      throws IOException {
    return new FormatRecall(
        new MMapDirectory(createTempDir()), format, similarity, Arrays.copyOf(vectors, DOCS));
  }

  private static float[][] queries(float[][] vectors) {
    return Arrays.copyOfRange(vectors, DOCS, COUNT);
  }

  /**
   * With as many candidates as hits, with some more, and, coded, with ten times as many; of
   * segments that were flushed, or of one that was merged.
   */
  private static void assertNoWorse(VectorSimilarityFunction similarity, float[][] vectors)
      throws IOException {
    assertNoWorse(similarity, vectors, LUCK);
  }

  private static void assertNoWorse(
      VectorSimilarityFunction similarity, float[][] vectors, double luckOfFewest)
      throws IOException {
    float[][] queries = queries(vectors);
    double[] theirs = new double[3];
    int[] candidates = {K, 2 * K, 10 * K};
    boolean merge = random().nextBoolean();
    try (FormatRecall index = write(stock(), similarity, vectors)) {
      if (merge) {
        index.merge();
      }
      for (int i = 0; i < candidates.length; i++) {
        theirs[i] = index.recall(queries, K, candidates[i]);
      }
    }
    PrefixEncoding coded =
        RandomPicks.randomFrom(random(), List.of(PrefixEncoding.INT8, PrefixEncoding.INT4));
    for (PrefixEncoding encoding : List.of(PrefixEncoding.FLOAT32, coded)) {
      try (FormatRecall index = write(ours(encoding), similarity, vectors)) {
        if (merge) {
          index.merge();
        }
        for (int i = encoding.isQuantized() ? 2 : 0; i < candidates.length; i++) {
          double found = index.recall(queries, K, candidates[i]);
          double luck = i == 0 ? luckOfFewest : LUCK;
          assertTrue(
              encoding + " at " + candidates[i] + ": " + found + ", Lucene " + theirs[i],
              found >= theirs[i] - luck);
        }
      }
    }
  }

  public void testNested() throws IOException {
    assertNoWorse(
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values()),
        NestedVectors.unit(random(), COUNT, DIMS));
  }

  /** As few as a search can ask for. */
  public void testFewCandidates() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), COUNT, DIMS);
    VectorSimilarityFunction similarity =
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
    try (FormatRecall lucenes = write(stock(), similarity, vectors);
        FormatRecall ours = write(ours(PrefixEncoding.FLOAT32), similarity, vectors)) {
      ours.merge();
      lucenes.merge();
      float[][] queries = Arrays.copyOf(vectors, 10 * QUERIES);
      for (int k = 1; k <= 3; k++) {
        double mine = ours.recall(queries, k, k);
        double theirs = lucenes.recall(queries, k, k);
        assertTrue(k + ": " + mine + ", Lucene " + theirs, mine >= theirs - LUCK);
      }
    }
  }

  /** Copies of a vector neither hide each other nor what else there is. */
  public void testCopies() throws IOException {
    int times = RandomPicks.randomFrom(random(), List.of(2, 10, 50));
    assertNoWorse(
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values()),
        Shapes.copies(random(), COUNT, DIMS, times));
  }

  public void testNearCopies() throws IOException {
    float spread = RandomPicks.randomFrom(random(), List.of(1e-5f, 1e-3f, 1e-2f));
    assertNoWorse(
        VectorSimilarityFunction.EUCLIDEAN,
        Shapes.nearCopies(random(), COUNT, DIMS, 10, spread),
        2 * LUCK); // with ten candidates, which one cluster fills, a few queries find another
  }

  public void testHalfOfThemEqual() throws IOException {
    assertNoWorse(
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values()),
        Shapes.halfEqual(random(), COUNT, DIMS));
  }

  public void testFarFromTheOrigin() throws IOException {
    assertNoWorse(
        RandomPicks.randomFrom(random(), LENGTHS), Shapes.offset(random(), COUNT, DIMS, 1000));
  }

  public void testCosinesThatHardlyDiffer() throws IOException {
    assertNoWorse(VectorSimilarityFunction.COSINE, Shapes.offset(random(), COUNT, DIMS, 100));
  }

  /** What a merge makes its graph of is as exact as a flush has it; codes of few bits are not. */
  public void testGroupsFarApart() throws IOException {
    assertMergedNoWorse(EUCLIDEAN, Shapes.groups(random(), COUNT, DIMS, 100), LUCK);
  }

  public void testOneDimensionFarLarger() throws IOException {
    float[][] vectors = Shapes.gaussian(random(), COUNT, DIMS);
    int dim = random().nextInt(DIMS);
    for (float[] vector : vectors) {
      vector[dim] *= 1000;
    }
    assertMergedNoWorse(EUCLIDEAN, vectors, LUCK);
  }

  /** Most lie around the short ones. */
  public void testTwoLengthsByDistance() throws IOException {
    assertMergedNoWorse(EUCLIDEAN, Shapes.shells(random(), COUNT, 2 * DIMS, 3), LUCK);
  }

  /** Short ones need links, too, so that a little less is found of the long ones. */
  public void testTwoLengthsByInnerProduct() throws IOException {
    assertMergedNoWorse(
        VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
        Shapes.shells(random(), COUNT, 2 * DIMS, 3),
        2 * LUCK);
  }

  private static void assertMergedNoWorse(
      VectorSimilarityFunction similarity, float[][] vectors, double luck) throws IOException {
    try (FormatRecall lucenes = write(stock(), similarity, vectors);
        FormatRecall ours =
            write(ours(PrefixEncoding.FLOAT32, vectors[0].length), similarity, vectors)) {
      lucenes.merge();
      ours.merge();
      for (int candidates : new int[] {K, 2 * K, 10 * K}) {
        double theirs = lucenes.recall(queries(vectors), K, candidates);
        double found = ours.recall(queries(vectors), K, candidates);
        assertTrue(
            similarity + " at " + candidates + ": " + found + ", Lucene " + theirs,
            found >= theirs - (candidates == K ? 2 * LUCK : luck));
      }
    }
  }

  public void testLengthsDiffer() throws IOException {
    assertNoWorse(RandomPicks.randomFrom(random(), LENGTHS), Shapes.lengths(random(), COUNT, DIMS));
  }

  /**
   * A query that has nothing but zeros where the graph looks finds what is nearest all the same.
   */
  public void testPrefixesOfZeros() throws IOException {
    int prefixDims = DIMS / 2;
    int oneOf = RandomPicks.randomFrom(random(), List.of(2, 3, 50));
    float[][] vectors = Shapes.zeroPrefixes(random(), COUNT, DIMS, prefixDims, oneOf);
    float[][] queries = queries(vectors);
    PrefixEncoding encoding = RandomPicks.randomFrom(random(), PrefixEncoding.values());
    VectorSimilarityFunction similarity =
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
    float[][] zeros = Arrays.stream(queries).filter(q -> q[0] == 0).toArray(float[][]::new);
    float[][] others = Arrays.stream(queries).filter(q -> q[0] != 0).toArray(float[][]::new);
    float[][] without = Arrays.stream(vectors).filter(q -> q[0] != 0).toArray(float[][]::new);
    String kind = similarity + " " + encoding + " one of " + oneOf;
    double clean;
    try (FormatRecall index =
        new FormatRecall(
            new MMapDirectory(createTempDir()), ours(encoding, prefixDims), similarity, without)) {
      clean = index.recall(others, 1, 10 * K);
    }
    try (FormatRecall index = write(ours(encoding, prefixDims), similarity, vectors)) {
      if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
        assertEquals(kind, 1, index.recall(zeros, K, K), 1e-3);
      }
      double found = index.recall(others, 1, 10 * K);
      // what one bit makes of zeros is as wrong for all of them, which may crowd out others
      double luck = encoding == PrefixEncoding.BIT1 ? 5 * LUCK : 2 * LUCK;
      assertTrue(kind + ": " + found + ", without them " + clean, found >= clean - luck);
    }
  }

  /**
   * One vector does not ruin a segment, and when it is deleted nothing is left of it. By inner
   * product it is a neighbour of all.
   */
  public void testOneVectorThatIsFarLonger() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), COUNT, DIMS);
    float[][] queries = queries(vectors);
    VectorSimilarityFunction similarity = RandomPicks.randomFrom(random(), LENGTHS);
    float length = RandomPicks.randomFrom(random(), List.of(1e4f, 1e6f, 1e18f, 1e25f, 3e38f));
    PrefixEncoding encoding = RandomPicks.randomFrom(random(), PrefixEncoding.values());
    String kind = similarity + " " + encoding + " " + length;
    int candidates = 20 * K;
    double clean;
    try (FormatRecall index = write(ours(encoding), similarity, vectors)) {
      clean = index.recall(queries, K, candidates);
    }
    int outlier = random().nextInt(DOCS);
    vectors[outlier] = Shapes.outlier(vectors[outlier], length);
    // distances of more, squared, are no numbers, and Lucene's format refuses to write them
    boolean comparable = similarity != VectorSimilarityFunction.EUCLIDEAN || length <= 1e18f;
    double[] theirs = {1, 1};
    if (comparable) {
      try (FormatRecall lucenes = write(stock(), similarity, vectors)) {
        theirs[0] = lucenes.recall(queries, K, candidates);
        lucenes.merge();
        theirs[1] = lucenes.recall(queries, K, candidates);
      }
    }
    try (FormatRecall index = write(ours(encoding), similarity, vectors)) {
      for (int merges = 0; merges < 2; merges++) {
        double least = Math.min(clean, theirs[merges]) - LUCK;
        double found = index.recall(queries, K, candidates);
        assertTrue(kind + ", merges: " + merges + ": " + found + " of " + least, found >= least);
        index.merge();
      }
      index.merge(outlier);
      double healed = index.recall(queries, K, candidates);
      assertTrue(kind + ", deleted: " + healed + " of " + clean, healed >= clean - LUCK);
    }
  }
}
