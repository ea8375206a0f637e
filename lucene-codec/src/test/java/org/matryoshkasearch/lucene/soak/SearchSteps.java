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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.Bits;
import org.matryoshkasearch.lucene.search.FullVectorScores;
import org.matryoshkasearch.lucene.soak.Docs.Doc;
import org.matryoshkasearch.lucene.soak.Oracle.Hit;

/** The steps of a run that look at what the others have done. */
final class SearchSteps {
  /** Fewer candidates are searched for with a queue that is longer than they are many. */
  private static final int FEW = 16;

  private final StepLog log;
  private final List<VectorField> fields;
  private final boolean nested;
  private final Index ours;
  private final Index twin;
  private final Recalls recalls;
  private Map<Integer, Doc> shown = Map.of();

  SearchSteps(
      StepLog log,
      List<VectorField> fields,
      boolean nested,
      Index ours,
      Index twin,
      Recalls recalls) {
    this.log = log;
    this.fields = fields;
    this.nested = nested;
    this.ours = ours;
    this.twin = twin;
    this.recalls = recalls;
  }

  /** Tells what the searchers of both indexes show from now on. */
  void shows(Map<Integer, Doc> docs) {
    shown = docs;
  }

  /** A search of some kind. */
  void step() throws IOException {
    VectorField field = fields.get(random().nextInt(fields.size()));
    Request request = Request.any(field, nested);
    switch (random().nextInt(20)) {
      case 0 -> readAll(request);
      case 1, 2 -> searchAsLucene(request);
      case 3 -> searchWithin(request);
      case 4, 5 -> searchFromScore(request);
      default -> search(request);
    }
  }

  private void search(Request request) throws IOException {
    log.add("search %s", request);
    Oracle oracle = new Oracle(request, shown.values());
    List<Hit> hits = searchAndCheck(request, oracle);
    oracle.checkCount(hits, ours.hasLucenesSegments(request.field().name()));
    boolean throughGraph = request.rescored() < oracle.groups();
    if (throughGraph && request.funnel().isEmpty()) {
      compareWithTwin(request, oracle, hits);
    }
  }

  private List<Hit> searchAndCheck(Request request, Oracle oracle) throws IOException {
    Query query = request.query();
    List<Hit> hits = hits(ours, query, request.k() + 1);
    oracle.checkIds(hits);
    oracle.checkScores(hits);
    if (request.rescored() >= oracle.groups() && request.funnel().isEmpty()) {
      oracle.checkComplete(hits);
    }
    return hits;
  }

  /** Hits of a score that some have, and of those only. */
  private void searchFromScore(Request any) throws IOException {
    Oracle all = new Oracle(any, shown.values());
    if (all.groups() > 0) {
      Request request = any.withMinScore(all.someScore(random().nextInt(all.groups())));
      log.add("search %s", request);
      searchAndCheck(request, new Oracle(request, shown.values()));
    }
  }

  private void compareWithTwin(Request request, Oracle oracle, List<Hit> hits) throws IOException {
    float[] prefix = request.field().twinVector(request.target());
    if (prefix != null && request.field().isComparable()) {
      Query query = request.candidates(prefix, request.candidates());
      List<Integer> candidates = ids(hits(twin, query, request.rescored()));
      recalls.add(
          request.candidates() < FEW ? Recalls.FEW_CANDIDATES : request.field().shape().name(),
          oracle.wanted(),
          oracle.found(ids(hits)),
          oracle.found(candidates));
    }
  }

  /** Lucene's own query, whose scores are those of prefixes. */
  private void searchAsLucene(Request any) throws IOException {
    Request request =
        new Request(
            any.field(),
            any.field().target(),
            any.k(),
            any.k(),
            any.k(),
            any.filter(),
            any.groups(),
            List.of(),
            0);
    log.add("search as Lucene %s", request);
    Oracle oracle = new Oracle(request, shown.values());
    List<Hit> hits = hits(ours, request.candidates(request.target(), request.k()), request.k() + 1);
    oracle.checkIds(hits);
    oracle.checkCount(hits, ours.hasLucenesSegments(request.field().name()));
  }

  /** As one part of a query. */
  private void searchWithin(Request request) throws IOException {
    Filter other = Filter.any();
    boolean without = random().nextBoolean();
    log.add("search within %s %s: %s", without ? "all but" : "", other, request);
    Query query =
        new BooleanQuery.Builder()
            .add(request.query(), Occur.MUST)
            .add(other.query(), without ? Occur.MUST_NOT : Occur.FILTER)
            .build();
    List<Hit> hits = hits(ours, query, request.k() + 1);
    Oracle oracle = new Oracle(request, shown.values());
    oracle.checkIds(hits);
    oracle.checkScores(hits);
    for (Hit hit : hits) {
      assertEquals(!without, other.accepts().test(shown.get(hit.id())));
    }
  }

  /** All vectors, and the score of each. */
  private void readAll(Request request) throws IOException {
    VectorField field = request.field();
    log.add("read all vectors of %s, score %d dims", field.name(), request.target().length);
    FullVectorScores fullScores = new FullVectorScores(field.name(), request.target());
    int count = 0;
    IndexSearcher searcher = ours.searcher();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      FloatVectorValues values = leaf.reader().getFloatVectorValues(field.name());
      if (values == null) {
        continue;
      }
      DoubleValues scores = fullScores.getValues(leaf, null);
      Bits live = leaf.reader().getLiveDocs();
      KnnVectorValues.DocIndexIterator docs = values.iterator();
      while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        if (live == null || live.get(docs.docID())) {
          Doc doc = shown.get(id(searcher, leaf.docBase + docs.docID()));
          float[] vector = doc.vectors().get(field);
          assertTrue(field.isStoredAs(vector, values.vectorValue(docs.index())));
          assertTrue(scores.advanceExact(docs.docID()));
          Scores right = field.scores(request.target(), vector);
          assertTrue("score of " + doc.id(), right.has((float) scores.doubleValue()));
          count++;
        }
      }
    }
    assertEquals(
        shown.values().stream().filter(d -> d.vectors().containsKey(field)).count(), count);
  }

  private static List<Hit> hits(Index index, Query query, int count) throws IOException {
    IndexSearcher searcher = index.searcher();
    List<Hit> hits = new ArrayList<>();
    int lastDoc = -1;
    float lastScore = Float.NaN;
    for (ScoreDoc found : searcher.search(query, count).scoreDocs) {
      assertTrue("order of equals", found.score != lastScore || found.doc > lastDoc);
      lastDoc = found.doc;
      lastScore = found.score;
      hits.add(new Hit(id(searcher, found.doc), found.score));
      if (random().nextInt(200) == 0) {
        float explained = searcher.explain(query, found.doc).getValue().floatValue();
        assertEquals("explained", found.score, explained, 1e-6f * found.score);
      }
    }
    return hits;
  }

  private static int id(IndexSearcher searcher, int doc) throws IOException {
    return searcher.storedFields().document(doc).getField("id").numericValue().intValue();
  }

  private static List<Integer> ids(List<Hit> hits) {
    return hits.stream().map(Hit::id).toList();
  }
}
