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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.elasticsearch.common.logging.LogConfigurator;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Lucene's suite for vector formats, and Lucene's own queries over prefixes. */
public class TestDenseVectorFormat extends BaseKnnVectorsFormatTestCase {
  private static final String FIELD = "vector";
  private static final int DIMS = 32;
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;
  private Codec codec;

  static {
    LogConfigurator.configureESLogging(); // the formats of Elasticsearch, which get loaded, need it
  }

  @Override
  protected Codec getCodec() {
    if (codec == null) {
      codec = codec(1 + random().nextInt(9));
    }
    return codec;
  }

  private static Codec codec(int prefixDims) {
    PrefixEncoding[] encodings = PrefixEncoding.values();
    return TestUtil.alwaysKnnVectorsFormat(
        new DenseVectorFormat(
            new MatryoshkaHnswVectorsFormat(
                prefixDims,
                encodings[random().nextInt(encodings.length)],
                FullVectorEncoding.FLOAT32),
            0.98));
  }

  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }

  /** Vectors with what matters in front, as those of Matryoshka models. */
  private static float[] vector() {
    float[] vector = new float[DIMS];
    double squared = 0;
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) (random().nextGaussian() / (1 + i));
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMS; i++) {
      vector[i] /= (float) Math.sqrt(squared);
    }
    return vector;
  }

  private static Document document(String kind) {
    Document document = new Document();
    document.add(new StringField("kind", kind, Field.Store.NO));
    return document;
  }

  private static void addVector(Document document) {
    document.add(new KnnFloatVectorField(FIELD, vector(), SIMILARITY));
  }

  private void assertFullScores(IndexSearcher searcher, float[] target, TopDocs found)
      throws IOException {
    for (ScoreDoc hit : found.scoreDocs) {
      for (var leaf : searcher.getLeafContexts()) {
        int doc = hit.doc - leaf.docBase;
        if (doc >= 0 && doc < leaf.reader().maxDoc()) {
          LeafReader reader = leaf.reader();
          var values = reader.getFloatVectorValues(FIELD);
          var docs = values.iterator();
          assertEquals(doc, docs.advance(doc));
          float exact = SIMILARITY.compare(target, values.vectorValue(docs.index()));
          assertEquals(exact, hit.score, 1e-5f);
        }
      }
    }
  }

  public void testScoresAreThoseOfFullVectors() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(codec(8)))) {
      for (int i = 0; i < 500; i++) {
        Document document = document(i % 20 == 0 ? "rare" : "common");
        if (i % 7 != 3) {
          addVector(document);
        }
        writer.addDocument(document);
        if (i == 300) {
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        Query[] filters = {
          null,
          new TermQuery(new Term("kind", "common")),
          new TermQuery(new Term("kind", "rare")) // few enough for an exact search
        };
        for (Query filter : filters) {
          float[] target = vector();
          TopDocs found = searcher.search(new KnnFloatVectorQuery(FIELD, target, 40, filter), 10);
          assertEquals(10, found.scoreDocs.length);
          assertFullScores(searcher, target, found);
          for (ScoreDoc hit : found.scoreDocs) {
            assertTrue(
                searcher
                    .explain(new KnnFloatVectorQuery(FIELD, target, 40, filter), hit.doc)
                    .isMatch());
          }
        }
      }
    }
  }

  public void testManyCandidatesAreAnExactSearch() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(codec(8)))) {
      for (int i = 0; i < 400; i++) {
        Document document = document("any");
        addVector(document);
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        float[] target = vector();
        TopDocs all = searcher.search(new KnnFloatVectorQuery(FIELD, target, 400), 10);
        TopDocs some = searcher.search(new KnnFloatVectorQuery(FIELD, target, 134), 10);
        assertEquals(docs(all), docs(some));
        assertFullScores(searcher, target, all);
      }
    }
  }

  /** Where many vectors belong to one parent, candidates are taken until there are k parents. */
  public void testAsManyParentsAsWanted() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(codec(8)))) {
      for (int parent = 0; parent < 20; parent++) {
        List<Document> block = new ArrayList<>();
        for (int child = 0; child < 50; child++) {
          Document document = document("child");
          document.add(new KnnFloatVectorField(FIELD, near(parent), SIMILARITY));
          document.add(new StoredField("parent", parent));
          block.add(document);
        }
        block.add(document("parent"));
        writer.addDocuments(block);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        BitSetProducer parents = new QueryBitSetProducer(new TermQuery(new Term("kind", "parent")));
        float[] target = near(3);
        TopDocs found =
            searcher.search(
                new DiversifyingChildrenFloatKnnVectorQuery(FIELD, target, null, 10, parents), 10);
        List<Number> parentsFound = new ArrayList<>(); // not by numbers: merges may move blocks
        for (ScoreDoc hit : found.scoreDocs) {
          Document child = searcher.storedFields().document(hit.doc);
          parentsFound.add(child.getField("parent").numericValue());
        }
        assertEquals(10, found.scoreDocs.length);
        assertEquals(10, Set.copyOf(parentsFound).size());
        assertEquals(3, parentsFound.get(0));
        assertFullScores(searcher, target, found);
      }
    }
  }

  /** A vector close to those of the same parent, and far from others. */
  private static float[] near(int parent) {
    float[] vector = new float[DIMS];
    float[] noise = vector();
    double squared = 0;
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) Math.cos((parent + 1) * (i + 1)) + 0.05f * noise[i];
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < DIMS; i++) {
      vector[i] /= (float) Math.sqrt(squared);
    }
    return vector;
  }

  private static Set<Integer> docs(TopDocs found) {
    Set<Integer> docs = new HashSet<>();
    for (ScoreDoc hit : found.scoreDocs) {
      docs.add(hit.doc);
    }
    return docs;
  }
}
