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

import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.quantization.OptimizedScalarQuantizer;
import org.apache.lucene.util.quantization.OptimizedScalarQuantizer.QuantizationResult;

/**
 * Turns prefixes into codes, and pairs of codes into scores.
 *
 * <p>Each prefix is centred on the field's centroid and its components are rounded to a grid of its
 * own between two bounds: Lucene's {@link OptimizedScalarQuantizer} (locally adaptive, <a
 * href="https://arxiv.org/abs/2304.04759">arXiv 2304.04759</a>; anisotropic loss, <a
 * href="https://arxiv.org/abs/1908.10396">arXiv 1908.10396</a>). Documents have 8, 4 or 1 bits a
 * dimension, queries 8, 4 or 4 (asymmetric as in RaBitQ, <a
 * href="https://arxiv.org/abs/2405.12497">arXiv 2405.12497</a>). Not thread-safe.
 */
final class PrefixQuantizer {
  private final PrefixEncoding encoding;
  private final VectorSimilarityFunction similarity;
  private final float[] centroid;
  private final float centroidDot;
  private final OptimizedScalarQuantizer quantizer;
  private final byte[] components;
  private final float[] centred;

  /**
   * @param encoding any but {@link PrefixEncoding#FLOAT32}
   * @param similarity the field's
   * @param centroid about the mean of the prefixes; its length is that of the prefixes
   */
  PrefixQuantizer(PrefixEncoding encoding, VectorSimilarityFunction similarity, float[] centroid) {
    this.encoding = encoding;
    this.similarity = PrefixSimilarity.of(similarity);
    this.centroid = centroid;
    this.centroidDot = VectorUtil.dotProduct(centroid, centroid);
    this.quantizer = new OptimizedScalarQuantizer(this.similarity);
    this.components = new byte[centroid.length];
    this.centred = new float[centroid.length];
  }

  /** One that another thread may use. */
  PrefixQuantizer copy() {
    return new PrefixQuantizer(encoding, similarity, centroid);
  }

  PrefixEncoding encoding() {
    return encoding;
  }

  int dims() {
    return centroid.length;
  }

  float[] centroid() {
    return centroid;
  }

  int codeBytes() {
    return encoding.codeBytes(centroid.length);
  }

  int rowBytes() {
    return codeBytes() + QuantizedPrefix.TERMS * Float.BYTES;
  }

  long ramBytesUsed() {
    return 2 * RamUsageEstimator.sizeOf(centroid) + RamUsageEstimator.sizeOf(components);
  }

  /** An empty code of a document. */
  QuantizedPrefix newDocument() {
    return new QuantizedPrefix(codeBytes());
  }

  /** Quantises the prefix of a document, which must be comparable and is left as it is. */
  void quantizeDocument(float[] prefix, QuantizedPrefix document) {
    quantize(prefix, encoding, document);
  }

  /** Quantises the prefix of a query, which must be comparable and is left as it is. */
  QuantizedPrefix quantizeQuery(float[] prefix) {
    QuantizedPrefix query = new QuantizedPrefix(encoding.ofQueries().codeBytes(dims()));
    quantize(prefix, encoding.ofQueries(), query);
    return query;
  }

  private void quantize(float[] prefix, PrefixEncoding codes, QuantizedPrefix result) {
    int bits = codes.bits();
    System.arraycopy(prefix, 0, centred, 0, centred.length);
    QuantizationResult terms = quantizer.scalarQuantize(centred, components, (byte) bits, centroid);
    if (codes == PrefixEncoding.INT8) {
      System.arraycopy(components, 0, result.code, 0, components.length);
    } else {
      toPlanes(bits, result.code);
    }
    float step = (terms.upperInterval() - terms.lowerInterval()) / ((1 << bits) - 1);
    result.setTerms(
        terms.lowerInterval(),
        step,
        step * terms.quantizedComponentSum(),
        terms.additionalCorrection());
  }

  private void toPlanes(int bits, byte[] planes) {
    int planeBytes = planes.length / bits;
    Arrays.fill(planes, (byte) 0);
    for (int i = 0; i < components.length; i++) {
      for (int bit = 0; bit < bits; bit++) {
        int set = ((components[i] >>> bit) & 1) << i % Byte.SIZE;
        planes[bit * planeBytes + i / Byte.SIZE] |= (byte) set;
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
    if (similarity == VectorSimilarityFunction.EUCLIDEAN) {
      float squareDistance = query.correction + correction - 2 * dot;
      return VectorUtil.normalizeDistanceToUnitInterval(Math.max(squareDistance, 0));
    }
    dot += query.correction + correction - centroidDot;
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        ? VectorUtil.scaleMaxInnerProductScore(dot)
        : VectorUtil.normalizeToUnitInterval(Math.clamp(dot, -1, 1));
  }
}
