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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
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
    this.components = new byte[codeBytes() * 8 / encoding.bits()];
  }

  /** A quantiser to another code, about the same centroid. */
  PrefixQuantizer withEncoding(PrefixEncoding other) {
    return new PrefixQuantizer(other, similarity, centroid);
  }

  /** One that another thread may use. */
  PrefixQuantizer copy() {
    return withEncoding(encoding);
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
    return RamUsageEstimator.sizeOf(centroid) + RamUsageEstimator.sizeOf(components);
  }

  QuantizedPrefix newDocument() {
    return new QuantizedPrefix(codeBytes());
  }

  QuantizedPrefix newQuery() {
    return new QuantizedPrefix(
        encoding == PrefixEncoding.BIT1 ? 4 * codeBytes() : components.length);
  }

  /** Quantises the prefix of a document, which must be comparable and is left as it is. */
  void quantizeDocument(float[] prefix, QuantizedPrefix document) {
    quantize(prefix, encoding.bits(), document);
    switch (encoding) {
      case INT8 -> System.arraycopy(components, 0, document.code, 0, components.length);
      case INT4 -> packNibbles(components, document.code);
      case BIT1 -> OptimizedScalarQuantizer.packAsBinary(components, document.code);
      case FLOAT32 -> throw new AssertionError(encoding);
    }
  }

  /** Quantises the prefix of a query, which must be comparable and is left as it is. */
  QuantizedPrefix quantizeQuery(float[] prefix) {
    QuantizedPrefix query = newQuery();
    quantize(prefix, encoding == PrefixEncoding.INT8 ? 8 : 4, query);
    if (encoding == PrefixEncoding.BIT1) {
      OptimizedScalarQuantizer.transposeHalfByte(components, query.code);
    } else {
      System.arraycopy(components, 0, query.code, 0, components.length);
    }
    return query;
  }

  /** Makes a query of a document's code; 1-bit codes are too coarse for that. */
  void toQuery(QuantizedPrefix document, QuantizedPrefix query) {
    switch (encoding) {
      case INT8 -> System.arraycopy(document.code, 0, query.code, 0, document.code.length);
      case INT4 -> unpackNibbles(document.code, query.code);
      case BIT1, FLOAT32 -> throw new AssertionError(encoding);
    }
    query.setTerms(document.lower, document.step, document.sum, document.correction);
  }

  private void quantize(float[] prefix, int bits, QuantizedPrefix result) {
    float[] centred = ArrayUtil.copyOfSubArray(prefix, 0, prefix.length); // centred in place
    QuantizationResult terms = quantizer.scalarQuantize(centred, components, (byte) bits, centroid);
    float step = (terms.upperInterval() - terms.lowerInterval()) / ((1 << bits) - 1);
    result.setTerms(
        terms.lowerInterval(),
        step,
        step * terms.quantizedComponentSum(),
        terms.additionalCorrection());
  }

  /** The score of two prefixes, on the scale of {@link VectorSimilarityFunction#compare}. */
  float score(QuantizedPrefix query, QuantizedPrefix document) {
    float codeDot =
        switch (encoding) {
          case INT8 -> VectorUtil.uint8DotProduct(query.code, document.code);
          case INT4 -> VectorUtil.int4DotProductSinglePacked(query.code, document.code);
          case BIT1 -> VectorUtil.int4BitDotProduct(query.code, document.code);
          case FLOAT32 -> throw new AssertionError(encoding);
        };
    float dot =
        query.lower * (dims() * document.lower + document.sum)
            + query.sum * document.lower
            + query.step * document.step * codeDot;
    if (similarity == VectorSimilarityFunction.EUCLIDEAN) {
      float squareDistance = query.correction + document.correction - 2 * dot;
      return VectorUtil.normalizeDistanceToUnitInterval(Math.max(squareDistance, 0));
    }
    dot += query.correction + document.correction - centroidDot;
    return similarity == VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT
        ? VectorUtil.scaleMaxInnerProductScore(dot)
        : VectorUtil.normalizeToUnitInterval(Math.clamp(dot, -1, 1));
  }

  /** The layout of {@link VectorUtil#int4DotProductSinglePacked}. */
  private static void packNibbles(byte[] components, byte[] packed) {
    for (int i = 0; i < packed.length; i++) {
      packed[i] = (byte) (components[i] << 4 | components[packed.length + i]);
    }
  }

  private static void unpackNibbles(byte[] packed, byte[] components) {
    for (int i = 0; i < packed.length; i++) {
      components[i] = (byte) (packed[i] >>> 4 & 0x0F);
      components[packed.length + i] = (byte) (packed[i] & 0x0F);
    }
  }
}
