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
package org.matryoshkasearch.lucene.internal.codes;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.Bits;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * The point that prefixes are seen from when they are coded: about their mean. A prefix much longer
 * than most counts no more than one that is somewhat longer, so that a few of them do not take it
 * away from all others.
 */
public final class Centroid {
  /** Enough prefixes for a mean that is as good to quantise about as that of all. */
  private static final int SAMPLE = 4096;

  /** How many times as long as the median a prefix counts at most. */
  private static final double LONGEST = 4;

  private Centroid() {}

  /** Comparable prefixes that can be gone through again. */
  @FunctionalInterface
  public interface Prefixes {
    /** Gives each to a taker. */
    void forEach(Taker taker) throws IOException;
  }

  /** Takes a prefix, which is not kept. */
  @FunctionalInterface
  public interface Taker {
    /** Takes one. */
    void take(float[] prefix) throws IOException;
  }

  /** Zeros of no prefixes. */
  public static float[] of(Prefixes prefixes, int dims) throws IOException {
    double longest = LONGEST * medianLength(prefixes, dims);
    double[] sums = new double[dims];
    int[] count = new int[1];
    prefixes.forEach(
        prefix -> {
          double length = PrefixSimilarity.length(prefix, 0, dims);
          if (length > Double.MAX_VALUE || Double.isNaN(length)) {
            return; // Lucene's fields refuse what is not finite, others may not
          }
          double weight = length > longest ? longest / length : 1;
          for (int i = 0; i < dims; i++) {
            sums[i] += weight * prefix[i];
          }
          count[0]++;
        });
    float[] mean = new float[dims];
    for (int i = 0; i < dims && count[0] > 0; i++) {
      mean[i] = (float) (sums[i] / count[0]);
    }
    return mean;
  }

  /** Of those that have a length. */
  private static double medianLength(Prefixes prefixes, int dims) throws IOException {
    double[] lengths = new double[SAMPLE];
    int[] count = new int[1];
    prefixes.forEach(
        prefix -> {
          double length = PrefixSimilarity.length(prefix, 0, dims);
          if (length > 0) {
            lengths[count[0]++] = length;
          }
        });
    Arrays.sort(lengths, 0, count[0]);
    return lengths[count[0] / 2];
  }

  /** From one prefix of a sample of so many to the next. */
  public static int step(int size) {
    return Math.max(1, Math.ceilDiv(size, SAMPLE));
  }

  /** Of a sample of the live vectors of the segments to be merged. */
  public static float[] ofMerge(FieldInfo field, int dims, MergeState mergeState)
      throws IOException {
    int size = 0;
    FloatVectorValues[] segments = new FloatVectorValues[mergeState.knnVectorsReaders.length];
    for (int i = 0; i < segments.length; i++) {
      FieldInfo info = mergeState.fieldInfos[i].fieldInfo(field.name);
      if (info != null && info.hasVectorValues()) {
        segments[i] = mergeState.knnVectorsReaders[i].getFloatVectorValues(field.name);
      }
      size += segments[i] == null ? 0 : segments[i].size();
    }
    int step = step(size);
    return of(
        taker -> {
          int live = 0;
          for (int i = 0; i < segments.length; i++) {
            int vectors = segments[i] == null ? 0 : segments[i].size();
            Bits accepted = vectors == 0 ? null : segments[i].getAcceptOrds(mergeState.liveDocs[i]);
            for (int ord = 0; ord < vectors; ord++) {
              if ((accepted == null || accepted.get(ord)) && live++ % step == 0) {
                float[] vector = segments[i].vectorValue(ord);
                taker.take(
                    PrefixSimilarity.prefixOf(vector, dims, field.getVectorSimilarityFunction()));
              }
            }
          }
        },
        dims);
  }
}
