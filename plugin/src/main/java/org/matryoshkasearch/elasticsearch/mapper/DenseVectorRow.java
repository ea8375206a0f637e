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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.util.BytesRef;

/**
 * A full vector in binary doc values, without a graph: the components and, as a float, the
 * magnitude, all little-endian. That is the row of a {@code dense_vector} with {@code "index":
 * false}, so that Elasticsearch's own classes read it for scripts.
 */
final class DenseVectorRow {
  private DenseVectorRow() {}

  /** The row of a vector that has been rounded to the element type. */
  static BytesRef encode(float[] vector, ElementType type) {
    byte[] bytes = new byte[vector.length * bytes(type) + Float.BYTES];
    ByteBuffer row = row(bytes);
    double squared = 0;
    for (float component : vector) {
      switch (type) {
        case FLOAT -> row.putFloat(component);
        case BFLOAT16 -> row.putShort((short) (Float.floatToRawIntBits(component) >>> Short.SIZE));
      }
      squared += (double) component * component;
    }
    row.putFloat((float) Math.sqrt(squared));
    return new BytesRef(bytes);
  }

  /** The vector of a row, without its magnitude. */
  static float[] decode(BytesRef bytes, ElementType type) {
    ByteBuffer row = row(bytes.bytes).position(bytes.offset);
    float[] vector = new float[(bytes.length - Float.BYTES) / bytes(type)];
    for (int i = 0; i < vector.length; i++) {
      vector[i] =
          switch (type) {
            case FLOAT -> row.getFloat();
            case BFLOAT16 -> Float.intBitsToFloat(row.getShort() << Short.SIZE);
          };
    }
    return vector;
  }

  private static ByteBuffer row(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int bytes(ElementType type) {
    return switch (type) {
      case FLOAT -> Float.BYTES;
      case BFLOAT16 -> Short.BYTES;
    };
  }
}
