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
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/**
 * The prefixes of vectors that wait in memory, over which a graph is built as they come in.
 *
 * <p>Each is kept as signed bytes, with the scale that makes its largest component 127: a quarter
 * of the memory to wait for, and no centroid to know before the last vector is there.
 */
final class WaitingPrefixes extends ByteVectorValues {
  private static final int CACHE_LINE = 64;

  private final int dims;
  private final VectorSimilarityFunction similarity;
  private final List<byte[]> codes = new ArrayList<>();
  private float[] scales = new float[0];
  private float[] squares = new float[0];

  /** Keeps the reads of {@link Scorer#touch} from being optimised away. */
  byte touched;

  /**
   * @param similarity the field's
   */
  WaitingPrefixes(int dims, VectorSimilarityFunction similarity) {
    this.dims = dims;
    this.similarity = PrefixSimilarity.of(similarity);
  }

  /** Adds a comparable prefix. */
  void add(float[] prefix) {
    float largest = 0;
    for (float component : prefix) {
      largest = Math.max(largest, Math.abs(component));
    }
    float scale = largest / Byte.MAX_VALUE;
    byte[] code = new byte[dims];
    for (int i = 0; i < dims && scale > 0; i++) {
      code[i] = (byte) Math.round(prefix[i] / scale);
    }
    int ord = codes.size();
    scales = ArrayUtil.grow(scales, ord + 1);
    squares = ArrayUtil.grow(squares, ord + 1);
    scales[ord] = scale;
    squares[ord] = scale * scale * VectorUtil.dotProduct(code, code);
    codes.add(code);
  }

  @Override
  public byte[] vectorValue(int ord) {
    return codes.get(ord);
  }

  @Override
  public int dimension() {
    return dims;
  }

  @Override
  public int size() {
    return codes.size();
  }

  @Override
  public WaitingPrefixes copy() {
    return this;
  }

  long ramBytesUsed() {
    long code = RamUsageEstimator.alignObjectSize(RamUsageEstimator.NUM_BYTES_ARRAY_HEADER + dims);
    return codes.size() * (code + RamUsageEstimator.NUM_BYTES_OBJECT_REF)
        + RamUsageEstimator.sizeOf(scales)
        + RamUsageEstimator.sizeOf(squares);
  }

  /** Scorers of the prefixes against one of them; more may be added meanwhile. */
  RandomVectorScorerSupplier scorers() {
    return new RandomVectorScorerSupplier() {
      @Override
      public UpdateableRandomVectorScorer scorer() {
        return new Scorer();
      }

      @Override
      public RandomVectorScorerSupplier copy() {
        return this; // scorers share nothing that they change
      }
    };
  }

  private final class Scorer
      extends UpdateableRandomVectorScorer.AbstractUpdateableRandomVectorScorer {
    private byte[] query;
    private float queryScale;
    private float querySquare;

    Scorer() {
      super(WaitingPrefixes.this);
    }

    @Override
    public void setScoringOrdinal(int node) {
      query = codes.get(node);
      queryScale = scales[node];
      querySquare = squares[node];
    }

    @Override
    public float score(int node) {
      float dot = queryScale * scales[node] * VectorUtil.dotProduct(query, codes.get(node));
      return switch (similarity) {
        case EUCLIDEAN ->
            VectorUtil.normalizeDistanceToUnitInterval(
                Math.max(querySquare + squares[node] - 2 * dot, 0));
        case MAXIMUM_INNER_PRODUCT -> VectorUtil.scaleMaxInnerProductScore(dot);
        case DOT_PRODUCT, COSINE -> VectorUtil.normalizeToUnitInterval(Math.clamp(dot, -1, 1));
      };
    }

    @Override
    public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
      touched = touch(nodes, numNodes);
      return super.bulkScore(nodes, scores, numNodes);
    }

    /** Loads of the rows that wait for nothing, and so not for each other. */
    private byte touch(int[] nodes, int numNodes) {
      byte sum = 0;
      for (int i = 0; i < numNodes; i++) {
        byte[] code = codes.get(nodes[i]);
        for (int at = 0; at < code.length; at += CACHE_LINE) {
          sum ^= code[at];
        }
      }
      return sum;
    }
  }
}
