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
import java.util.Base64;
import java.util.HexFormat;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * The vector of a document or of a query, written as a string: base64 of big-endian components, 4
 * bytes each (an IEEE float) or 2 bytes each (a bfloat16, its upper half), or hex of signed bytes,
 * one a component. Its length says which it is; where vectors have several lengths, it is floats,
 * and what could be bfloat16s as well is refused.
 */
final class EncodedVector {
  /** How many times as large as the smallest component of a vector the largest may be. */
  private static final float MOST_SPREAD = 1L << 40;

  private EncodedVector() {}

  /**
   * Decodes a vector.
   *
   * @param options what it must suit: of as many components as dims, unless they are not known or
   *     truncated ones are allowed; then it must be base64 of floats
   * @param what begins the messages
   * @throws IllegalArgumentException when the string is none of the three, or of another length
   */
  static float[] decode(String text, VectorOptions options, String what) {
    byte[] hex = fromHex(text);
    if (options.dims() == null || options.allowTruncated()) {
      return ofAnyLength(text, hex != null, options.dims(), what);
    }
    int dims = options.dims();
    if (hex != null && hex.length == dims) {
      return signedBytes(hex);
    }
    byte[] bytes = fromBase64(text);
    if (bytes != null && bytes.length == dims * Float.BYTES) {
      return floats(bytes);
    }
    if (bytes != null && bytes.length == dims * Short.BYTES) {
      return bfloat16s(bytes);
    }
    throw new IllegalArgumentException(
        what
            + " is a string that holds "
            + describe(bytes, hex)
            + " but dims ["
            + dims
            + "] need ["
            + dims * Float.BYTES
            + "] bytes (float) or ["
            + dims * Short.BYTES
            + "] bytes (bfloat16) in base64, or ["
            + dims
            + "] bytes in hex");
  }

  /**
   * Decodes the vector of a query, by the rules of {@code knn}: 2 bytes a component only where the
   * field stores bfloat16s, and hex before base64. A shorter vector is one of floats in base64, for
   * a field that stores floats, or one in hex: of any other, the length would not say which it is.
   *
   * @param what begins the messages
   * @throws IllegalArgumentException when the string is nothing of that, or of another length
   */
  static float[] decodeQuery(String text, VectorOptions options, String what) {
    int dims = options.dims();
    boolean bfloat16 = options.elementType() == ElementType.BFLOAT16;
    byte[] hex = fromHex(text);
    if (hex != null && hex.length >= options.prefixDims() && hex.length <= dims) {
      return signedBytes(hex);
    }
    int minFloats = bfloat16 ? dims : options.prefixDims();
    byte[] bytes = fromBase64(text);
    if (bytes != null && bfloat16 && bytes.length == dims * Short.BYTES) {
      return bfloat16s(bytes);
    }
    if (bytes != null
        && bytes.length % Float.BYTES == 0
        && bytes.length >= minFloats * Float.BYTES
        && bytes.length <= dims * Float.BYTES) {
      checkNotBfloat16s(bytes, dims, what);
      return floats(bytes);
    }
    throw new IllegalArgumentException(
        what
            + " is a string that holds "
            + describe(bytes, hex)
            + " but must hold "
            + (bfloat16 ? "[" + dims * Short.BYTES + "] bytes (bfloat16) or " : "")
            + "["
            + minFloats * Float.BYTES
            + "] to ["
            + dims * Float.BYTES
            + "] bytes (float) in base64, or ["
            + options.prefixDims()
            + "] to ["
            + dims
            + "] bytes in hex");
  }

  /** What looks like hex may be base64 as well; only a length that is fixed tells them apart. */
  private static float[] ofAnyLength(String text, boolean hex, Integer maxDims, String what) {
    byte[] bytes = hex ? null : fromBase64(text);
    if (bytes == null || bytes.length % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          what
              + " is a string that holds "
              + (hex ? "hex" : describe(bytes, null))
              + " but needs base64 of a multiple of ["
              + Float.BYTES
              + "] bytes (float): the mapping does not fix its length");
    }
    checkNotBfloat16s(
        bytes, maxDims == null ? MatryoshkaHnswVectorsFormat.MAX_DIMS : maxDims, what);
    return floats(bytes);
  }

  /**
   * Refuses what is of a length to be floats, but could be bfloat16s as well. Hardly any floats
   * could: the lower half of one is the end of its mantissa, which as a number of its own is of any
   * magnitude, where the components of a vector are not; or it is zero, where a float has no more
   * digits than a bfloat16.
   */
  private static void checkNotBfloat16s(byte[] bytes, int maxDims, String what) {
    int components = bytes.length / Short.BYTES;
    if (components > 0 && components <= maxDims && couldBeVector(bfloat16s(bytes))) {
      throw new IllegalArgumentException(
          what
              + " is a string whose ["
              + bytes.length
              + "] bytes in base64 could be ["
              + components / 2
              + "] dimensions (float) or ["
              + components
              + "] (bfloat16): use an array of numbers");
    }
  }

  /** Whether lower halves of floats, every second, are there, and all of about one magnitude. */
  private static boolean couldBeVector(float[] halves) {
    float largest = 0;
    float least = Float.POSITIVE_INFINITY;
    boolean lowerHalves = false;
    for (int i = 0; i < halves.length; i++) {
      if (halves[i] != 0) {
        largest = Math.max(largest, Math.abs(halves[i])); // NaN is and stays the largest
        least = Math.min(least, Math.abs(halves[i]));
        lowerHalves |= i % 2 == 1;
      }
    }
    return lowerHalves && largest <= least * MOST_SPREAD;
  }

  private static String describe(byte[] base64, byte[] hex) {
    if (base64 == null && hex == null) {
      return "neither base64 nor hex";
    }
    String inBase64 = base64 == null ? "" : "[" + base64.length + "] bytes in base64";
    String inHex = hex == null ? "" : "[" + hex.length + "] bytes in hex";
    return inBase64 + (inBase64.isEmpty() || inHex.isEmpty() ? "" : " or ") + inHex;
  }

  private static byte[] fromHex(String text) {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      return null; // not hex
    }
  }

  private static byte[] fromBase64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null; // not base64
    }
  }

  private static float[] signedBytes(byte[] bytes) {
    float[] vector = new float[bytes.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = bytes[i];
    }
    return vector;
  }

  private static float[] floats(byte[] bytes) {
    float[] vector = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  private static float[] bfloat16s(byte[] bytes) {
    ByteBuffer components = ByteBuffer.wrap(bytes).order(ByteOrder.BIG_ENDIAN);
    float[] vector = new float[bytes.length / Short.BYTES];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = Float.intBitsToFloat(components.getShort() << 16);
    }
    return vector;
  }
}
