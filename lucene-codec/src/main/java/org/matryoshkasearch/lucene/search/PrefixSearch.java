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
import java.util.Arrays;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopDocsCollector;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;
import org.apache.lucene.search.knn.KnnCollectorManager;

/**
 * The first phase: Lucene's own kNN search over all leaves, with its executor, timeout and filter
 * strategies, stopped where it has merged what the leaves found. That stays empty where it had no
 * reason to look.
 */
final class PrefixSearch {
  private final int kept;
  private final ScoreKinds kinds;
  private TopDocs merged = TopDocsCollector.EMPTY_TOPDOCS;
  private TopDocs[] ofLeaves = {};
  private int[] docs = {};
  private float[] scores = {};

  private PrefixSearch(int kept, ScoreKinds kinds) {
    this.kept = kept;
    this.kinds = kinds;
  }

  /**
   * Finds the best documents by what the index scores.
   *
   * @param target as many dimensions as the field has
   * @param candidates how many documents, or with parents how many parents with a child each: fewer
   *     than there are, for queues are made at full size
   * @param kept how many of these are kept, the best: so many of each kind where the scores of
   *     segments cannot be compared
   * @param filter of the documents with vectors, or null
   * @param parents of the documents with vectors, or null
   */
  static PrefixSearch search(
      IndexSearcher searcher,
      String field,
      float[] target,
      int candidates,
      int kept,
      Query filter,
      BitSetProducer parents)
      throws IOException {
    PrefixSearch found = new PrefixSearch(kept, ScoreKinds.of(searcher.getLeafContexts(), field));
    Query search =
        parents == null
            ? new Documents(searcher, field, target, candidates, filter, found)
            : new BestChildren(searcher, field, target, candidates, filter, parents, found);
    search.rewrite(searcher);
    found.keepBest();
    return found;
  }

  /** What was found and kept, top-level document numbers, ascending. */
  int[] docs() {
    return docs;
  }

  /** The scores of their prefixes. */
  float[] scores() {
    return scores;
  }

  /** How many vectors were compared. */
  long visited() {
    return merged.totalHits.value();
  }

  /**
   * What a leaf found, if it has it: other formats take the documents of their nodes from the disk
   * as they are.
   */
  private static TopDocs checked(LeafReaderContext leaf, TopDocs found)
      throws CorruptIndexException {
    for (ScoreDoc hit : found.scoreDocs) {
      int doc = hit.doc - leaf.docBase;
      if (doc < 0 || doc >= leaf.reader().maxDoc()) {
        throw new CorruptIndexException(
            "vector of document [" + doc + "], of [" + leaf.reader().maxDoc() + "]",
            leaf.reader().toString());
      }
    }
    return found;
  }

  /** Whether there may have been more to compare. */
  boolean leftOut() {
    return merged.totalHits.relation() != TotalHits.Relation.EQUAL_TO;
  }

  /** Takes what was found so far: Lucene may search some leaves again, and merge all anew. */
  private TopDocs take(TopDocs merged, TopDocs[] ofLeaves) {
    this.merged = merged;
    this.ofLeaves = ofLeaves;
    return lastOf(merged);
  }

  private void keepBest() {
    ScoreDoc[] best = kinds.best(merged, ofLeaves, kept);
    long[] byDoc = new long[best.length];
    for (int i = 0; i < best.length; i++) {
      byDoc[i] = ((long) best[i].doc << Integer.SIZE) | i;
    }
    Arrays.sort(byDoc);
    docs = new int[best.length];
    scores = new float[best.length];
    for (int i = 0; i < best.length; i++) {
      ScoreDoc hit = best[(int) byDoc[i]];
      docs[i] = hit.doc;
      scores[i] = hit.score;
    }
  }

  /** All that Lucene still looks at, to see which leaves may have more: it would sort the rest. */
  private static TopDocs lastOf(TopDocs merged) {
    int count = merged.scoreDocs.length;
    return new TopDocs(
        merged.totalHits, Arrays.copyOfRange(merged.scoreDocs, Math.max(0, count - 1), count));
  }

  /** Lives for one rewrite; equal to nothing but itself. */
  private static final class Documents extends KnnFloatVectorQuery {
    private final LeafSearch leaves;
    private final PrefixSearch found;

    Documents(
        IndexSearcher searcher,
        String field,
        float[] target,
        int k,
        Query filter,
        PrefixSearch found) {
      super(field, target, k, filter);
      this.leaves =
          new LeafSearch(
              searcher.getLeafContexts().size(),
              k,
              found.kinds.isOne(),
              super.getKnnCollectorManager(k, searcher),
              super::approximateSearch,
              super::exactSearch);
      this.found = found;
    }

    @Override
    protected KnnCollectorManager getKnnCollectorManager(int most, IndexSearcher searcher) {
      return LeafSearch.ofShares(
          most, found.kinds.isOne(), super.getKnnCollectorManager(most, searcher));
    }

    @Override
    protected TopDocs searchLeaf(
        LeafReaderContext leaf, Weight filter, TimeLimitingKnnCollectorManager manager)
        throws IOException {
      return checked(leaf, leaves.search(leaf, filter, manager));
    }

    @Override
    protected TopDocs mergeLeafResults(TopDocs[] ofLeaves) {
      return found.take(super.mergeLeafResults(ofLeaves), ofLeaves);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** Lives for one rewrite; equal to nothing but itself. */
  private static final class BestChildren extends DiversifyingChildrenFloatKnnVectorQuery {
    private final LeafSearch leaves;
    private final BitSetProducer parents;
    private final PrefixSearch found;

    BestChildren(
        IndexSearcher searcher,
        String field,
        float[] target,
        int k,
        Query filter,
        BitSetProducer parents,
        PrefixSearch found) {
      super(field, target, filter, k, parents);
      this.leaves =
          new LeafSearch(
              searcher.getLeafContexts().size(),
              k,
              found.kinds.isOne(),
              super.getKnnCollectorManager(k, searcher),
              super::approximateSearch,
              super::exactSearch);
      this.parents = parents;
      this.found = found;
    }

    @Override
    protected KnnCollectorManager getKnnCollectorManager(int most, IndexSearcher searcher) {
      return LeafSearch.ofShares(
          most, found.kinds.isOne(), super.getKnnCollectorManager(most, searcher));
    }

    @Override
    protected TopDocs searchLeaf(
        LeafReaderContext leaf, Weight filter, TimeLimitingKnnCollectorManager manager)
        throws IOException {
      // Lucene wraps the missing collector of a leaf without parents when there is a timeout
      return parents.getBitSet(leaf) == null
          ? TopDocsCollector.EMPTY_TOPDOCS
          : checked(leaf, leaves.search(leaf, filter, manager));
    }

    @Override
    protected TopDocs mergeLeafResults(TopDocs[] ofLeaves) {
      return found.take(super.mergeLeafResults(ofLeaves), ofLeaves);
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
