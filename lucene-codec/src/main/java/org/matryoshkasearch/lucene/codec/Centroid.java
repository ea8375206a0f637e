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
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.MergeState;

/** A weighted mean of prefixes. */
final class Centroid {
  /** Enough prefixes for a mean that is as good to quantise about as that of all. */
  private static final int SAMPLE = 4096;

  private final double[] sums;
  private double weight;

  Centroid(int dims) {
    sums = new double[dims];
  }

  void add(float[] prefix, double prefixWeight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += prefixWeight * prefix[i];
    }
    weight += prefixWeight;
  }

  /** Zeros if nothing was added. */
  float[] mean() {
    float[] mean = new float[sums.length];
    for (int i = 0; i < sums.length && weight > 0; i++) {
      mean[i] = (float) (sums[i] / weight);
    }
    return mean;
  }

  /**
   * About the mean of the prefixes of the segments to be merged: the segments' own centroids where
   * they have them (with what has been deleted since), else the mean of a sample.
   */
  static float[] ofMerge(FieldInfo field, int dims, MergeState mergeState) throws IOException {
    Centroid merged = new Centroid(dims);
    for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
      FieldInfo info = mergeState.fieldInfos[i].fieldInfo(field.name);
      if (info == null || info.hasVectorValues() == false) {
        continue;
      }
      FloatVectorValues vectors = mergeState.knnVectorsReaders[i].getFloatVectorValues(field.name);
      if (vectors != null && vectors.size() > 0) {
        merged.add(ofSegment(vectors, field, dims), vectors.size());
      }
    }
    return merged.mean();
  }

  private static float[] ofSegment(FloatVectorValues vectors, FieldInfo field, int dims)
      throws IOException {
    if (vectors instanceof FullVectorValues full
        && full.prefixes() instanceof PrefixCodes codes
        && codes.dims() == dims) {
      return codes.centroid();
    }
    Centroid sample = new Centroid(dims);
    int step = (vectors.size() + SAMPLE - 1) / SAMPLE;
    for (int ord = 0; ord < vectors.size(); ord += step) {
      float[] vector = vectors.vectorValue(ord);
      sample.add(PrefixSimilarity.prefixOf(vector, dims, field.getVectorSimilarityFunction()), 1);
    }
    return sample.mean();
  }
}
