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
package org.matryoshkasearch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorTable;
import org.matryoshkasearch.lucene.analysis.AnalysisResult;
import org.matryoshkasearch.lucene.analysis.PrefixAnalysis;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * {@code ./matryoshka analyze}: says of a file of vectors whether they are nested, what searches by
 * their prefixes find, and which setting reaches a recall. No node is needed for that.
 */
final class AnalyzeCommand {

  /**
   * Lucene tells there which kernels it found: nobody has asked. Loggers are kept by who sets them.
   */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  private final Screen screen;
  private final AnalyzeSettings settings;

  AnalyzeCommand(Screen screen, AnalyzeSettings settings) {
    this.screen = screen;
    this.settings = settings;
  }

  /** Analyzes, prints, draws. */
  void run() throws IOException, UsageException {
    LUCENE.setLevel(Level.SEVERE);
    checkPlot();
    VectorFile file = VectorFile.of(settings.file(), settings.dims());
    try (VectorTable vectors = open(file)) {
      if (vectors.dims() > DemoSettings.MAX_DIMS) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s has vectors of %d dims; at most %d are possible",
                file.name(),
                vectors.dims(),
                DemoSettings.MAX_DIMS));
      }
      AnalysisResult result;
      if (settings.queries() == null) {
        if (vectors.size() == 1) {
          throw new IOException(file.name() + " has one row; a search needs more");
        }
        result = analyze(vectors, null);
      } else {
        try (VectorTable queries = openQueries(vectors)) {
          result = analyze(vectors, queries);
        }
      }
      Files.writeString(settings.plot(), new RecallPlot(file.name(), result, settings).svg());
      new AnalyzeReport(screen.out(), file.name(), settings, result).print();
    }
  }

  /** So that nobody waits for minutes to learn it. */
  private void checkPlot() throws UsageException {
    Path folder = settings.plot().toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(settings.plot())) {
      throw new UsageException("--plot must be a file, found " + settings.plot());
    }
    if (!Files.isDirectory(folder)) {
      throw new UsageException("--plot must be in a folder that is there, found " + folder);
    }
    if (!Files.isWritable(Files.exists(settings.plot()) ? settings.plot() : folder)) {
      throw new UsageException("--plot cannot be written: permission denied: " + settings.plot());
    }
  }

  private VectorTable open(VectorFile file) throws IOException {
    try (ProgressBar bar = new ProgressBar(screen, "Reading " + file.name(), 0)) {
      return VectorTable.open(file, bar::update);
    }
  }

  private VectorTable openQueries(VectorTable vectors) throws IOException, UsageException {
    boolean untold = settings.queries().toString().toLowerCase(Locale.ROOT).endsWith(".f32");
    VectorFile.of(settings.queries(), vectors.dims()); // is there
    long bytes = Files.size(settings.queries());
    if (untold && bytes % (vectors.dims() * (long) Float.BYTES) != 0) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--queries must have %d dims as the file has, found %d bytes, no multiple of %d",
              vectors.dims(),
              bytes,
              vectors.dims() * Float.BYTES));
    }
    VectorTable queries = open(VectorFile.of(settings.queries(), untold ? vectors.dims() : 0));
    if (queries.dims() != vectors.dims()) {
      queries.close();
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--queries must have %d dims as the file has, found %d",
              vectors.dims(),
              queries.dims()));
    }
    return queries;
  }

  private AnalysisResult analyze(VectorTable vectors, VectorTable queries) throws IOException {
    int threads = Runtime.getRuntime().availableProcessors();
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (ProgressBar bar = new ProgressBar(screen, "Comparing", vectors.size())) {
      PrefixAnalysis.Builder analysis =
          PrefixAnalysis.builder(vectors, function(settings.similarity()))
              .target(settings.target())
              .executor(executor, threads)
              .progress(share -> bar.update((long) (share * vectors.size())));
      if (queries != null) {
        analysis.queries(queries);
      }
      return analysis.build().run();
    } finally {
      executor.shutdownNow();
    }
  }

  private static VectorSimilarityFunction function(Similarity similarity) {
    return switch (similarity) {
      case COSINE -> VectorSimilarityFunction.COSINE;
      case DOT_PRODUCT -> VectorSimilarityFunction.DOT_PRODUCT;
      case L2_NORM -> VectorSimilarityFunction.EUCLIDEAN;
      case MAX_INNER_PRODUCT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
    };
  }

  /** What {@code index_options.type} calls a code. */
  static String type(PrefixEncoding encoding) {
    return switch (encoding) {
      case FLOAT32 -> "hnsw";
      case INT8 -> "int8_hnsw";
      case INT4 -> "int4_hnsw";
      case BIT1 -> "bbq_hnsw";
    };
  }
}
