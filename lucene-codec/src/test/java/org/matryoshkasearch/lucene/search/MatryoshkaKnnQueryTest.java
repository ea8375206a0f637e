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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

public class MatryoshkaKnnQueryTest extends KnnTestCase {

  public void testEverySimilarityAndEncodingEqualsExactSearch() throws IOException {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      Supplier<float[]> vectors = anyVectors(similarity);
      List<Row> rows = rows(randomCount(200), vectors);
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        try (Directory directory = newDirectory()) {
          write(directory, matryoshka(encoding), rows, similarity);
          try (IndexReader reader = DirectoryReader.open(directory)) {
            float[] target = vectors.get();
            assertHits(
                exact(rows, row -> true, similarity, target, 20),
                hits(newSearcher(reader), query(target, 20, rows.size()), 20));
          }
        }
      }
    }
  }

  /** A segment is asked for its share at first, and for more if all that it gives is good. */
  public void testNearestAllInOneOfSeveralSegments() throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.DOT_PRODUCT;
    Supplier<float[]> vectors = vectors(similarity);
    float[] target = vectors.get();
    List<Row> rows = new ArrayList<>(rows(1300, vectors));
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setCodec(matryoshka(PrefixEncoding.INT8))
              .setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (Row row : rows) {
          writer.addDocument(row.document(similarity));
        }
        writer.flush();
        for (int id = 1300; id < 1400; id++) {
          float[] vector = target.clone();
          vector[id % PREFIX_DIMS] += 0.02f * random().nextFloat(); // no other prefix is as near
          Row near = new Row(id, VectorUtil.l2normalize(vector), "near");
          writer.addDocument(near.document(similarity));
          rows.add(near);
        }
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        assertEquals(2, reader.leaves().size());
        assertHits(
            exact(rows, row -> true, similarity, target, 100),
            hits(newSearcher(reader), query(target, 100, 100), 100));
      }
    }
  }

  public void testGraphAndRescoreFindMostOfTheNearest() throws IOException {
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      VectorSimilarityFunction similarity = randomSimilarity();
      Supplier<float[]> vectors = vectors(similarity);
      List<Row> rows = rows(1200, vectors);
      try (Directory directory = newDirectory()) {
        IndexWriterConfig config = newIndexWriterConfig().setCodec(matryoshka(encoding));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          add(writer, rows, similarity);
          writer.forceMerge(1);
        }
        try (IndexReader reader = DirectoryReader.open(directory)) {
          IndexSearcher searcher = newSearcher(reader);
          int found = 0;
          for (int i = 0; i < 10; i++) {
            float[] target = vectors.get();
            List<Hit> exact = exact(rows, row -> true, similarity, target, 10);
            List<Hit> hits = hits(searcher, query(target, 10, 300), 10);
            assertEquals(10, hits.size());
            for (Hit hit : hits) {
              float score = score(similarity, target, rows.get(hit.id()).vector());
              assertEquals(score, hit.score(), 1e-5 * Math.max(1, score));
            }
            found +=
                (int)
                    exact.stream()
                        .filter(e -> hits.stream().anyMatch(h -> h.id() == e.id()))
                        .count();
          }
          assertTrue(encoding + " with " + similarity + " found " + found, found >= 70);
        }
      }
    }
  }

  public void testDeletedDocumentsAndThoseWithoutVectors() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = new ArrayList<>();
    for (Row row : rows(randomCount(300), vectors)) {
      boolean without = random().nextInt(3) == 0;
      rows.add(without ? new Row(row.id(), null, row.tag()) : row);
    }
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
        add(writer, rows, similarity);
        writer.deleteDocuments(new Term("tag", "c"));
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        assertTrue(reader.hasDeletions());
        float[] target = vectors.get();
        List<Hit> exact = exact(rows, row -> !row.tag().equals("c"), similarity, target, 300);
        for (int candidates : new int[] {rows.size(), 1_000_000, Integer.MAX_VALUE}) {
          List<Hit> hits = hits(newSearcher(reader), query(target, 300, candidates), 300);
          assertHits(exact, hits);
        }
        List<Hit> few = hits(newSearcher(reader), query(target, 5, 20), 300);
        assertEquals(5, few.size());
        assertTrue(few.stream().allMatch(hit -> hit.id() % 10 != 0));
      }
    }
  }

  public void testSortedIndex() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(randomCount(250), vectors);
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = newIndexWriterConfig().setCodec(randomCodec());
      config.setIndexSort(new Sort(new SortedNumericSortField("id", SortField.Type.INT, true)));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        add(writer, rows, similarity);
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        float[] target = vectors.get();
        assertHits(
            exact(rows, row -> true, similarity, target, 25),
            hits(newSearcher(reader), query(target, 25, rows.size()), 25));
      }
    }
  }

  public void testThreadsFindWhatOneThreadFinds() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = vectors(similarity);
    List<Row> rows = rows(500, vectors);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
        add(writer, rows, similarity, TestUtil.nextInt(random(), 50, 120));
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        assertTrue(reader.leaves().size() > 3);
        IndexSearcher alone = new IndexSearcher(reader);
        IndexSearcher together = new IndexSearcher(reader, threads);
        for (int i = 0; i < 5; i++) {
          Query query = query(vectors.get(), 10, 60);
          assertEquals(hits(alone, query, 10), hits(together, query, 10));
        }
      }
    } finally {
      TestUtil.shutdownExecutorService(threads);
    }
  }

  public void testDuplicatesComeInDocumentOrder() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    float[] same = vectors.get();
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < 150; id++) {
      rows.add(new Row(id, id % 2 == 0 ? same : vectors.get(), "a"));
    }
    try (Directory directory = newDirectory()) {
      write(directory, randomCodec(), rows, similarity);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        float[] target = vectors.get();
        List<Hit> hits = hits(new IndexSearcher(reader), query(target, 150, 150), 150);
        List<Integer> order =
            hits.stream().map(Hit::id).filter(id -> id % 2 == 0).collect(Collectors.toList());
        assertEquals(75, order.size());
        assertEquals(order.stream().sorted().toList(), order);
      }
    }
  }
}
