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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.util.BitSet;

/**
 * Compares all that is accepted by full vectors, whatever the graphs know: the leaves on the
 * searcher's executor, a chunk of rows at a time, each leaf no further than its first when the time
 * is over.
 */
final class ExactSearch {
  /** Better ones first; ties by the lower document. */
  private static final Comparator<ScoreDoc> ORDER =
      Comparator.<ScoreDoc>comparingDouble(hit -> -hit.score).thenComparingInt(hit -> hit.doc);

  private final IndexSearcher searcher;
  private final Rescorer rescorer;
  private final AcceptedRows accepted;
  private final BitSetProducer parents;
  private final TimeLimit limit;
  private final float[] target;
  private final int k;

  /**
   * @param parents null for none; else {@code k} counts them, and the best child of each is a hit
   */
  ExactSearch(
      IndexSearcher searcher,
      Rescorer rescorer,
      AcceptedRows accepted,
      BitSetProducer parents,
      TimeLimit limit,
      float[] target,
      int k) {
    this.searcher = searcher;
    this.rescorer = rescorer;
    this.accepted = accepted;
    this.parents = parents;
    this.limit = limit;
    this.target = target;
    this.k = k;
  }

  /**
   * What was found.
   *
   * @param hits top-level documents, best first
   * @param compared how many vectors
   */
  record Found(List<ScoreDoc> hits, int compared) {}

  /** Compares everything. */
  Found run() throws IOException {
    List<Callable<Found>> tasks = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      tasks.add(() -> search(leaf));
    }
    List<ScoreDoc> hits = new ArrayList<>();
    int compared = 0;
    for (Found ofLeaf : searcher.getTaskExecutor().invokeAll(tasks)) {
      hits.addAll(ofLeaf.hits());
      compared += ofLeaf.compared();
    }
    hits.sort(ORDER);
    return new Found(hits.subList(0, Math.min(k, hits.size())), compared);
  }

  private Found search(LeafReaderContext leaf) throws IOException {
    BitSet parentBits = parents == null ? null : parents.getBitSet(leaf);
    VectorScorer.Bulk scores =
        rescorer.scores(leaf.reader(), target, () -> accepted.accepted(leaf));
    if (scores == null || (parents != null && parentBits == null)) {
      return new Found(List.of(), 0);
    }
    Best best = new Best();
    int compared = 0;
    DocAndFloatFeatureBuffer chunk = new DocAndFloatFeatureBuffer();
    scores.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, chunk);
    do {
      for (int i = 0; i < chunk.size; i++) {
        int doc = chunk.docs[i];
        int group = parentBits == null ? doc : parentBits.nextSetBit(doc);
        if (group != DocIdSetIterator.NO_MORE_DOCS) { // else without a parent
          best.add(leaf.docBase + doc, Candidates.finite(chunk.features[i]), group);
        }
      }
      compared += chunk.size;
      scores.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, chunk);
    } while (chunk.size > 0 && !limit.leavesOutRest());
    return new Found(best.hits(), compared);
  }

  /** The best rows of the best groups, whose rows come one after another. */
  private final class Best {
    private final PriorityQueue<ScoreDoc> hits =
        new PriorityQueue<>(Collections.reverseOrder(ORDER));
    private ScoreDoc ofGroup;
    private int group = -1;

    void add(int doc, float score, int itsGroup) {
      if (itsGroup != group) {
        endGroup();
        group = itsGroup;
      }
      if (ofGroup == null || score > ofGroup.score) {
        ofGroup = new ScoreDoc(doc, score);
      }
    }

    private void endGroup() {
      if (ofGroup != null && (hits.size() < k || ORDER.compare(ofGroup, hits.peek()) < 0)) {
        if (hits.size() == k) {
          hits.poll();
        }
        hits.add(ofGroup);
      }
      ofGroup = null;
    }

    List<ScoreDoc> hits() {
      endGroup();
      ScoreDoc[] found = hits.toArray(ScoreDoc[]::new);
      Arrays.sort(found, ORDER);
      return List.of(found);
    }
  }
}
