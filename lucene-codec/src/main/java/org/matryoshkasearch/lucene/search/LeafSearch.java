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
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.knn.KnnCollectorManager;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;

/**
 * How Lucene's kNN queries search a leaf, but that it is asked for no more than its {@link
 * LeafShare}; and that values which wrap others need not have a scorer.
 */
final class LeafSearch {
  private final int most;
  private final boolean inShares;
  private final KnnCollectorManager collectors;
  private final Approximate approximate;
  private final Exact exact;
  private final AtomicReferenceArray<TopDocs> found; // in each leaf, the last time

  /**
   * @param leaves of the index
   * @param most how many are wanted of all leaves
   * @param inShares whether each is first asked for its share of them
   * @param collectors of Lucene's query
   * @param approximate of Lucene's query
   * @param exact of Lucene's query
   */
  LeafSearch(
      int leaves,
      int most,
      boolean inShares,
      KnnCollectorManager collectors,
      Approximate approximate,
      Exact exact) {
    this.most = most;
    this.inShares = inShares;
    this.collectors = collectors;
    this.approximate = approximate;
    this.exact = exact;
    this.found = new AtomicReferenceArray<>(leaves);
  }

  /** What a leaf has by its format's own search. */
  interface Approximate {
    /** Searches a leaf, with a collector of the manager. */
    TopDocs search(
        LeafReaderContext leaf, AcceptDocs accepted, int visitedLimit, KnnCollectorManager manager)
        throws IOException;
  }

  /** What a leaf has when all that is accepted is compared. */
  interface Exact {
    /** Compares the vectors of these documents. */
    TopDocs search(LeafReaderContext leaf, DocIdSetIterator accepted, QueryTimeout timeout)
        throws IOException;
  }

  /**
   * Collectors for the share of each leaf, or in the second search of a leaf for all.
   *
   * @param inShares false for all in the first, too
   */
  static KnnCollectorManager ofShares(int most, boolean inShares, KnnCollectorManager collectors) {
    return new KnnCollectorManager() {
      @Override
      public KnnCollector newCollector(
          int visitedLimit, KnnSearchStrategy strategy, LeafReaderContext leaf) throws IOException {
        return collectors.newCollector(visitedLimit, strategy, leaf);
      }

      @Override
      public KnnCollector newOptimisticCollector(
          int visitedLimit, KnnSearchStrategy strategy, LeafReaderContext leaf, int byLucene)
          throws IOException {
        int share = inShares ? LeafShare.of(leaf, most) : most;
        return collectors.newOptimisticCollector(visitedLimit, strategy, leaf, share);
      }

      @Override
      public boolean isOptimistic() {
        return collectors.isOptimistic();
      }
    };
  }

  /**
   * Searches a leaf. One that was asked for all the first time has no more.
   *
   * @param filter null for none
   * @return top-level documents
   */
  TopDocs search(LeafReaderContext leaf, Weight filter, TimeLimitingKnnCollectorManager manager)
      throws IOException {
    TopDocs before = found.get(leaf.ord);
    if (before != null && share(leaf) == most) {
      return before;
    }
    TopDocs hits = filter == null ? all(leaf, manager) : matching(leaf, filter, manager);
    for (ScoreDoc hit : hits.scoreDocs) {
      hit.doc += leaf.docBase;
    }
    found.set(leaf.ord, hits);
    return hits;
  }

  /** How many a leaf is first asked for. */
  private int share(LeafReaderContext leaf) {
    return inShares ? LeafShare.of(leaf, most) : most;
  }

  private TopDocs all(LeafReaderContext leaf, TimeLimitingKnnCollectorManager manager)
      throws IOException {
    AcceptDocs live = AcceptDocs.fromLiveDocs(leaf.reader().getLiveDocs(), leaf.reader().maxDoc());
    return approximate(leaf, live, Integer.MAX_VALUE, manager);
  }

  private TopDocs matching(
      LeafReaderContext leaf, Weight filter, TimeLimitingKnnCollectorManager manager)
      throws IOException {
    AcceptDocs accepted =
        AcceptDocs.fromIteratorSupplier(
            () -> {
              Scorer matches = filter.scorer(leaf);
              return matches == null ? DocIdSetIterator.empty() : matches.iterator();
            },
            leaf.reader().getLiveDocs(),
            leaf.reader().maxDoc());
    QueryTimeout timeout = manager.getQueryTimeout();
    int share = share(leaf);
    int matches = accepted.cost();
    if (matches <= share) {
      return exact(leaf, accepted.iterator(), timeout);
    }
    TopDocs hits = approximate(leaf, accepted, matches + 1, manager);
    boolean enough =
        hits.totalHits.relation() == TotalHits.Relation.EQUAL_TO && hits.scoreDocs.length >= share;
    if (enough || (timeout != null && timeout.shouldExit())) {
      return hits;
    }
    return exact(leaf, accepted.iterator(), timeout); // it went far, and found few
  }

  /**
   * A leaf that has the best of all documents is searched a second time, from what was found, by
   * way of a scorer: without one from the start.
   */
  private TopDocs approximate(
      LeafReaderContext leaf,
      AcceptDocs accepted,
      int visitedLimit,
      TimeLimitingKnnCollectorManager manager)
      throws IOException {
    KnnCollectorManager possible =
        (limit, strategy, context) -> {
          try {
            return manager.newCollector(limit, strategy, context);
          } catch (UnsupportedOperationException e) {
            return unseeded(manager.getQueryTimeout()).newCollector(limit, strategy, context);
          }
        };
    return approximate.search(leaf, accepted, visitedLimit, possible);
  }

  /** Without a scorer by the format, which compares all where few are accepted. */
  private TopDocs exact(LeafReaderContext leaf, DocIdSetIterator docs, QueryTimeout timeout)
      throws IOException {
    try {
      return exact.search(leaf, docs, timeout);
    } catch (UnsupportedOperationException e) {
      int maxDoc = leaf.reader().maxDoc();
      BitSet bits = BitSet.of(docs, maxDoc); // it has not begun
      int matches = bits.cardinality();
      AcceptDocs accepted =
          AcceptDocs.fromIteratorSupplier(() -> new BitSetIterator(bits, matches), null, maxDoc);
      return approximate.search(leaf, accepted, Integer.MAX_VALUE, unseeded(timeout));
    }
  }

  private KnnCollectorManager unseeded(QueryTimeout timeout) {
    return new TimeLimitingKnnCollectorManager(collectors, timeout);
  }
}
