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
package org.matryoshkasearch.elasticsearch.mapper;

import java.util.Locale;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;

/** The parameter {@code element_type}: how a component of the full vector is stored. */
public enum ElementType {
  /** 4 bytes a component. */
  FLOAT(FullVectorEncoding.FLOAT32, 1e-3f, 1e-3f) {
    @Override
    float[] round(float[] vector) {
      return vector;
    }

    @Override
    DenseVectorFieldMapper.ElementType ofDenseVector() {
      return DenseVectorFieldMapper.ElementType.FLOAT;
    }
  },
  /** 2 bytes a component: the range of a float, with 8 bits of precision. */
  BFLOAT16(FullVectorEncoding.BFLOAT16, 0.02f, 0.03f) {
    @Override
    float[] round(float[] vector) {
      float[] rounded = new float[vector.length];
      for (int i = 0; i < vector.length; i++) {
        int bits = Float.floatToIntBits(vector[i]);
        rounded[i] = Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
      }
      return rounded;
    }

    @Override
    DenseVectorFieldMapper.ElementType ofDenseVector() {
      return DenseVectorFieldMapper.ElementType.BFLOAT16;
    }
  };

  private final FullVectorEncoding encoding;
  private final float unitTolerance;
  private final float roundedUnitTolerance;

  ElementType(FullVectorEncoding encoding, float unitTolerance, float roundedUnitTolerance) {
    this.encoding = encoding;
    this.unitTolerance = unitTolerance;
    this.roundedUnitTolerance = roundedUnitTolerance;
  }

  /**
   * A vector whose components are the nearest that can be stored; perhaps the one that is given.
   */
  abstract float[] round(float[] vector);

  /** The same of a {@code dense_vector}. */
  abstract DenseVectorFieldMapper.ElementType ofDenseVector();

  /** How far the square of a unit vector's magnitude may be from 1, as {@code dense_vector}. */
  float unitTolerance() {
    return unitTolerance;
  }

  /**
   * The same of a vector that has been rounded, which moves a component by 1/256 at most: what has
   * been accepted once is accepted again when it comes back from the index, in an update or on its
   * way to a replica.
   */
  float roundedUnitTolerance() {
    return roundedUnitTolerance;
  }

  FullVectorEncoding encoding() {
    return encoding;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
