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
package org.matryoshkasearch.elasticsearch.dense;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.DocIdSetBuilder;
import org.apache.lucene.util.SparseFixedBitSet;

/**
 * Scores candidates with full vectors, and gives each of them to a collector once, however often it
 * is found: collectors may count what they get.
 */
final class FullScores {
  private final FloatVectorValues vectors;
  private final float[] target;
  private final KnnCollector collector;
  private final int maxDoc;
  private final int chunkSize;
  private final IntPredicate isNew;
  private float[] scores = new float[0];
  private int count;

  /**
   * @param vectors at least one
   * @param chunkSize candidates that are scored before the collector is asked whether to go on
   */
  FullScores(FloatVectorValues vectors, float[] target, KnnCollector collector, int chunkSize) {
    this.vectors = vectors;
    this.target = target;
    this.collector = collector;
    this.chunkSize = chunkSize;
    this.maxDoc = vectors.ordToDoc(vectors.size() - 1) + 1;
    SparseFixedBitSet scored = new SparseFixedBitSet(maxDoc);
    this.isNew = doc -> scored.getAndSet(doc) == false;
  }

  /**
   * Scores those that are new, until the collector has no time for more.
   *
   * @param candidates best first
   */
  void add(ScoreDoc[] candidates) throws IOException {
    int[] docs = Arrays.stream(candidates).mapToInt(c -> c.doc).filter(isNew).toArray();
    scores = ArrayUtil.grow(scores, count + docs.length);
    for (int from = 0; from < docs.length; from += chunkSize) {
      if (from > 0 && collector.earlyTerminated()) {
        return;
      }
      score(docs, from, Math.min(from + chunkSize, docs.length));
    }
  }

  private void score(int[] docs, int from, int to) throws IOException {
    DocIdSetBuilder chunk = new DocIdSetBuilder(maxDoc);
    DocIdSetBuilder.BulkAdder adder = chunk.grow(to - from);
    for (int i = from; i < to; i++) {
      adder.add(docs[i]);
    }
    VectorScorer.Bulk bulk = vectors.rescorer(target).bulk(chunk.build().iterator());
    DocAndFloatFeatureBuffer scored = new DocAndFloatFeatureBuffer();
    do {
      bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, scored);
      for (int i = 0; i < scored.size; i++) {
        collector.collect(scored.docs[i], scored.features[i]);
        scores[count++] = scored.features[i];
      }
    } while (scored.size > 0);
  }

  /** How many score better than what the collector still asks for. */
  int competitive() {
    float bound = collector.minCompetitiveSimilarity();
    int above = 0;
    for (int i = 0; i < count; i++) {
      if (scores[i] > bound) {
        above++;
      }
    }
    return above;
  }
}
