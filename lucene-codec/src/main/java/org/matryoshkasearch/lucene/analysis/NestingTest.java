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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Finds out whether vectors are nested, from a sample of them. */
final class NestingTest {
  private static final int SAMPLE = 2048;
  private static final int[] DIVISORS = {16, 8, 4, 2};
  private static final int LEAST_DIMS = 8;
  private static final int LEAST_VECTORS = 10;

  private final VectorSet documents;
  private final VectorSimilarityFunction similarity;
  private final long seed;

  NestingTest(VectorSet documents, VectorSimilarityFunction similarity, long seed) {
    this.documents = documents;
    this.similarity = similarity;
    this.seed = seed;
  }

  /** How many parts of the work there are, at most. */
  static int parts(int dims) {
    return dims < LEAST_DIMS ? 0 : SubsetRecall.parts(DIVISORS.length);
  }

  static long ramBytes(int dims, int threads) {
    return 2L * SAMPLE * dims * Float.BYTES + SubsetRecall.ramBytes(dims, threads);
  }

  NestingVerdict run(AnalysisWork work) throws IOException {
    int dims = documents.dims();
    if (dims < LEAST_DIMS) {
      return untold("%d dims are too few to have an order", dims);
    }
    float[][] vectors = sample();
    if (vectors.length == 1) {
      return untold("all vectors are equal");
    }
    if (vectors.length < LEAST_VECTORS) {
      return untold("there are only %d different vectors", vectors.length);
    }
    DimVariance variance = new DimVariance(vectors);
    if (variance.isNone()) {
      return untold("all vectors are equal but for rounding");
    }
    int[] lengths = Arrays.stream(DIVISORS).map(d -> Math.ceilDiv(dims, d)).distinct().toArray();
    DimOrder order = DimOrder.of(variance.carried(), lengths, seed);
    SubsetRecall recalls = new SubsetRecall(vectors, similarity, lengths, seed);
    recalls.run(work);
    List<NestingVerdict.Evidence> evidence = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      double lift = variance.lift(lengths[i]);
      double error = 1.96 * Math.hypot(order.deviation()[i], variance.error(lengths[i]));
      evidence.add(
          new NestingVerdict.Evidence(
              lengths[i],
              new Estimate(lift, Math.max(0, lift - error), lift + error),
              recalls.ofPrefix(i),
              recalls.ofDraws(i),
              recalls.gain(i),
              recalls.gainInDraws(i)));
    }
    return new NestingRule(order, evidence, vectors.length, dims).verdict();
  }

  private static NestingVerdict untold(String reason, Object... values) {
    String text = String.format(Locale.ROOT, reason, values);
    return new NestingVerdict(Nesting.UNSURE, text, 1, List.of());
  }

  /** Different vectors, of unit length where directions are compared. */
  private float[][] sample() throws IOException {
    int[] ordinals = QuerySample.draw(documents.size(), SAMPLE, seed);
    Map<Key, float[]> different = new LinkedHashMap<>();
    for (float[] vector : QuerySample.read(documents, ordinals)) {
      float[] comparable = PrefixSimilarity.prefixOf(vector, vector.length, similarity);
      different.putIfAbsent(new Key(comparable), comparable);
    }
    return different.values().toArray(float[][]::new);
  }

  /** Vectors of the same components are equal. */
  @SuppressWarnings("ArrayRecordComponent") // compared by its elements
  private record Key(float[] vector) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(vector, key.vector);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(vector);
    }
  }
}
