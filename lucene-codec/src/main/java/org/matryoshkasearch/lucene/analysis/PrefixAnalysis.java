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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.TaskExecutor;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.internal.graph.Workers;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * Measures what searches by prefixes of given vectors find.
 *
 * <p>The true neighbours of each query come of comparing it with every document. Then for each
 * length of prefix and each code all documents are coded and scored as a segment's are, and the
 * places of the true neighbours in that order are counted: a search that rescores m rows finds
 * those whose place is at most m. So one pass gives the recall for every m.
 *
 * <p>Documents are read twice in their order, in blocks, and some of them more often; they are not
 * kept. {@link #ramBytes} says how much memory an analysis takes, which does not depend on how many
 * documents there are.
 */
public final class PrefixAnalysis {
  final VectorSet documents;
  final VectorSimilarityFunction similarity;
  final int k;
  final int[] prefixes;
  final List<PrefixEncoding> encodings;
  final VectorSet queries;
  final int[] queryDocuments;
  private final double target;
  final int maxQueries;
  final long seed;
  private final Executor executor;
  final int threads;
  private final AnalysisProgress progress;

  private PrefixAnalysis(Builder builder) {
    documents = builder.documents;
    similarity = builder.similarity;
    queries = builder.queries;
    queryDocuments = builder.queryDocuments;
    int others = documents.size() - (queries == null ? 1 : 0);
    k = Math.min(builder.k, others);
    target = builder.target;
    prefixes = builder.prefixes();
    encodings = List.copyOf(builder.encodings);
    maxQueries = builder.maxQueries;
    seed = builder.seed;
    executor = builder.executor;
    threads = builder.threads;
    progress = builder.progress;
  }

  /**
   * Begins an analysis.
   *
   * @param documents at least 2 vectors, or 1 if there are {@linkplain Builder#queries queries}, of
   *     at most 4096 dims, whose components are finite
   * @param similarity what near means
   */
  public static Builder builder(VectorSet documents, VectorSimilarityFunction similarity) {
    return new Builder(documents, similarity);
  }

  /** About how many bytes of memory {@link #run} takes at most, some of it outside of the heap. */
  public long ramBytes() {
    return AnalysisMemory.bytes(this);
  }

  /**
   * Does it, with the calling thread waiting.
   *
   * @throws IllegalArgumentException if a vector has a component that is not finite
   * @throws IOException if a vector cannot be read, or what the progress hook throws
   */
  public AnalysisResult run() throws IOException {
    AnalysisWork work = work();
    work.expect(2L * RankCount.blocks(documents.size()) + NestingTest.parts(documents.dims()));
    QuerySample sample = QuerySample.of(this);
    NestingVerdict verdict = new NestingTest(documents, similarity, seed).run(work);
    return result(sample, TrueNeighbors.find(this, sample, work), verdict, work);
  }

  /**
   * Does what is left when the true neighbours are known.
   *
   * @param neighbors from {@link #neighbors} of an analysis of the same documents and queries
   */
  public AnalysisResult run(int[][] neighbors) throws IOException {
    AnalysisWork work = work();
    work.expect(RankCount.blocks(documents.size()) + (long) NestingTest.parts(documents.dims()));
    NestingVerdict verdict = new NestingTest(documents, similarity, seed).run(work);
    return result(QuerySample.of(this), new TrueNeighbors(neighbors), verdict, work);
  }

  /**
   * Only compares each query with every document by its full vector.
   *
   * @return for each query the ordinals of its k nearest and of those as near as the k-th,
   *     ascending
   */
  public int[][] neighbors() throws IOException {
    AnalysisWork work = work();
    work.expect(RankCount.blocks(documents.size()));
    int[][] neighbors = TrueNeighbors.find(this, QuerySample.of(this), work).ordinals();
    work.finish();
    return neighbors;
  }

  private AnalysisWork work() {
    return new AnalysisWork(
        new Workers(executor == null ? null : new TaskExecutor(executor), threads, () -> {}),
        progress);
  }

  private AnalysisResult result(
      QuerySample sample, TrueNeighbors truth, NestingVerdict verdict, AnalysisWork work)
      throws IOException {
    List<PrefixRecall> settings = new RankCount(this, sample, truth).run(work);
    work.finish();
    return new AnalysisResult(
        documents.size(),
        documents.dims(),
        sample.size(),
        k,
        settings,
        Recommendation.of(settings, k, target),
        verdict);
  }

  /** Collects what an analysis is of. Everything but documents and similarity has a default. */
  public static final class Builder {
    private final VectorSet documents;
    private final VectorSimilarityFunction similarity;
    private final List<PrefixEncoding> encodings =
        new ArrayList<>(List.of(PrefixEncoding.values()));
    private VectorSet queries;
    private int[] queryDocuments;
    private int[] prefixDims;
    private int k = 10;
    private double target = 0.95;
    private int maxQueries = 400;
    private long seed = 42;
    private Executor executor;
    private int threads = 1;
    private AnalysisProgress progress = AnalysisProgress.NONE;

    private Builder(VectorSet documents, VectorSimilarityFunction similarity) {
      this.documents = documents;
      this.similarity = Objects.requireNonNull(similarity, "similarity");
      checkRange("dims", documents.dims(), 1, MatryoshkaHnswVectorsFormat.MAX_DIMS);
    }

    /**
     * Vectors to search for, of as many dims as the documents. Without them, documents are drawn:
     * each then searches for all others.
     */
    public Builder queries(VectorSet newQueries) {
      if (newQueries.dims() != documents.dims()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "queries have [%d] dims, documents have [%d]",
                newQueries.dims(),
                documents.dims()));
      }
      queries = newQueries;
      return this;
    }

    /** Which documents search for all others, by their ordinals; by default some are drawn. */
    public Builder queryDocuments(int... ordinals) {
      for (int ordinal : ordinals) {
        checkRange("query document", ordinal, 0, documents.size() - 1);
      }
      maxQueries = checkRange("queries", ordinals.length, 1, 100_000);
      queryDocuments = ordinals.clone();
      return this;
    }

    /** How many neighbours are to be found: 1 to 1000, by default 10. */
    public Builder k(int newK) {
      k = checkRange("k", newK, 1, 1000);
      return this;
    }

    /** The recall that the recommended setting is to reach: 0.5 to 0.999, by default 0.95. */
    public Builder target(double newTarget) {
      double least = MatryoshkaKnnQuery.LEAST_RECALL;
      double most = MatryoshkaKnnQuery.MOST_RECALL;
      if (!(newTarget >= least && newTarget <= most)) {
        throw new IllegalArgumentException(
            "target must be between " + least + " and " + most + ", but is [" + newTarget + "]");
      }
      target = newTarget;
      return this;
    }

    /** Lengths of prefixes, each from 1 to the dims; by default {@link PrefixLengths}. */
    public Builder prefixDims(int... newPrefixDims) {
      for (int prefix : newPrefixDims) {
        checkRange("prefixDims", prefix, 1, documents.dims());
      }
      prefixDims = newPrefixDims.clone();
      return this;
    }

    /** Codes; by default all. */
    public Builder encodings(PrefixEncoding... newEncodings) {
      encodings.clear();
      encodings.addAll(new TreeSet<>(List.of(newEncodings)));
      return this;
    }

    /** How many queries are drawn, if there are more: 1 to 100,000, by default 400. */
    public Builder maxQueries(int newMaxQueries) {
      maxQueries = checkRange("maxQueries", newMaxQueries, 1, 100_000);
      return this;
    }

    /**
     * What decides what is drawn by lot: the same seed gives the same result, but for the rounding
     * of floats.
     */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /**
     * Threads to share the work; by default the caller's does all.
     *
     * @param newThreads at least 1
     */
    public Builder executor(Executor newExecutor, int newThreads) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      threads = checkRange("threads", newThreads, 1, 1024);
      return this;
    }

    /** What hears how far the analysis has come, and may end it. */
    public Builder progress(AnalysisProgress newProgress) {
      progress = Objects.requireNonNull(newProgress, "progress");
      return this;
    }

    /**
     * The analysis; {@link PrefixAnalysis#run} does it.
     *
     * @throws IllegalArgumentException if there are too few documents or nothing to compare
     */
    public PrefixAnalysis build() {
      int least = queries == null ? 2 : 1;
      checkRange("documents", documents.size(), least, Integer.MAX_VALUE);
      if (queries != null) {
        checkRange("queries", queries.size(), 1, Integer.MAX_VALUE);
      }
      if (encodings.isEmpty() || prefixes().length == 0) {
        throw new IllegalArgumentException("there must be an encoding and a length of prefixes");
      }
      return new PrefixAnalysis(this);
    }

    private int[] prefixes() {
      TreeSet<Integer> lengths = new TreeSet<>();
      if (prefixDims != null) {
        for (int prefix : prefixDims) {
          lengths.add(prefix);
        }
      } else {
        lengths.addAll(PrefixLengths.defaults(documents.dims()));
      }
      return lengths.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int checkRange(String name, int value, int min, int max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s must be between %d and %d, but is [%d]", name, min, max, value));
      }
      return value;
    }
  }
}
