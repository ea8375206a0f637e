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

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteArrayDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * Layer norm without weights, as far as a cosine can see it: the mean of all components is taken
 * off each. That all are divided by one number then (the standard deviation, with its epsilon) is
 * left out, for it only changes the length.
 *
 * <p>The sent vector comes back bit for bit: the mean is added again, and what rounding made of
 * single components is put right. For that a document has binary doc values under the name of the
 * field:
 *
 * <ul>
 *   <li><b>[byte]</b> version, 0
 *   <li><b>[long]</b> bits of the mean, a double
 *   <li>for each component that is not right when the mean is added and the sum rounded, until the
 *       end: <b>[vint]</b> how many components on from the last one (the first: from -1),
 *       <b>[vint]</b> its bits, exclusive or those that are right; of a bfloat16 the upper half
 * </ul>
 */
final class LayerNorm {
  private static final byte VERSION = 0;
  private static final int MOST_BYTES = 6; // of one component: where it is and all bits of a float

  private LayerNorm() {}

  /**
   * The vector to compare.
   *
   * @param what begins the message
   * @throws IllegalArgumentException when all components are equal, so that nothing is left
   */
  static float[] apply(float[] sent, String what) {
    double mean = mean(sent);
    float[] normed = new float[sent.length];
    double squared = 0;
    for (int i = 0; i < sent.length; i++) {
      normed[i] = (float) (sent[i] - mean) + 0f; // no negative zero
      squared += (double) normed[i] * normed[i];
    }
    if ((float) squared == 0) {
      throw new IllegalArgumentException(
          what
              + " has variance ["
              + (float) (squared / sent.length)
              + "] over its components but recipe ["
              + Recipe.LAYER_NORM
              + "] needs more than [0]");
    }
    return normed;
  }

  /** Exact where all components are equal: their sums need no more bits than a double has. */
  private static double mean(float[] vector) {
    double sum = 0;
    for (float component : vector) {
      sum += component;
    }
    return sum / vector.length;
  }

  /** What it takes to {@link #restore} a vector, besides the one that is compared. */
  static BytesRef remainder(float[] sent, float[] normed, ElementType type) {
    double mean = mean(sent);
    byte[] bytes = new byte[1 + Long.BYTES + MOST_BYTES * sent.length];
    ByteArrayDataOutput out = new ByteArrayDataOutput(bytes);
    try {
      out.writeByte(VERSION);
      out.writeLong(Double.doubleToRawLongBits(mean));
      float[] guess = guess(normed, mean, type);
      int last = -1;
      for (int i = 0; i < sent.length; i++) {
        int wrong = bits(sent[i], type) ^ bits(guess[i], type);
        if (wrong != 0) {
          out.writeVInt(i - last);
          out.writeVInt(wrong);
          last = i;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BytesRef(bytes, 0, out.getPosition());
  }

  /** The vector as it was sent; a new one. */
  static float[] restore(float[] normed, BytesRef remainder, ElementType type) {
    ByteArrayDataInput in =
        new ByteArrayDataInput(remainder.bytes, remainder.offset, remainder.length);
    byte version = in.readByte();
    if (version != VERSION) {
      throw new IllegalStateException(
          "layer norm of version [" + version + "] cannot be read, only [" + VERSION + "]");
    }
    float[] sent = guess(normed, Double.longBitsToDouble(in.readLong()), type);
    int at = -1;
    while (in.eof() == false) {
      at += in.readVInt();
      int bits = bits(sent[at], type) ^ in.readVInt();
      sent[at] = Float.intBitsToFloat(bits << unusedBits(type));
    }
    return sent;
  }

  private static float[] guess(float[] normed, double mean, ElementType type) {
    float[] sums = new float[normed.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (float) (normed[i] + mean);
    }
    return type.round(sums);
  }

  private static int bits(float component, ElementType type) {
    return Float.floatToRawIntBits(component) >>> unusedBits(type);
  }

  private static int unusedBits(ElementType type) {
    return switch (type) {
      case FLOAT -> 0;
      case BFLOAT16 -> Short.SIZE;
    };
  }
}
