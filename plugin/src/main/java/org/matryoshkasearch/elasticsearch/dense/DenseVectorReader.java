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
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.VectorScorer;

/** Finds by prefixes, and scores what it found with full vectors. */
final class DenseVectorReader extends KnnVectorsReader {
  /**
   * How many candidates a search takes from the graph for each that it was asked for: as many as
   * Elasticsearch rescores by default where its own codes are short.
   */
  static final int OVERSAMPLE = 3;

  private final KnnVectorsReader prefixes;

  DenseVectorReader(KnnVectorsReader prefixes) {
    this.prefixes = prefixes;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A collector may keep but one of several candidates, as one passage of a document. As long as
   * it has not got enough, the search is repeated for twice as many.
   */
  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    FloatVectorValues vectors = prefixes.getFloatVectorValues(field);
    int size = vectors.size();
    long wanted = Math.min((long) collector.k() * OVERSAMPLE, size);
    boolean enough = wanted == 0;
    while (enough == false) {
      PrefixCandidates candidates = new PrefixCandidates(collector, (int) wanted);
      prefixes.search(field, target, candidates, acceptDocs);
      DocIdSetIterator found = candidates.docs(vectors.ordToDoc(size - 1) + 1);
      rescore(vectors.rescorer(target), found, collector);
      enough =
          found.cost() < wanted
              || wanted == size
              || collector.minCompetitiveSimilarity() > Float.NEGATIVE_INFINITY
              || collector.earlyTerminated();
      wanted = Math.min(2 * wanted, size);
    }
  }

  private static void rescore(VectorScorer scorer, DocIdSetIterator docs, KnnCollector collector)
      throws IOException {
    VectorScorer.Bulk bulk = scorer.bulk(docs);
    DocAndFloatFeatureBuffer chunk = new DocAndFloatFeatureBuffer();
    do {
      bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, chunk);
      for (int i = 0; i < chunk.size; i++) {
        collector.collect(chunk.docs[i], chunk.features[i]);
      }
    } while (chunk.size > 0);
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    prefixes.search(field, target, collector, acceptDocs);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return new FullyScoredValues(prefixes.getFloatVectorValues(field));
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return prefixes.getByteVectorValues(field);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    return prefixes.getOffHeapByteSize(field);
  }

  /** A merge reads vectors and searches none: it takes what is behind this reader. */
  @Override
  public KnnVectorsReader getMergeInstance() throws IOException {
    return prefixes.getMergeInstance();
  }

  @Override
  public void checkIntegrity() throws IOException {
    prefixes.checkIntegrity();
  }

  @Override
  public void close() throws IOException {
    prefixes.close();
  }
}
