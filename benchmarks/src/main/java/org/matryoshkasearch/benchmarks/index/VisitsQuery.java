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
package org.matryoshkasearch.benchmarks.index;

import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.knn.KnnSearchStrategy;

/**
 * Lucene's search, which also tells how many vectors or codes it compared. Lives for one rewrite.
 */
final class VisitsQuery extends KnnFloatVectorQuery {

  private long visited = 0;

  VisitsQuery(float[] target, int candidates, Query filter, KnnSearchStrategy strategy) {
    super(LuceneSetup.FIELD, target, candidates, filter, strategy);
  }

  /** In all segments together. */
  long visited() {
    return visited;
  }

  @Override
  protected TopDocs mergeLeafResults(TopDocs[] leaves) {
    TopDocs merged = super.mergeLeafResults(leaves);
    visited = merged.totalHits.value(); // Lucene's way of telling
    return merged;
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
