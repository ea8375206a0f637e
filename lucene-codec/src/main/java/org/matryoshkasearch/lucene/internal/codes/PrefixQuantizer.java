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
package org.matryoshkasearch.lucene.internal.codes;

import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * Turns prefixes into codes, and pairs of codes into scores.
 *
 * <p>Each prefix is centred on the field's centroid and its components are rounded to a grid of its
 * own: see {@link Grid}. From a query, where products or directions count, so many times the
 * centroid are taken as it has of it: what is left is the least there can be to round, and for a
 * query far shorter or longer than the documents it is not all centroid. Documents have 8, 4 or 1
 * bits a dimension, queries 8, 4 or 4 (asymmetric as in RaBitQ, <a
 * href="https://arxiv.org/abs/2405.12497">arXiv 2405.12497</a>). Queries may come from several
 * threads, documents from one.
 */
public final class PrefixQuantizer implements Accountable {
  /** The lowest bit of each byte; and what brings these eight bits together in the highest byte. */
  private static final long LOWEST_BITS = 0x0101010101010101L;

  private static final long GATHERING = 0x0102040810204080L;

  private static final int BYTE_BITS = 8;
  private static final int LEAST_QUERY_BITS = 4;

  private final int bits;
  private final VectorSimilarityFunction similarity;
  private final float[] centroid;
  private final double centroidSquare;
  private Grid ofDocuments; // made with the first of them: a reader sees queries only

  /**
   * @param bits of each dimension of a code: 8, 4 or 1
   * @param similarity the field's
   * @param centroid about the mean of the prefixes; its length is that of the prefixes
   */
  public PrefixQuantizer(int bits, VectorSimilarityFunction similarity, float[] centroid) {
    this.bits = bits;
    this.similarity = PrefixSimilarity.of(similarity);
    this.centroid = centroid;
    this.centroidSquare = PrefixSimilarity.square(centroid, 0, centroid.length);
  }

  /** Bits of each dimension of a code. */
  int bits() {
    return bits;
  }

  /** Whether a code has a byte for each dimension, and not planes of bits. */
  boolean hasByteCodes() {
    return bits == BYTE_BITS;
  }

  int dims() {
    return centroid.length;
  }

  /** What prefixes are seen from. */
  public float[] centroid() {
    return centroid;
  }

  /** The 64-bit words of one plane: a bit for each dimension. */
  int planeWords() {
    return (dims() + Long.SIZE - 1) / Long.SIZE;
  }

  /** The bytes of one code. */
  int codeBytes() {
    return codeBytes(bits);
  }

  private int codeBytes(int ofBits) {
    return ofBits == BYTE_BITS ? dims() : ofBits * planeWords() * Long.BYTES;
  }

  /** The bytes of a code and its terms. */
  public int rowBytes() {
    return codeBytes() + QuantizedPrefix.TERMS * Float.BYTES;
  }

  @Override
  public long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(centroid);
  }

  /** An empty code of a document. */
  QuantizedPrefix newDocument() {
    return new QuantizedPrefix(codeBytes());
  }

  /** Quantises the prefix of a document, which must be comparable and is left as it is. */
  void quantizeDocument(float[] prefix, QuantizedPrefix document) {
    if (ofDocuments == null) {
      ofDocuments = new Grid(bits, dims());
    }
    quantize(prefix, centroid, ofDocuments, document);
  }

  /** Quantises the prefix of a query, which must be comparable and is left as it is. */
  public QuantizedPrefix quantizeQuery(float[] prefix) {
    QuantizedPrefix query = new QuantizedPrefix(codeBytes(queryBits()));
    Grid grid = new Grid(queryBits(), dims());
    if (isByDistance()) {
      quantize(prefix, centroid, grid, query);
      return query;
    }
    float centroids = centroidsIn(prefix);
    float[] taken = new float[dims()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = centroids * centroid[i];
    }
    quantize(prefix, taken, grid, query);
    query.centroids = centroids;
    if (centroids != 0) {
      query.correction = 0; // what is left is at right angles to the centroid
    }
    return query;
  }

  /** How many times the centroid is in a prefix. */
  private float centroidsIn(float[] prefix) {
    double dot = 0;
    for (int i = 0; i < prefix.length; i++) {
      dot += (double) prefix[i] * centroid[i];
    }
    float centroids = (float) (dot / centroidSquare);
    return Float.isFinite(centroids) ? centroids : 0;
  }

  private boolean isByDistance() {
    return similarity == VectorSimilarityFunction.EUCLIDEAN;
  }

  /** Whether queries have the same codes by another quantiser. */
  boolean codesQueriesAs(PrefixQuantizer other) {
    return isByDistance() == other.isByDistance()
        && queryBits() == other.queryBits()
        && Arrays.equals(centroid, other.centroid);
  }

  /** Bits of each dimension of a query's code. */
  int queryBits() {
    return Math.max(bits, LEAST_QUERY_BITS);
  }

  private void quantize(float[] prefix, float[] seenFrom, Grid fitted, QuantizedPrefix result) {
    fitted.fit(prefix, seenFrom);
    if (hasByteCodes()) {
      for (int i = 0; i < result.code.length; i++) {
        result.code[i] = (byte) (int) fitted.points[i];
      }
    } else {
      toPlanes(fitted, result.code);
    }
    result.setTerms(
        fitted.lower,
        fitted.step,
        fitted.step * fitted.sum,
        isByDistance()
            ? fitted.squaredNorm
            : fitted.shrunk * VectorUtil.dotProduct(prefix, centroid));
  }

  /** Takes eight components at a time, one in each byte of a word, and of each a bit a plane. */
  private static void toPlanes(Grid fitted, byte[] planes) {
    int planeBytes = planes.length / fitted.bits();
    Arrays.fill(planes, (byte) 0);
    int dims = fitted.points.length;
    for (int i = 0; i < dims; i += Byte.SIZE) {
      long eight = 0;
      for (int j = i; j < Math.min(i + Byte.SIZE, dims); j++) {
        eight |= (long) fitted.points[j] << ((j - i) * Byte.SIZE);
      }
      for (int bit = 0; bit < fitted.bits(); bit++) {
        long set = (eight >>> bit) & LOWEST_BITS;
        planes[bit * planeBytes + i / Byte.SIZE] =
            (byte) ((set * GATHERING) >>> (Long.SIZE - Byte.SIZE));
      }
    }
  }

  /**
   * The score of two prefixes, on the scale of {@link VectorSimilarityFunction#compare}.
   *
   * @param codeDot the dot product of their codes
   * @param lower the document's, as {@code step}, {@code sum} and {@code correction}
   */
  float score(
      QuantizedPrefix query, long codeDot, float lower, float step, float sum, float correction) {
    float dot =
        query.lower * (dims() * lower + sum) + query.sum * lower + query.step * step * codeDot;
    if (isByDistance()) {
      float squareDistance = query.correction + correction - 2 * dot;
      return VectorUtil.normalizeDistanceToUnitInterval(Math.max(squareDistance, 0));
    }
    dot += query.correction + query.centroids * correction;
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        ? VectorUtil.scaleMaxInnerProductScore(dot)
        : VectorUtil.normalizeToUnitInterval(Math.clamp(dot, -1, 1));
  }
}
