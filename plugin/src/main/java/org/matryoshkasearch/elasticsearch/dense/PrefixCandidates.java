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
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.util.DocIdSetBuilder;

/**
 * Keeps the best documents by their prefixes, on the account of a collector for which they are
 * meant: its limits hold, and it counts what was visited.
 */
final class PrefixCandidates extends KnnCollector.Decorator {
  private final TopKnnCollector best;

  PrefixCandidates(KnnCollector collector, int count) {
    super(collector);
    this.best = new TopKnnCollector(count, Integer.MAX_VALUE);
  }

  @Override
  public int k() {
    return best.k();
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

  /**
   * The documents that were found, ascending; to be called once.
   *
   * @param maxDoc above the last of them
   */
  DocIdSetIterator docs(int maxDoc) throws IOException {
    ScoreDoc[] found = topDocs().scoreDocs;
    if (found.length == 0) {
      return DocIdSetIterator.empty();
    }
    DocIdSetBuilder docs = new DocIdSetBuilder(maxDoc);
    DocIdSetBuilder.BulkAdder adder = docs.grow(found.length);
    for (ScoreDoc doc : found) {
      adder.add(doc.doc);
    }
    return docs.build().iterator();
  }
}
