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
package org.matryoshkasearch.benchmarks.index;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.lucene.util.FixedBitSet;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.data.Vectors;
import org.matryoshkasearch.benchmarks.index.Contender.BuildTime;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.cli.ProgressBar;
import org.matryoshkasearch.cli.Screen;

/** A folder of indexes over one set of documents, one for each contender. */
public final class Indexes {

  private static final int TRIAL_ROWS = 3000;
  private static final int TRIAL_QUERIES = 200;
  private static final int TRIAL_CANDIDATES = 50;
  private static final double SPACE =
      2.3; // of the vectors' size: the index, and while it is merged

  private final Path folder;
  private final Documents documents;
  private final Vectors vectors;
  private final boolean reuse;
  private final Screen screen;

  /**
   * @param folder where they are, of no other set of documents
   * @param reuse whether to take what an earlier run has built, and to leave it there
   */
  public Indexes(Path folder, Documents documents, boolean reuse, Screen screen) {
    this.folder = folder;
    this.documents = documents;
    this.vectors = documents.vectors();
    this.reuse = reuse;
    this.screen = screen;
  }

  /**
   * A build and its time.
   *
   * @param reused whether both are of an earlier run
   */
  public record Built(BuildTime time, boolean reused) {}

  /** Builds and searches a small index: shows whether that works here, and warms up its code. */
  public void tryOut(Contender contender) throws IOException {
    Path trial = folder.resolve("trial");
    delete(trial);
    Files.createDirectories(trial);
    contender.build(documents.first(TRIAL_ROWS), trial, done -> {});
    try (Searchable index = contender.open(trial, null)) {
      int queries = Math.min(TRIAL_QUERIES, vectors.size());
      for (int i = 0; i < queries; i++) {
        index.searches().get(0).search(vectors.row(i), 10, TRIAL_CANDIDATES);
      }
    }
    delete(trial);
  }

  /** Builds the index of a contender, unless an earlier one is to be taken. */
  public Built build(Contender contender) throws IOException {
    Path index = folder(contender);
    Path times = folder.resolve(contender.name() + ".properties");
    // our own code changes all the time
    if (reuse && contender.family() != Family.MATRYOSHKA && Files.exists(times)) {
      return new Built(read(times), true);
    }
    delete(times);
    delete(index);
    Files.createDirectories(index);
    checkSpace();
    System.gc(); // what others left behind is none of its business
    BuildTime time;
    try (ProgressBar bar =
        new ProgressBar(screen, "Building " + contender.name(), vectors.size())) {
      time = contender.build(documents, index, bar::update);
    }
    write(times, time);
    return new Built(time, false);
  }

  /**
   * Opens the index of a contender.
   *
   * @param accepted the rows that searches may find, or null for all
   * @throws IOException if it does not have the segments that were asked for
   */
  public Searchable open(Contender contender, FixedBitSet accepted) throws IOException {
    Searchable index = contender.open(folder(contender), accepted);
    if (index.segments() != documents.segments()) {
      index.close();
      throw new IOException(
          "expected " + documents.segments() + " segments, found " + index.segments());
    }
    return index;
  }

  private void checkSpace() throws IOException {
    double needed = SPACE * vectors.size() * vectors.dims() * Float.BYTES;
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw new IOException(
          "needs " + Math.round(needed / 1e9) + " GB of disk, free are " + free / 1_000_000_000);
    }
  }

  private static BuildTime read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return new BuildTime(
        Double.parseDouble(properties.getProperty("index")),
        Double.parseDouble(properties.getProperty("merge")));
  }

  private static void write(Path file, BuildTime time) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("index", String.valueOf(time.indexSeconds()));
    properties.setProperty("merge", String.valueOf(time.mergeSeconds()));
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "seconds");
    }
  }

  private Path folder(Contender contender) {
    return folder.resolve(contender.name());
  }

  /** The size of the index of a contender, in bytes. */
  public long size(Contender contender) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder(contender))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /** Deletes what no later run will take. */
  public void clear() throws IOException {
    if (!reuse) {
      delete(folder);
    }
  }

  private static void delete(Path path) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(path)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
