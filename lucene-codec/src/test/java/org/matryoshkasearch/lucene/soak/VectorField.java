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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * A field of vectors and the formats it is written in.
 *
 * <p>In the twin it holds what the poorest of our formats for it codes: the shortest prefix, in
 * Lucene's format with as few bits. Whatever we write must find as much.
 */
final class VectorField {
  private static final int LEAST_OF_NO_SUM_ZERO = 8;

  private final String name;
  private final int dims;
  private final VectorSimilarityFunction similarity;
  private final Shape shape;
  private final Shape.Source source;
  private final int shortestPrefix;
  private final int longestPrefix;
  private final PrefixEncoding poorestEncoding;
  private final boolean rounded;

  /** Whether segments in formats of Lucene may be coded coarser than the twin. */
  private final boolean coarse;

  private final int maxConn;
  private final int beamWidth;
  private KnnVectorsFormat format;

  VectorField(String name) {
    this.name = name;
    dims = randomDims();
    similarity = RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
    shape = RandomPicks.randomFrom(random(), Shape.values());
    source = shape.source(dims);
    shortestPrefix = random().nextBoolean() ? dims : 1 + random().nextInt(dims);
    longestPrefix =
        random().nextBoolean()
            ? dims + random().nextInt(3)
            : TestUtil.nextInt(random(), shortestPrefix, dims);
    poorestEncoding = RandomPicks.randomFrom(random(), PrefixEncoding.values());
    rounded = random().nextInt(4) == 0;
    coarse = random().nextInt(4) == 0;
    boolean defaultGraph = random().nextInt(4) != 0;
    maxConn = defaultGraph ? 16 : TestUtil.nextInt(random(), 4, 40);
    beamWidth = defaultGraph ? 100 : TestUtil.nextInt(random(), maxConn, 200);
    switchFormat();
  }

  private static int randomDims() {
    return switch (random().nextInt(5)) {
      case 0 -> TestUtil.nextInt(random(), 1, 8);
      case 1, 2 -> TestUtil.nextInt(random(), 9, 64);
      case 3 -> TestUtil.nextInt(random(), 65, 128);
      default -> TestUtil.nextInt(random(), 129, 256);
    };
  }

  /** What segments are written in from now on: ours with any options, sometimes Lucene's. */
  void switchFormat() {
    boolean stock = random().nextInt(4) == 0;
    format = stock ? stockFormat() : ours();
  }

  /**
   * Any of Lucene's formats, with codes no coarser than the twin's unless they may be {@link
   * #coarse}.
   */
  private KnnVectorsFormat stockFormat() {
    List<ScalarEncoding> encodings = stockEncodings();
    return encodings.isEmpty() || random().nextInt(3) != 0
        ? new Lucene99HnswVectorsFormat(maxConn, beamWidth)
        : new Lucene104HnswScalarQuantizedVectorsFormat(
            RandomPicks.randomFrom(random(), encodings), maxConn, beamWidth);
  }

  /**
   * Lucene asserts that what it codes as queries in a merge is of unit length for cosine. And it
   * does not write vectors that cancel each other out, as a few of few dimensions may.
   */
  private List<ScalarEncoding> stockEncodings() {
    if (similarity == VectorSimilarityFunction.COSINE && dims < LEAST_OF_NO_SUM_ZERO) {
      return List.of();
    }
    return Arrays.stream(ScalarEncoding.values())
        .filter(encoding -> coarse || encoding.getBits() >= poorestEncoding.bits())
        .filter(
            encoding -> similarity != VectorSimilarityFunction.COSINE || !encoding.isAsymmetric())
        .toList();
  }

  private KnnVectorsFormat ours() {
    int prefixDims = TestUtil.nextInt(random(), shortestPrefix, longestPrefix);
    PrefixEncoding[] encodings =
        Arrays.stream(PrefixEncoding.values())
            .filter(encoding -> encoding.bits() >= poorestEncoding.bits())
            .toArray(PrefixEncoding[]::new);
    FullVectorEncoding rows =
        rounded && random().nextBoolean()
            ? FullVectorEncoding.BFLOAT16
            : FullVectorEncoding.FLOAT32;
    return new MatryoshkaHnswVectorsFormat(
        prefixDims, RandomPicks.randomFrom(random(), encodings), rows, maxConn, beamWidth, 1, null);
  }

  /** What another index may be written in. */
  KnnVectorsFormat anyFormat() {
    return random().nextBoolean() ? stockFormat() : ours();
  }

  KnnVectorsFormat format() {
    return format;
  }

  KnnVectorsFormat twinFormat() {
    return switch (poorestEncoding) {
      case FLOAT32 -> new Lucene99HnswVectorsFormat(maxConn, beamWidth);
      case INT8 -> twinFormat(ScalarEncoding.UNSIGNED_BYTE);
      case INT4 -> twinFormat(ScalarEncoding.PACKED_NIBBLE);
      case BIT1 -> twinFormat(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE);
    };
  }

  private KnnVectorsFormat twinFormat(ScalarEncoding encoding) {
    return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, maxConn, beamWidth);
  }

  String name() {
    return name;
  }

  int dims() {
    return dims;
  }

  VectorSimilarityFunction similarity() {
    return similarity;
  }

  Shape shape() {
    return shape;
  }

  private boolean comparesDirections() {
    return similarity == VectorSimilarityFunction.COSINE
        || similarity == VectorSimilarityFunction.DOT_PRODUCT;
  }

  float[] vector() {
    return fit(source.vectors().get());
  }

  /** Of the kind of the data, or one of the data itself, or what is near it. */
  float[] target() {
    return fit(
        switch (random().nextInt(4)) {
          case 0 -> source.vectors().get();
          case 1 -> Shape.near(source.vectors().get(), 0.2f);
          default -> source.queries().get();
        });
  }

  /** A target that may have as few dimensions as the longest prefix, unless all of them are 0. */
  float[] shortTarget() {
    int least = Math.min(longestPrefix, dims);
    float[] whole = target();
    float[] cut = Arrays.copyOf(whole, TestUtil.nextInt(random(), least, dims));
    return VectorUtil.dotProduct(cut, cut) > 0 ? cut : whole;
  }

  private float[] fit(float[] vector) {
    if (similarity == VectorSimilarityFunction.DOT_PRODUCT) {
      VectorUtil.l2normalize(vector);
    }
    return vector;
  }

  /**
   * Whether as much can be found as in the twin: what rounding makes equal nobody finds again, what
   * Lucene's formats code coarser than the twin neither, and far from the origin products of more
   * dimensions are larger, in whatever segment they are.
   */
  boolean isComparable() {
    boolean prefixesDiffer = shortestPrefix < Math.min(longestPrefix, dims);
    boolean farAway = shape == Shape.OFFSET && !comparesDirections();
    return !rounded && !coarse && !(farAway && prefixesDiffer);
  }

  /** What the twin is given, null where Lucene cannot compare it. */
  float[] twinVector(float[] vector) {
    float[] prefix = Arrays.copyOf(vector, shortestPrefix);
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      double length = Math.sqrt(VectorUtil.dotProduct(prefix, prefix));
      if (length == 0) {
        return comparesDirections() ? null : prefix;
      }
      double wanted = comparesDirections() ? 1 : Math.sqrt(VectorUtil.dotProduct(vector, vector));
      for (int i = 0; i < prefix.length; i++) {
        prefix[i] = (float) (prefix[i] * wanted / length);
      }
    }
    return prefix;
  }

  /** How the twin compares them. */
  VectorSimilarityFunction twinSimilarity() {
    return comparesDirections() ? VectorSimilarityFunction.DOT_PRODUCT : similarity;
  }

  /** The scores that a vector may get, rounded as it may have been. */
  Scores scores(float[] target, float[] vector) {
    Scores scores = Scores.of(similarity, target, vector);
    return rounded ? scores.and(Scores.of(similarity, target, round(vector))) : scores;
  }

  /** Whether this is the vector as it was given, or as it may have been rounded. */
  boolean isStoredAs(float[] vector, float[] stored) {
    return Arrays.equals(vector, stored) || (rounded && Arrays.equals(round(vector), stored));
  }

  /** To bfloat16, to nearest even. */
  private static float[] round(float[] vector) {
    float[] rounded = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      int bits = Float.floatToIntBits(vector[i]);
      rounded[i] = Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }
    return rounded;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %s %d dims %s, prefix %d to %d, %s or better%s, m %d, beam %d",
        name,
        shape,
        dims,
        similarity,
        shortestPrefix,
        longestPrefix,
        poorestEncoding,
        rounded ? ", rounded" : "",
        maxConn,
        beamWidth);
  }
}
