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

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.graph.GraphVectors;

/** The prefixes of vectors that wait in memory, as {@link SignedCode}s, to build a graph over. */
final class WaitingPrefixes implements GraphVectors {
  private final int dims;
  private final List<byte[]> codes = new ArrayList<>();
  private float[] scales = new float[0];

  WaitingPrefixes(int dims) {
    this.dims = dims;
  }

  /** Adds a comparable prefix. */
  void add(float[] prefix) {
    byte[] code = new byte[dims];
    float scale = SignedCode.encode(prefix, code);
    add(code, scale);
  }

  /** Adds a code that is not changed any more. */
  void add(byte[] code, float scale) {
    scales = ArrayUtil.grow(scales, codes.size() + 1);
    scales[codes.size()] = scale;
    codes.add(code);
  }

  @Override
  public int size() {
    return codes.size();
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public void read(int ord, float[] into, int at) {
    SignedCode.decode(codes.get(ord), scales[ord], into, at, dims);
  }

  @Override
  public WaitingPrefixes copy() {
    return this;
  }

  /** The same prefixes in another order. */
  WaitingPrefixes inOrder(int[] order) {
    WaitingPrefixes ordered = new WaitingPrefixes(dims);
    for (int ord : order) {
      ordered.add(codes.get(ord), scales[ord]);
    }
    return ordered;
  }

  long ramBytesUsed() {
    long code = RamUsageEstimator.alignObjectSize(RamUsageEstimator.NUM_BYTES_ARRAY_HEADER + dims);
    return codes.size() * (code + RamUsageEstimator.NUM_BYTES_OBJECT_REF)
        + RamUsageEstimator.sizeOf(scales);
  }
}
