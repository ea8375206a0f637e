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

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.search.StageStats;

/** An index of Lucene, searched as a user of Lucene would: with one query over all segments. */
final class LuceneSearchable implements Searchable {

  private static final String RAW_VECTORS = "vec"; // Lucene's name for float32 off the heap

  /** A large graph may need more candidates than are worth reading. */
  private static final List<Double> RESCORED = List.of(1.0, 0.5);

  private final LuceneSetup setup;
  private final Query filter;
  private final MMapDirectory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final String rescoredField;

  LuceneSearchable(LuceneSetup setup, Path folder, FixedBitSet accepted) throws IOException {
    this.setup = setup;
    this.directory = new MMapDirectory(folder);
    this.reader = DirectoryReader.open(directory);
    this.filter = accepted == null ? null : new RowFilter(accepted, reader.leaves());
    this.searcher = new IndexSearcher(reader);
    FieldInfos fields = reader.leaves().get(0).reader().getFieldInfos();
    boolean two = fields.fieldInfo(LuceneSetup.FULL) != null;
    this.rescoredField = two ? LuceneSetup.FULL : LuceneSetup.FIELD;
    searcher.setQueryCache(null);
  }

  @Override
  public List<Search> searches() {
    return setup.rescored()
        ? RESCORED.stream().<Search>map(Rescoring::new).toList()
        : List.of(new Rescoring(0));
  }

  /** A search that rescores this share of its candidates. */
  private final class Rescoring implements Search {

    private final double rescored;

    Rescoring(double rescored) {
      this.rescored = rescored;
    }

    @Override
    public double rescored() {
      return rescored;
    }

    @Override
    public int[] search(float[] query, int k, int candidates) throws IOException {
      int best = Search.rescored(rescored, k, candidates);
      return LuceneSearchable.this.search(query, k, candidates, best);
    }

    @Override
    public long visited(float[] query, int candidates) throws IOException {
      return LuceneSearchable.this.visited(query, candidates);
    }
  }

  @Override
  public int segments() {
    return reader.leaves().size();
  }

  private int[] search(float[] query, int k, int candidates, int rescored) throws IOException {
    if (setup.ours()) {
      return rows(searcher.search(ours(query, k, candidates, rescored).build(), k));
    }
    KnnFloatVectorQuery knn =
        new KnnFloatVectorQuery(
            LuceneSetup.FIELD, target(query), candidates, filter, setup.strategy());
    if (!setup.rescored()) {
      return rows(searcher.search(knn, k));
    }
    return rescore(query, k, rows(searcher.search(knn, rescored)));
  }

  @Override
  public Targeted search(float[] query, int k, double targetRecall) throws IOException {
    List<StageStats> stages = new ArrayList<>();
    TopDocs found =
        searcher.search(
            MatryoshkaKnnQuery.builder(LuceneSetup.FIELD, query, k)
                .targetRecall(targetRecall)
                .filter(filter)
                .listener(stages::addAll)
                .build(),
            k);
    return new Targeted(rows(found), stages.isEmpty() ? 0 : stages.getLast().in());
  }

  private MatryoshkaKnnQuery.Builder ours(float[] query, int k, int candidates, int rescored) {
    return MatryoshkaKnnQuery.builder(LuceneSetup.FIELD, query, k)
        .candidates(candidates)
        .rescored(Math.max(k, rescored)) // it compares its hits once more in any case
        .filter(filter);
  }

  private float[] target(float[] query) {
    return setup.ours() || setup.dims() == query.length
        ? query
        : LuceneContender.prefix(query, setup.dims());
  }

  private static int[] rows(TopDocs found) {
    int[] rows = new int[found.scoreDocs.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = found.scoreDocs[i].doc;
    }
    return rows;
  }

  /** In bulk and in the order of documents, which is the best that Lucene has. */
  private int[] rescore(float[] query, int k, int[] candidates) throws IOException {
    Arrays.sort(candidates);
    ScoreDoc[] scored = new ScoreDoc[candidates.length];
    int count = 0;
    DocAndFloatFeatureBuffer buffer = new DocAndFloatFeatureBuffer();
    for (LeafReaderContext leaf : reader.leaves()) {
      int end = leaf.docBase + leaf.reader().maxDoc();
      int last = count;
      while (last < candidates.length && candidates[last] < end) {
        last++;
      }
      if (last == count) {
        continue;
      }
      VectorScorer scorer = leaf.reader().getFloatVectorValues(rescoredField).rescorer(query);
      VectorScorer.Bulk bulk = scorer.bulk(new SortedDocs(candidates, count, last, leaf.docBase));
      while (count < last) {
        bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, buffer);
        for (int i = 0; i < buffer.size; i++) {
          scored[count++] = new ScoreDoc(leaf.docBase + buffer.docs[i], buffer.features[i]);
        }
      }
    }
    Arrays.sort(scored, Comparator.comparingDouble(hit -> -hit.score));
    int[] rows = new int[Math.min(k, scored.length)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = scored[i].doc;
    }
    return rows;
  }

  private long visited(float[] query, int candidates) throws IOException {
    if (setup.ours()) {
      List<StageStats> stages = new ArrayList<>();
      searcher.rewrite(ours(query, 1, candidates, candidates).listener(stages::addAll).build());
      return stages.get(0).nodesVisited();
    }
    VisitsQuery knn = new VisitsQuery(target(query), candidates, filter, setup.strategy());
    searcher.rewrite(knn);
    return knn.visited();
  }

  @Override
  public long hotBytes() throws IOException {
    double bytes = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      CodecReader segment = (CodecReader) leaf.reader();
      FieldInfo field = segment.getFieldInfos().fieldInfo(LuceneSetup.FIELD);
      for (Map.Entry<String, Long> part :
          segment.getVectorReader().getOffHeapByteSize(field).entrySet()) {
        bytes += part.getValue() * (part.getKey().equals(RAW_VECTORS) ? setup.hotShare() : 1);
      }
    }
    return Math.round(bytes);
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }

  /** The documents of a segment that a part of an array has. */
  private static final class SortedDocs extends DocIdSetIterator {
    private final int[] docs;
    private final int first;
    private final int end;
    private final int docBase;
    private int at;

    SortedDocs(int[] docs, int first, int end, int docBase) {
      this.docs = docs;
      this.first = first;
      this.end = end;
      this.docBase = docBase;
      this.at = first - 1;
    }

    @Override
    public int docID() {
      return at < first ? -1 : at < end ? docs[at] - docBase : NO_MORE_DOCS;
    }

    @Override
    public int nextDoc() {
      at++;
      return docID();
    }

    @Override
    public int advance(int target) {
      do {
        at++;
      } while (at < end && docs[at] - docBase < target);
      return docID();
    }

    @Override
    public long cost() {
      return (long) end - first;
    }
  }
}
