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
package org.matryoshkasearch.lucene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** The library without Elasticsearch, as the README shows it: its code block is these methods. */
final class EmbeddedExample {
  private EmbeddedExample() {}

  /** Indexes titles by their embeddings. */
  static void index(Path folder, Map<String, float[]> embeddings) throws IOException {
    // the graph is built over the leading 256 dimensions; the full vectors are stored beside it
    IndexWriterConfig config =
        new IndexWriterConfig().setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(256)));
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (Map.Entry<String, float[]> entry : embeddings.entrySet()) {
        Document document = new Document();
        document.add(new StringField("title", entry.getKey(), Field.Store.YES));
        document.add(
            new KnnFloatVectorField(
                "embedding", entry.getValue(), VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
      }
    }
  }

  /** The ten titles nearest to a question; readers need no codec, only the library. */
  static List<String> nearest(Path folder, float[] question) throws IOException {
    try (Directory directory = FSDirectory.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      // 50 candidates from the graph, rescored with the full vectors
      Query query = MatryoshkaKnnQuery.builder("embedding", question, 10).candidates(50).build();
      List<String> titles = new ArrayList<>();
      for (ScoreDoc hit : searcher.search(query, 10).scoreDocs) {
        titles.add(searcher.storedFields().document(hit.doc).get("title"));
      }
      return titles;
    }
  }
}
