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
package org.matryoshkasearch.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Searches by words (BM25) and by vectors, and fuses both rankings: words find the rare term that a
 * model does not know, vectors find what is said in other words.
 */
public final class HybridSearch {
  private static final List<String> TEXTS =
      List.of(
          "The X200 automobile is loud at high speed",
          "Noise of an automobile and how to measure it",
          "X200 user manual",
          "Engine noise of the X200",
          "A recipe for bread with a crust",
          "Kittens sleep in the sun");

  private static final int RRF_CONSTANT = 60; // what the paper on this method found good

  private HybridSearch() {}

  /** Takes words to search for instead of those here. */
  public static void main(String[] arguments) throws IOException {
    String question = arguments.length > 0 ? String.join(" ", arguments) : "vehicle X200 noise";
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, IndexAndSearch.config())) {
        for (String text : TEXTS) {
          Document document = new Document();
          document.add(new TextField("text", text, Field.Store.YES));
          document.add(
              new KnnFloatVectorField(
                  "embedding", ToyModel.embed(text), VectorSimilarityFunction.COSINE));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query words = new QueryBuilder(new StandardAnalyzer()).createBooleanQuery("text", question);
        TopDocs byWords = searcher.search(words, 10);
        TopDocs byVectors = IndexAndSearch.nearest(searcher, ToyModel.embed(question));
        TopDocs fused = TopDocs.rrf(3, RRF_CONSTANT, new TopDocs[] {byWords, byVectors});
        System.out.println(question);
        System.out.println("  fused  words  vectors");
        for (ScoreDoc hit : fused.scoreDocs) {
          String text = searcher.storedFields().document(hit.doc).get("text");
          System.out.println(
              String.format(
                  Locale.ROOT,
                  "  %.4f  %4s  %6s   %s",
                  hit.score,
                  rank(byWords, hit.doc),
                  rank(byVectors, hit.doc),
                  text));
        }
      }
    }
  }

  private static String rank(TopDocs ranking, int doc) {
    List<Integer> docs = new ArrayList<>();
    for (ScoreDoc hit : ranking.scoreDocs) {
      docs.add(hit.doc);
    }
    return docs.contains(doc) ? String.valueOf(docs.indexOf(doc) + 1) : "-";
  }
}
