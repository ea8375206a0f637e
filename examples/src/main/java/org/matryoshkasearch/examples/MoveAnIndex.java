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
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** Moves an index from Lucene's own vector format to ours, and compares the two. */
public final class MoveAnIndex {
  private static final VectorSimilarityFunction COSINE = VectorSimilarityFunction.COSINE;
  private static final int COUNT = 3000;
  private static final int QUERIES = 20;
  private static final int K = 10;
  private static final int CANDIDATES = 50;

  private MoveAnIndex() {}

  /**
   * Writes what is in an index into another one, in our format. The old index stays as it is.
   *
   * <p>In place it is {@code forceMerge} of a writer that has our codec, for an index of several
   * segments: one that is merged already is left alone.
   */
  static void move(DirectoryReader old, Directory target) throws IOException {
    try (IndexWriter writer = new IndexWriter(target, plain(IndexAndSearch.config()))) {
      List<CodecReader> segments = new ArrayList<>();
      for (LeafReaderContext leaf : old.leaves()) {
        segments.add(SlowCodecReaderWrapper.wrap(leaf.reader()));
      }
      writer.addIndexes(segments.toArray(new CodecReader[0]));
      writer.forceMerge(1);
    }
  }

  /** Makes an index in memory, moves it, and prints what came of it. */
  public static void main(String[] arguments) throws IOException {
    List<float[]> all = vectors(COUNT + QUERIES);
    List<float[]> vectors = all.subList(0, COUNT);
    List<float[]> questions = all.subList(COUNT, all.size());
    try (Directory before = new ByteBuffersDirectory();
        Directory after = new ByteBuffersDirectory()) {
      try (IndexWriter writer = new IndexWriter(before, plain(new IndexWriterConfig()))) {
        for (float[] vector : vectors) {
          Document document = new Document();
          document.add(new KnnFloatVectorField("embedding", vector, COSINE));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      System.out.println("                     recall@10  on disk MB  to keep in memory MB");
      try (DirectoryReader reader = DirectoryReader.open(before)) {
        print("Lucene's format", before, recall(reader, vectors, questions, MoveAnIndex::lucenes));
        move(reader, after);
      }
      try (DirectoryReader reader = DirectoryReader.open(after)) {
        print("ours, prefix of 256", after, recall(reader, vectors, questions, MoveAnIndex::ours));
      }
    }
  }

  /** How many of the ten nearest are found: hits that are as near as the tenth of all is. */
  private static double recall(
      DirectoryReader reader,
      List<float[]> vectors,
      List<float[]> questions,
      Function<float[], Query> query)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    int found = 0;
    for (float[] question : questions) {
      double tenth =
          vectors.stream()
              .mapToDouble(vector -> -COSINE.compare(question, vector))
              .sorted()
              .skip(K - 1)
              .map(score -> -score - 1e-6) // rounding
              .findFirst()
              .orElseThrow();
      for (ScoreDoc hit : searcher.search(query.apply(question), K).scoreDocs) {
        found += hit.score >= tenth ? 1 : 0;
      }
    }
    return found / (double) (K * questions.size());
  }

  private static Query lucenes(float[] question) {
    return new KnnFloatVectorQuery("embedding", question, CANDIDATES);
  }

  private static Query ours(float[] question) {
    return MatryoshkaKnnQuery.builder("embedding", question, K).candidates(CANDIDATES).build();
  }

  /** A search reads graph and codes everywhere, or whole vectors where there are no codes. */
  private static void print(String what, Directory index, double recall) throws IOException {
    boolean codes = megabytes(index, ".veq") > 0;
    double everywhere = megabytes(index, ".vex", codes ? ".veq" : ".vec");
    double all = megabytes(index, ".vex", ".veq", ".vec", ".dvd");
    System.out.println(
        String.format(Locale.ROOT, "%-20s %9.3f %11.1f %21.1f", what, recall, all, everywhere));
  }

  private static double megabytes(Directory index, String... ends) throws IOException {
    long bytes = 0;
    for (String file : index.listAll()) {
      bytes += Stream.of(ends).anyMatch(file::endsWith) ? index.fileLength(file) : 0;
    }
    return bytes / 1e6;
  }

  /** Each kind of data in a file of its own, so that their sizes can be told. */
  private static IndexWriterConfig plain(IndexWriterConfig config) {
    config.getMergePolicy().setNoCFSRatio(0);
    return config.setUseCompoundFile(false);
  }

  /** Texts of six of the twelve words that a topic has, as the model sees them. */
  private static List<float[]> vectors(int count) {
    SplittableRandom random = new SplittableRandom(7);
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      int topic = random.nextInt(100);
      for (int word = 0; word < 6; word++) {
        text.append(" topic").append(topic).append("word").append(random.nextInt(12));
      }
      vectors.add(ToyModel.embed(text.toString()));
    }
    return vectors;
  }
}
