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
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Indexes of several formats, without vectors, with other fields, and several at once. */
public class ManyIndexesTest extends KnnTestCase {

  public void testSegmentsThatAllLostTheirVectors() throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.EUCLIDEAN;
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(100, vectors);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
        add(writer, rows, similarity);
        writer.commit();
        writer.addDocument(new Row(1000, null, "a").document(similarity));
        writer.commit();
        writer.deleteDocuments(IntField.newRangeQuery("id", 0, 999));
        writer.forceMerge(1);
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        assertEquals(0, hits(newSearcher(reader), query(vectors.get(), 3, 100), 10).size());
      }
    }
  }

  public void testSegmentsOfSeveralFormats() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(240, vectors);
    try (Directory directory = newDirectory()) {
      write(directory, TestUtil.getDefaultCodec(), rows.subList(0, 80), similarity);
      write(directory, matryoshka(PrefixEncoding.INT4), rows.subList(80, 160), similarity);
      write(directory, codec(16, PrefixEncoding.BIT1), rows.subList(160, 240), similarity);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        float[] target = vectors.get();
        assertHits(
            exact(rows, row -> true, similarity, target, 30),
            hits(newSearcher(reader), query(target, 30, 240), 30));
        assertEquals(10, hits(newSearcher(reader), query(target, 10, 40), 30).size());
      }
    }
  }

  public void testReaderOverSeveralIndexes() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(150, vectors);
    try (Directory one = newDirectory();
        Directory two = newDirectory()) {
      write(one, randomCodec(), rows.subList(0, 100), similarity);
      write(two, randomCodec(), rows.subList(100, 150), similarity);
      try (IndexReader both =
          new MultiReader(DirectoryReader.open(one), DirectoryReader.open(two))) {
        float[] target = vectors.get();
        assertHits(
            exact(rows, row -> true, similarity, target, 15),
            hits(newSearcher(both), query(target, 15, 150), 15));
      }
    }
  }

  public void testNothingToFind() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
        writer.commit();
        try (IndexReader reader = DirectoryReader.open(writer)) {
          assertEquals(0, hits(newSearcher(reader), query(new float[DIMS], 3, 10), 10).size());
        }
        writer.addDocument(new Document());
        try (IndexReader reader = DirectoryReader.open(writer)) {
          Query rewritten = newSearcher(reader).rewrite(query(new float[DIMS], 3, 10));
          assertEquals(MatchNoDocsQuery.class, rewritten.getClass());
        }
      }
    }
  }

  public void testUpdatesAreSeenByLaterReadersAlone() throws IOException {
    Supplier<float[]> vectors = vectors(VectorSimilarityFunction.EUCLIDEAN);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config(randomCodec()))) {
      float[] target = vectors.get();
      writer.addDocument(
          new Row(1, vectors.get(), "one").document(VectorSimilarityFunction.EUCLIDEAN));
      try (IndexReader before = DirectoryReader.open(writer)) {
        Document update = new Row(2, target, "one").document(VectorSimilarityFunction.EUCLIDEAN);
        writer.updateDocument(new Term("tag", "one"), update);
        try (IndexReader after = DirectoryReader.open(writer)) {
          Query query = query(target, 1, 5);
          assertEquals(1, hits(newSearcher(before), query, 1).get(0).id());
          assertEquals(List.of(new Hit(2, 1)), hits(newSearcher(after), query, 1));
        }
      }
    }
  }

  public void testOtherFieldsAndOtherQueriesBesideIt() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(90, vectors);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomMatryoshka()))) {
        for (Row row : rows) {
          Document document = row.document(similarity);
          document.add(new KnnFloatVectorField("other", new float[] {row.id(), 1}));
          writer.addDocument(document);
        }
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        Query other =
            MatryoshkaKnnQuery.builder("other", new float[] {42, 1}, 1)
                .filter(MatchAllDocsQuery.INSTANCE)
                .build();
        assertEquals(List.of(new Hit(42, 1)), hits(newSearcher(reader), other, 1));
        Query none =
            MatryoshkaKnnQuery.builder("other", new float[] {42, 1}, 1)
                .filter(new TermQuery(new Term("tag", "nothing")))
                .build();
        assertEquals(0, newSearcher(reader).count(none));
      }
    }
  }
}
