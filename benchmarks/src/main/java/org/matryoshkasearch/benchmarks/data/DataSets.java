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
package org.matryoshkasearch.benchmarks.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;
import org.matryoshkasearch.cli.vectors.GeneratedVectors;
import org.matryoshkasearch.cli.vectors.QuerySplit;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorReader;
import org.matryoshkasearch.cli.vectors.VectorRow;
import org.matryoshkasearch.cli.vectors.VectorSource;

/**
 * Prepares sets of vectors in a folder, once: {@code documents.f32}, {@code queries.f32}, and
 * {@code scores.f32} with the best scores of an exact search, or {@code scores-20.f32} of one that
 * may find 20 percent of the documents. Rows are scaled to unit length.
 */
public final class DataSets {

  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;
  private static final long SEED = 7;
  private static final int BATCH = 1000;

  /** The percentage that is all. */
  public static final int ALL = 100;

  private final Path folder;
  private final int accepted;
  private final Screen screen;

  /**
   * @param folder where prepared sets are kept
   * @param accepted how many percent of the documents, at random, a search may find: 1 to 100
   * @param screen where progress is shown
   */
  public DataSets(Path folder, int accepted, Screen screen) {
    this.folder = folder;
    this.accepted = accepted;
    this.screen = screen;
  }

  /** Generated vectors; held-out queries are more of the same kind. */
  public DataSet generated(int rows, int dims, QueryChoice queries) throws IOException {
    String name = String.format(Locale.ROOT, "generated-%dx%d", rows, dims);
    Path set = folder.resolve(name + "-" + queries.label());
    if (missing(set)) {
      int all = rows + queries.heldOut();
      try (VectorReader reader = new GeneratedVectors(all, dims, SEED).open();
          VectorWriter documents = new VectorWriter(set.resolve("documents.f32"), dims);
          VectorWriter targets = new VectorWriter(set.resolve("queries.f32"), dims)) {
        writeFile(queries, dims, targets); // finds its faults before anything is generated
        try (ProgressBar bar = new ProgressBar(screen, "Generating vectors", all)) {
          for (VectorRow row = reader.next(); row != null; row = reader.next()) {
            (row.row() < rows ? documents : targets).write(unit(row));
            bar.update(row.row());
          }
        }
        documents.finish();
        targets.finish();
      }
    }
    // the documents are the same whatever the queries
    return open(named(name, queries), name, set, dims);
  }

  /**
   * The vectors of a file, some of them held out as queries unless these have their own file.
   *
   * @param dims components of each vector, 0 to take what the file says
   */
  public DataSet ofFile(Path file, int dims, QueryChoice queries) throws IOException {
    VectorSource source = VectorFile.of(file, dims);
    String name = plain(source.name());
    long version = Files.getLastModifiedTime(file).toMillis();
    int foundDims = dimsOf(source);
    String whole = name + "-" + version + "-" + foundDims + "-" + queries.label();
    Path set = folder.resolve(whole);
    if (missing(set)) {
      try (VectorWriter documents = new VectorWriter(set.resolve("documents.f32"), foundDims);
          VectorWriter targets = new VectorWriter(set.resolve("queries.f32"), foundDims)) {
        if (queries.file() == null) {
          writeSplit(split(source, queries.heldOut()), documents, targets);
        } else {
          writeFile(queries, foundDims, targets);
          writeAll(source, documents);
        }
        documents.finish();
        targets.finish();
      }
    }
    return open(named(name, queries), whole, set, foundDims);
  }

  /** How many components the vectors of a source have. */
  static int dimsOf(VectorSource source) throws IOException {
    try (VectorReader reader = source.open()) {
      return reader.dims();
    }
  }

  /** What of a name of a file can be in names of files without harm. */
  static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9]+", "-");
  }

  private static String named(String name, QueryChoice queries) {
    return queries.file() == null
        ? name
        : name + "-" + plain(queries.file().getFileName().toString());
  }

  private static void writeFile(QueryChoice queries, int dims, VectorWriter targets)
      throws IOException {
    if (queries.file() != null) {
      for (VectorRow row : queries.read(dims)) {
        targets.write(unit(row));
      }
    }
  }

  private static void writeSplit(QuerySplit split, VectorWriter documents, VectorWriter targets)
      throws IOException {
    for (VectorRow row : split.queries()) {
      targets.write(unit(row));
    }
    split.forEachBatch(
        BATCH,
        batch -> {
          for (VectorRow row : batch) {
            documents.write(unit(row));
          }
        });
  }

  private void writeAll(VectorSource source, VectorWriter documents) throws IOException {
    try (VectorReader reader = source.open();
        ProgressBar bar = new ProgressBar(screen, "Reading " + source.name(), reader.count())) {
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        documents.write(unit(row));
        bar.update(row.row());
      }
    }
  }

  /** Vectors that were made up; nothing of an earlier run is taken. */
  public DataSet drawn(String name, Drawn drawn) throws IOException {
    int dims = drawn.documents()[0].length;
    Path set = folder.resolve(name);
    Files.createDirectories(set);
    Path file = set.resolve("documents.f32");
    try (VectorWriter writer = new VectorWriter(file, dims)) {
      for (float[] document : drawn.documents()) {
        writer.write(document);
      }
      writer.finish();
    }
    Vectors vectors = Vectors.map(file, dims);
    FixedBitSet found = findable(drawn, vectors.size());
    if (found.cardinality() < ExactScores.KEPT) {
      throw tooFew(found.cardinality());
    }
    try (ProgressBar bar = new ProgressBar(screen, "Searching exactly", vectors.size())) {
      return new DataSet(
          name,
          name,
          new Documents(vectors, drawn.similarity(), drawn.deleted(), 1),
          drawn.queries(),
          drawn.accepted(),
          ExactScores.compute(vectors, drawn.similarity(), drawn.queries(), found, bar::update));
    }
  }

  private static FixedBitSet findable(Drawn drawn, int rows) {
    FixedBitSet found = new FixedBitSet(rows);
    found.set(0, rows);
    if (drawn.accepted() != null) {
      found.and(drawn.accepted());
    }
    if (drawn.deleted() != null) {
      found.andNot(drawn.deleted());
    }
    return found;
  }

  private static IOException tooFew(int found) {
    return new IOException("needs at least " + ExactScores.KEPT + " documents, found " + found);
  }

  private QuerySplit split(VectorSource source, int queries) throws IOException {
    try (ProgressBar bar = new ProgressBar(screen, "Reading " + source.name(), 0)) {
      return QuerySplit.read(source, queries, bar::update);
    }
  }

  private static boolean missing(Path set) throws IOException {
    Files.createDirectories(set);
    // queries.f32 is finished last
    return !Files.exists(set.resolve("queries.f32"));
  }

  private static float[] unit(VectorRow row) throws IOException {
    if (VectorUtil.dotProduct(row.vector(), row.vector()) == 0) {
      throw new IOException("row " + row.row() + " is all zero: it has no direction to compare");
    }
    return VectorUtil.l2normalize(row.vector());
  }

  private DataSet open(String name, String documentsName, Path set, int dims) throws IOException {
    Vectors documents = Vectors.map(set.resolve("documents.f32"), dims);
    FixedBitSet rows = accepted == ALL ? null : some(documents.size(), accepted);
    int searched = rows == null ? documents.size() : rows.cardinality();
    if (searched < ExactScores.KEPT) {
      throw tooFew(searched);
    }
    float[][] queries = Vectors.map(set.resolve("queries.f32"), dims).toArrays();
    Path scores = set.resolve("scores" + (rows == null ? "" : "-" + accepted) + ".f32");
    if (!Files.exists(scores)) {
      try (ProgressBar bar = new ProgressBar(screen, "Searching exactly", documents.size());
          VectorWriter writer = new VectorWriter(scores, ExactScores.KEPT)) {
        for (float[] best :
            ExactScores.compute(documents, SIMILARITY, queries, rows, bar::update)) {
          writer.write(best);
        }
        writer.finish();
      }
    }
    return new DataSet(
        rows == null ? name : name + "-filter" + accepted,
        documentsName,
        new Documents(documents, SIMILARITY, null, 1),
        queries,
        rows,
        Vectors.map(scores, ExactScores.KEPT).toArrays());
  }

  /** Rows by chance, always the same. */
  private static FixedBitSet some(int size, int percent) {
    FixedBitSet rows = new FixedBitSet(size);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int row = 0; row < size; row++) {
      if (random.nextInt(ALL) < percent) {
        rows.set(row);
      }
    }
    return rows;
  }
}
