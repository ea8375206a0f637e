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
import java.util.OptionalInt;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** Finds by prefixes, and scores what it found with full vectors. */
final class DenseVectorReader extends KnnVectorsReader {
  /**
   * How many candidates a search takes from the graph for each that it was asked for, where nothing
   * was learnt of a segment: as many as Elasticsearch rescores by default where its own codes are
   * short.
   */
  static final int OVERSAMPLE = 3;

  /**
   * Candidates for each that scores better than the collector asks for, at least: with fewer,
   * others that do might have been left out. Where the best k are kept, there are fewer than k of
   * those.
   */
  private static final double MARGIN = 1.5;

  private final KnnVectorsReader prefixes;
  private final FieldInfos fields;

  DenseVectorReader(KnnVectorsReader prefixes, FieldInfos fields) {
    this.prefixes = prefixes;
    this.fields = fields;
  }

  /** For the nearest of so many that are asked for. */
  private int candidates(String name, int k) {
    FieldInfo field = fields.fieldInfo(name);
    String recall = field.getAttribute(DenseVectorWriter.RECALL_ATTRIBUTE);
    OptionalInt learnt =
        recall == null
            ? OptionalInt.empty()
            : MatryoshkaHnswVectorsFormat.candidates(field, k, Double.parseDouble(recall));
    return learnt.orElse((int) Math.min((long) k * OVERSAMPLE, Integer.MAX_VALUE));
  }

  /**
   * {@inheritDoc}
   *
   * <p>Most collectors keep the best k. Some keep but one of several, as one passage of a document,
   * or all that is good enough. As long as such a one might want more than was found, the search is
   * repeated for twice as many.
   */
  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    FloatVectorValues vectors = prefixes.getFloatVectorValues(field);
    int size = vectors.size();
    if (size == 0 || collector.k() == 0) {
      return;
    }
    int wanted = Math.min(candidates(field, collector.k()), size);
    FullScores scores = new FullScores(vectors, target, collector, wanted);
    AcceptDocs accepted = new AcceptedOften(acceptDocs);
    KnnSearchStrategy strategy = collector.getSearchStrategy();
    boolean enough = false;
    while (enough == false) {
      PrefixCandidates candidates = new PrefixCandidates(collector, wanted, strategy);
      prefixes.search(field, target, candidates, accepted);
      ScoreDoc[] found = candidates.topDocs().scoreDocs;
      scores.add(found);
      enough =
          found.length < wanted
              || wanted == size
              || scores.competitive() * MARGIN <= wanted
              || collector.earlyTerminated();
      wanted = (int) Math.min(2L * wanted, size);
      strategy = again(strategy);
    }
  }

  /**
   * Entry points can be read once. And one who loses patience where nothing new comes would do so
   * at once: what comes again is not new.
   */
  private static KnnSearchStrategy again(KnnSearchStrategy strategy) {
    if (strategy instanceof KnnSearchStrategy.Seeded seeded) {
      return again(seeded.originalStrategy());
    }
    return strategy instanceof KnnSearchStrategy.Patience patience
        ? new KnnSearchStrategy.Hnsw(patience.filteredSearchThreshold())
        : strategy;
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
