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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.internal.codes.Centroid;
import org.matryoshkasearch.lucene.internal.graph.GraphVectors;
import org.matryoshkasearch.lucene.internal.graph.Nearness;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Float vectors. Each prefix is measured once, when its vector comes. */
final class WaitingVectors extends WaitingField<float[]> {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(WaitingVectors.class);

  private final int prefixDims;
  private final List<float[]> vectors = new ArrayList<>();
  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private double[] divisors = new double[0]; // what makes each prefix comparable
  private float[] centroid; // once all are there

  WaitingVectors(FieldInfo field, int prefixDims) {
    super(field);
    this.prefixDims = prefixDims;
  }

  @Override
  void add(int doc, float[] vector) {
    docs.add(doc);
    divisors = ArrayUtil.grow(divisors, vectors.size() + 1);
    divisors[vectors.size()] =
        PrefixSimilarity.divisor(vector, prefixDims, field().getVectorSimilarityFunction());
    vectors.add(copyValue(vector));
  }

  @Override
  public float[] copyValue(float[] vector) {
    return ArrayUtil.copyOfSubArray(vector, 0, field().getVectorDimension());
  }

  @Override
  DocsWithFieldSet docs() {
    return docs;
  }

  /** A vector, by its place among those that were added. */
  float[] vector(int place) {
    return vectors.get(place);
  }

  /** Its comparable prefix. */
  float[] prefix(int place) {
    return PrefixSimilarity.prefixOf(vectors.get(place), prefixDims, divisors[place]);
  }

  /** Of a sample of the prefixes, when all vectors are there. */
  @Override
  float[] centroid() throws IOException {
    if (centroid == null) {
      centroid =
          Centroid.of(
              taker -> {
                for (int i = 0; i < vectors.size(); i += Centroid.step(vectors.size())) {
                  taker.take(prefix(i));
                }
              },
              prefixDims);
    }
    return centroid;
  }

  /** The prefixes; they are seen from their midst where that makes no difference. */
  @Override
  GraphVectors graphVectors(int[] order, Nearness kind) throws IOException {
    return new Prefixes(order, kind == Nearness.DISTANCE ? centroid() : new float[prefixDims]);
  }

  @Override
  public long ramBytesUsed() {
    long vector =
        RamUsageEstimator.NUM_BYTES_OBJECT_REF
            + RamUsageEstimator.alignObjectSize(
                RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
                    + (long) field().getVectorDimension() * Float.BYTES);
    return SHALLOW_SIZE
        + docs.ramBytesUsed()
        + (long) divisors.length * Double.BYTES
        + vectors.size() * vector
        + flushBytes();
  }

  /** Read where they are. */
  private final class Prefixes implements GraphVectors {
    private final int[] order;
    private final float[] origin;

    Prefixes(int[] order, float[] origin) {
      this.order = order;
      this.origin = origin;
    }

    @Override
    public int size() {
      return order.length;
    }

    @Override
    public int dims() {
      return origin.length;
    }

    @Override
    public void read(int ord, float[] into, int at) {
      float[] vector = vectors.get(order[ord]);
      double scale = 1 / divisors[order[ord]];
      for (int i = 0; i < origin.length; i++) {
        into[at + i] = (float) (scale * vector[i]) - origin[i];
      }
    }

    @Override
    public GraphVectors copy() {
      return this;
    }
  }
}
