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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.search.FunnelStage;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.search.StageStats;

/**
 * The funnel of the paper on Matryoshka representations, from 16 dimensions to all 2048, beside the
 * same candidates without its stages, and beside a comparison with every vector.
 */
public final class FunnelSearch {
  private static final int DIMS = 2048;
  private static final int PREFIX = 16;
  private static final int QUERIES = 50;
  private static final int K = 10;
  private static final List<FunnelStage> FUNNEL =
      List.of(
          new FunnelStage(32, 100),
          new FunnelStage(64, 50),
          new FunnelStage(128, 25),
          new FunnelStage(256, 12));

  private FunnelSearch() {}

  /** A way to search, and what it costs: multiplications of each query, told by the search. */
  private interface Search {
    int[] hits(IndexSearcher searcher, float[] question, long[] multiplications) throws IOException;
  }

  /** Makes an index of so many vectors (2000 if it is not said) and prints a table. */
  public static void main(String[] arguments) throws IOException {
    String given = arguments.length == 0 ? "2000" : arguments[0];
    if (!given.matches("[1-9][0-9]{2,7}")) {
      System.err.println("how many vectors must be a number from 100 on, not [" + given + "]");
      System.exit(2);
    }
    int count = Integer.parseInt(given);
    Path folder = Files.createTempDirectory("funnel");
    try (Directory directory = FSDirectory.open(folder)) {
      write(directory, count);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        compare(new IndexSearcher(reader), count);
      }
    } finally {
      IOUtils.rm(folder);
    }
  }

  private static void write(Directory directory, int count) throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(PREFIX)));
    SplittableRandom random = new SplittableRandom(7);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < count; i++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField("embedding", vector(random), VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  /** Near to one of 400 points; what it says is mostly in the leading dimensions. */
  private static float[] vector(SplittableRandom random) {
    SplittableRandom topic = new SplittableRandom(random.nextInt(400));
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = (float) ((topic.nextGaussian() + random.nextGaussian()) / (1 + i / 16.0));
    }
    return VectorUtil.l2normalize(vector);
  }

  private static void compare(IndexSearcher searcher, int count) throws IOException {
    SplittableRandom random = new SplittableRandom(8);
    List<float[]> questions = new ArrayList<>();
    List<Set<Integer>> nearest = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      questions.add(vector(random));
      nearest.add(setOf(full(searcher, questions.get(i), new long[1])));
    }
    System.out.println(count + " vectors, k = " + K + ", " + QUERIES + " queries");
    System.out.println("                        recall@10  million multiplications  median ms");
    print("all vectors, 2048", searcher, questions, nearest, FunnelSearch::full);
    for (int candidates : new int[] {200, 800}) {
      print(
          "16, then 2048 of " + candidates,
          searcher,
          questions,
          nearest,
          (index, question, cost) -> ours(index, question, candidates, List.of(), cost));
      List<FunnelStage> funnel = new ArrayList<>();
      FUNNEL.forEach(
          stage -> funnel.add(new FunnelStage(stage.dims(), stage.keep() * candidates / 200)));
      print(
          "funnel of " + candidates,
          searcher,
          questions,
          nearest,
          (index, question, cost) -> ours(index, question, candidates, funnel, cost));
    }
  }

  private static void print(
      String what,
      IndexSearcher searcher,
      List<float[]> questions,
      List<Set<Integer>> nearest,
      Search search)
      throws IOException {
    double[] millis = new double[QUERIES];
    long[] cost = new long[1];
    int found = 0;
    for (int round = 0; round < 3; round++) { // the first to warm up
      cost[0] = 0;
      found = 0;
      for (int i = 0; i < QUERIES; i++) {
        long start = System.nanoTime();
        int[] hits = search.hits(searcher, questions.get(i), cost);
        millis[i] = (System.nanoTime() - start) / 1e6;
        Set<Integer> right = setOf(hits);
        right.retainAll(nearest.get(i));
        found += right.size();
      }
    }
    Arrays.sort(millis);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-23s %9.3f %24.3f %10.2f",
            what,
            found / (double) (K * QUERIES),
            cost[0] / 1e6 / QUERIES,
            millis[QUERIES / 2]));
  }

  private static Set<Integer> setOf(int[] docs) {
    Set<Integer> set = new HashSet<>();
    Arrays.stream(docs).forEach(set::add);
    return set;
  }

  private static int[] ours(
      IndexSearcher searcher,
      float[] question,
      int candidates,
      List<FunnelStage> funnel,
      long[] cost)
      throws IOException {
    TopDocs top =
        searcher.search(
            MatryoshkaKnnQuery.builder("embedding", question, K)
                .candidates(candidates)
                .funnel(funnel)
                .listener(stages -> stages.forEach(stage -> cost[0] += multiplications(stage)))
                .build(),
            K);
    return Arrays.stream(top.scoreDocs).mapToInt(hit -> hit.doc).toArray();
  }

  private static long multiplications(StageStats stage) {
    long compared = stage.name().equals(StageStats.GRAPH) ? stage.nodesVisited() : stage.in();
    return compared * stage.dims();
  }

  /** The nearest of all vectors, by all their dimensions, without any graph. */
  private static int[] full(IndexSearcher searcher, float[] question, long[] cost)
      throws IOException {
    List<ScoreDoc> all = new ArrayList<>();
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      VectorScorer scorer = leaf.reader().getFloatVectorValues("embedding").rescorer(question);
      while (scorer.iterator().nextDoc() < leaf.reader().maxDoc()) {
        all.add(new ScoreDoc(leaf.docBase + scorer.iterator().docID(), scorer.score()));
      }
    }
    cost[0] += (long) all.size() * DIMS;
    all.sort((a, b) -> Float.compare(b.score, a.score));
    return all.stream().limit(K).mapToInt(hit -> hit.doc).toArray();
  }
}
