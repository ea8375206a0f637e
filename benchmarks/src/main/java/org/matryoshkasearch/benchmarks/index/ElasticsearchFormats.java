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
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.codec.vectors.es93.ES93HnswBinaryQuantizedVectorsFormat;
import org.elasticsearch.index.codec.vectors.es94.ES94HnswScalarQuantizedVectorsFormat;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper.ElementType;
import org.elasticsearch.nativeaccess.NativeAccess;

/**
 * The vectors formats of {@code dense_vector}, with the native kernels that come with a node: they
 * are taken out of its zip.
 */
public final class ElasticsearchFormats {

  private static final int INT8_BITS = 7; // what int8_hnsw writes
  private static final boolean DIRECT_IO = false;

  private final Path distributions;
  private final Path libraries;
  private IOException failure = null;

  /**
   * @param distributions the folder where the build puts the zip of a node
   * @param libraries a folder for its native libraries
   */
  public ElasticsearchFormats(Path distributions, Path libraries) {
    this.distributions = distributions;
    this.libraries = libraries;
  }

  /**
   * Those of a checkout, not ready yet.
   *
   * @param work a folder for what they need
   */
  public static ElasticsearchFormats of(Path checkout, Path work) {
    return new ElasticsearchFormats(
        checkout.resolve("cli/target/node"), work.resolve("elasticsearch-native"));
  }

  /**
   * Gets them ready. Must come before anything else opens an index: Lucene then loads all formats
   * that it finds, and these need logging to be set up, and load their kernels.
   */
  public void start() {
    LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "error").build());
    System.setProperty("es.nativelibs.path", libraries.toAbsolutePath().toString());
    try {
      unpack();
      if (NativeAccess.instance().getVectorSimilarityFunctions().isEmpty()) {
        throw new IOException("Elasticsearch's native kernels do not work on this machine");
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  /**
   * Does nothing if the native kernels are there.
   *
   * @throws IOException if they are not: the formats would be slower than in a node
   */
  void check() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
  }

  private void unpack() throws IOException {
    Files.createDirectories(libraries);
    try (FileSystem zip = FileSystems.newFileSystem(distribution());
        DirectoryStream<Path> roots = Files.newDirectoryStream(zip.getPath("/"))) {
      Path platform = roots.iterator().next().resolve("lib/platform").resolve(platform());
      if (Files.notExists(platform)) {
        throw new IOException("Elasticsearch has no native kernels for " + platform());
      }
      try (DirectoryStream<Path> files = Files.newDirectoryStream(platform)) {
        for (Path file : files) {
          Path target = libraries.resolve(file.getFileName().toString());
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private Path distribution() throws IOException {
    try (DirectoryStream<Path> zips =
        Files.newDirectoryStream(distributions, "elasticsearch-*.zip")) {
      for (Path zip : zips) {
        return zip;
      }
    }
    throw new IOException("there is no zip of a node in " + distributions + ": run mvn package");
  }

  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String name =
        system.startsWith("mac") ? "darwin" : system.startsWith("windows") ? "windows" : "linux";
    return name + (System.getProperty("os.arch").equals("aarch64") ? "-aarch64" : "-x64");
  }

  /** What {@code int8_hnsw} writes. */
  KnnVectorsFormat int8Hnsw() {
    return new ES94HnswScalarQuantizedVectorsFormat(
        Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
        Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
        ElementType.FLOAT,
        INT8_BITS,
        DIRECT_IO);
  }

  /** What {@code bbq_hnsw} writes. */
  KnnVectorsFormat bbqHnsw() {
    return new ES93HnswBinaryQuantizedVectorsFormat(
        Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
        Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
        ElementType.FLOAT,
        DIRECT_IO);
  }
}
