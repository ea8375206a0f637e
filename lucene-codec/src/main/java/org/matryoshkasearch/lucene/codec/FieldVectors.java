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
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.graph.Nearness;

/** The vectors of a field that wait in memory for a flush. */
final class FieldVectors extends FlatFieldVectorsWriter<float[]> {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FieldVectors.class);

  private final FieldInfo field;
  private final int prefixDims;
  private final List<float[]> vectors = new ArrayList<>();
  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private boolean finished;

  FieldVectors(FieldInfo field, int prefixDims) {
    this.field = field;
    this.prefixDims = prefixDims;
  }

  @Override
  public void addValue(int docID, float[] vector) {
    if (finished) {
      throw new IllegalStateException("already finished, cannot add more values");
    }
    docs.add(docID);
    vectors.add(copyValue(vector));
  }

  @Override
  public float[] copyValue(float[] vector) {
    return ArrayUtil.copyOfSubArray(vector, 0, field.getVectorDimension());
  }

  FieldInfo field() {
    return field;
  }

  @Override
  public List<float[]> getVectors() {
    return vectors;
  }

  /** The comparable prefix of a vector. */
  float[] prefixOf(float[] vector) {
    return PrefixSimilarity.prefixOf(vector, prefixDims, field.getVectorSimilarityFunction());
  }

  /**
   * The prefixes to build a graph over, in an order: they are seen from their midst where that
   * makes no difference.
   */
  WaitingPrefixes prefixes(int[] order, Nearness kind) throws IOException {
    float[] origin = kind == Nearness.DISTANCE ? centroid() : new float[prefixDims];
    return new WaitingPrefixes(vectors, order, field.getVectorSimilarityFunction(), origin);
  }

  @Override
  public DocsWithFieldSet getDocsWithFieldSet() {
    return docs;
  }

  /** Of a sample of the prefixes. */
  float[] centroid() throws IOException {
    return Centroid.of(
        taker -> {
          for (int i = 0; i < vectors.size(); i += Centroid.step(vectors.size())) {
            taker.take(prefixOf(vectors.get(i)));
          }
        },
        prefixDims);
  }

  @Override
  public void finish() {
    finished = true;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public long ramBytesUsed() {
    long vector =
        RamUsageEstimator.NUM_BYTES_OBJECT_REF
            + RamUsageEstimator.alignObjectSize(
                RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
                    + (long) field.getVectorDimension() * Float.BYTES);
    return SHALLOW_SIZE + docs.ramBytesUsed() + vectors.size() * vector;
  }
}
