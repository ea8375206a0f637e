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
package org.matryoshkasearch.lucene.codec;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** An index in some format, and how many of the nearest are found in it. */
public final class FormatRecall implements Closeable {
  private static final String FIELD = "v";

  private final VectorSimilarityFunction similarity;
  private final Directory directory;
  private final float[][] documents;
  private final boolean[] deleted;
  private final IndexWriter writer;
  private DirectoryReader reader;

  /** Writes two segments or more. */
  public FormatRecall(
      Directory directory,
      KnnVectorsFormat format,
      VectorSimilarityFunction similarity,
      float[][] documents)
      throws IOException {
    this.similarity = similarity;
    this.documents = documents;
    this.deleted = new boolean[documents.length];
    this.directory = directory;
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setRAMBufferSizeMB(1000)
            .setUseCompoundFile(false)
            .setMergePolicy(new LogDocMergePolicy())
            .setCodec(TestUtil.alwaysKnnVectorsFormat(format));
    writer = new IndexWriter(directory, config);
    for (int id = 0; id < documents.length; id++) {
      Document document = new Document();
      document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
      document.add(new KnnFloatVectorField(FIELD, documents[id], similarity));
      writer.addDocument(document);
      if (id == documents.length / 2) {
        writer.flush();
      }
    }
    reader = DirectoryReader.open(writer);
  }

  /** Merges all segments, without what was deleted. */
  public void merge(int... deletedIds) throws IOException {
    for (int id : deletedIds) {
      deleted[id] = true;
      writer.deleteDocuments(new Term("id", Integer.toString(id)));
    }
    writer.forceMerge(1);
    reader.close();
    reader = DirectoryReader.open(writer);
  }

  /** The share of the nearest k that is found; those as near as the last of them are as good. */
  public double recall(float[][] queries, int k, int candidates) throws IOException {
    int found = 0;
    IndexSearcher searcher = new IndexSearcher(reader);
    StoredFields ids = reader.storedFields();
    for (float[] query : queries) {
      float[] scores = new float[documents.length];
      float[] sorted = new float[documents.length];
      for (int id = 0; id < documents.length; id++) {
        scores[id] = deleted[id] ? -1 : score(query, documents[id]);
        sorted[id] = scores[id];
      }
      Arrays.sort(sorted);
      for (ScoreDoc hit : hits(searcher, query, k, candidates)) {
        if (!(hit.score >= 0 && hit.score <= Float.MAX_VALUE)) {
          throw new AssertionError("a hit has the score [" + hit.score + "]");
        }
        int id = Integer.parseInt(ids.document(hit.doc, Set.of("id")).get("id"));
        found += scores[id] >= sorted[sorted.length - k] ? 1 : 0;
      }
    }
    return (double) found / (k * queries.length);
  }

  /** As {@link VectorSimilarityFunction#compare}, of vectors that are as long as they like. */
  private float score(float[] a, float[] b) {
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
      double difference = (double) a[i] - b[i];
      distance += difference * difference;
    }
    return switch (similarity) {
      case EUCLIDEAN -> (float) (1 / (1 + distance));
      case DOT_PRODUCT -> (float) ((1 + dot) / 2);
      case COSINE -> (float) ((1 + dot / Math.sqrt(squareA * squareB)) / 2);
      case MAXIMUM_INNER_PRODUCT -> (float) (dot < 0 ? 1 / (1 - dot) : dot + 1);
    };
  }

  private static ScoreDoc[] hits(IndexSearcher searcher, float[] query, int k, int candidates)
      throws IOException {
    MatryoshkaKnnQuery knn =
        MatryoshkaKnnQuery.builder(FIELD, query, k).candidates(candidates).build();
    return searcher.search(knn, k).scoreDocs;
  }

  @Override
  public void close() throws IOException {
    reader.close();
    writer.close();
    directory.close();
  }
}
