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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** Writes documents with vectors, and finds those that are nearest to a question. */
public final class IndexAndSearch {
  private static final List<String> TITLES =
      List.of(
          "Feeding kittens in the first weeks",
          "Why a feline purrs",
          "Changing the tyres of a car",
          "Batteries of an electric vehicle",
          "Bread with a crust",
          "Sourdough for beginners");

  private IndexAndSearch() {}

  /** The graph is built over the leading 256 dimensions; the full vectors are stored beside it. */
  static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(256)));
  }

  /** The ten nearest: 50 candidates from the graph, ranked by their full vectors. */
  static TopDocs nearest(IndexSearcher searcher, float[] question) throws IOException {
    Query query = MatryoshkaKnnQuery.builder("embedding", question, 10).candidates(50).build();
    return searcher.search(query, 10);
  }

  /** Takes the folder of the index; without one, it is a new one among temporary files. */
  public static void main(String[] arguments) throws IOException {
    Path folder =
        arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("matryoshka-");
    String question = "What does a cat eat?";
    try (Directory directory = FSDirectory.open(folder)) {
      try (IndexWriter writer = new IndexWriter(directory, config())) {
        for (String title : TITLES) {
          Document document = new Document();
          document.add(new StringField("title", title, Field.Store.YES));
          document.add(
              new KnnFloatVectorField(
                  "embedding", ToyModel.embed(title), VectorSimilarityFunction.COSINE));
          writer.updateDocument(new Term("title", title), document); // no second one of it
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        System.out.println(question);
        for (ScoreDoc hit : nearest(searcher, ToyModel.embed(question)).scoreDocs) {
          String title = searcher.storedFields().document(hit.doc).get("title");
          System.out.println(String.format(Locale.ROOT, "  %.3f  %s", hit.score, title));
        }
      }
    }
    System.out.println("The index is in " + folder);
  }
}
