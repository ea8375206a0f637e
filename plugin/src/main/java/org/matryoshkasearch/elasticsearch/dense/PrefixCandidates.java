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

import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;

/**
 * Keeps the best documents by their prefixes, on the account of a collector for which they are
 * meant: its limits hold, and it counts what was visited.
 */
final class PrefixCandidates extends KnnCollector.Decorator {
  private final TopKnnCollector best;

  /**
   * @param strategy of the collector, or what is left of it; may be null
   */
  PrefixCandidates(KnnCollector collector, int count, KnnSearchStrategy strategy) {
    super(collector);
    this.best = new TopKnnCollector(count, Integer.MAX_VALUE, strategy);
  }

  @Override
  public int k() {
    return best.k();
  }

  @Override
  public KnnSearchStrategy getSearchStrategy() {
    return best.getSearchStrategy();
  }

  @Override
  public boolean collect(int doc, float similarity) {
    return best.collect(doc, similarity);
  }

  @Override
  public float minCompetitiveSimilarity() {
    return best.minCompetitiveSimilarity();
  }

  @Override
  public TopDocs topDocs() {
    return best.topDocs();
  }
}
