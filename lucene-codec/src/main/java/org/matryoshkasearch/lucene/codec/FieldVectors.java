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
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * The vectors of a field that wait in memory for a flush, with their prefixes, over which the graph
 * is built then.
 */
final class FieldVectors extends FlatFieldVectorsWriter<float[]> {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FieldVectors.class);

  private final FieldInfo field;
  private final int prefixDims;
  private final List<float[]> vectors = new ArrayList<>();
  private final WaitingPrefixes prefixes;
  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private boolean finished;

  FieldVectors(FieldInfo field, int prefixDims) {
    this.field = field;
    this.prefixDims = prefixDims;
    this.prefixes = new WaitingPrefixes(prefixDims);
  }

  @Override
  public void addValue(int docID, float[] vector) {
    if (finished) {
      throw new IllegalStateException("already finished, cannot add more values");
    }
    docs.add(docID);
    vectors.add(copyValue(vector));
    prefixes.add(prefixOf(vector));
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

  /** The prefixes, over which the graph is built. */
  WaitingPrefixes prefixes() {
    return prefixes;
  }

  @Override
  public DocsWithFieldSet getDocsWithFieldSet() {
    return docs;
  }

  /** The mean of the prefixes. */
  float[] centroid() {
    Centroid centroid = new Centroid(prefixDims);
    vectors.forEach(vector -> centroid.add(prefixOf(vector), 1));
    return centroid.mean();
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
    return SHALLOW_SIZE + docs.ramBytesUsed() + vectors.size() * vector + prefixes.ramBytesUsed();
  }
}
