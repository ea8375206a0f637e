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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.store.IndexInput;

/** The components of stored vectors, as they stand in a row. */
public enum Components {
  /** IEEE 754 binary32. */
  FLOAT32(Float.BYTES) {
    @Override
    void encode(float[] vector, byte[] row) {
      ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
    }

    @Override
    void decode(byte[] row, float[] vector) {
      ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    }

    @Override
    void read(IndexInput in, byte[] scratch, float[] vector) throws IOException {
      in.readFloats(vector, 0, vector.length);
    }
  },
  /** The upper half of a binary32, rounded to nearest even. */
  BFLOAT16(Short.BYTES) {
    @Override
    void encode(float[] vector, byte[] row) {
      for (int i = 0; i < vector.length; i++) {
        int bits = roundToUpperHalf(Float.floatToIntBits(vector[i]));
        row[2 * i] = (byte) (bits >>> 16);
        row[2 * i + 1] = (byte) (bits >>> 24);
      }
    }

    @Override
    void decode(byte[] row, float[] vector) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = Float.intBitsToFloat((row[2 * i] & 0xFF) << 16 | row[2 * i + 1] << 24);
      }
    }

    @Override
    void read(IndexInput in, byte[] scratch, float[] vector) throws IOException {
      in.readBytes(scratch, 0, vector.length * Short.BYTES);
      decode(scratch, vector);
    }

    private static int roundToUpperHalf(int bits) {
      int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
      // a finite value just below the largest must not become infinite
      boolean overflow = (rounded & 0x7F800000) == 0x7F800000;
      return overflow ? bits : rounded;
    }
  };

  private final int bytes;

  Components(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of each. */
  public int bytes() {
    return bytes;
  }

  /** Writes a vector to the start of a row, which has at least {@link #bytes} for each. */
  abstract void encode(float[] vector, byte[] row);

  /** Reads as many components as {@code vector} has from the start of a row. */
  abstract void decode(byte[] row, float[] vector);

  /** Whether {@link #read} needs scratch space. */
  boolean readsBytes() {
    return this == BFLOAT16;
  }

  /**
   * Reads as many components as {@code vector} has from where {@code in} stands.
   *
   * @param scratch if {@link #readsBytes}, at least {@link #bytes} for each component
   */
  abstract void read(IndexInput in, byte[] scratch, float[] vector) throws IOException;
}
