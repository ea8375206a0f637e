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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.benchmarks.index.LuceneSetup.Requirement;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * All contenders for vectors of some dimension. Graphs have the defaults of Lucene: 16 links a node
 * and 100 candidates for them; jvector's, which has no smaller lists on its upper levels, 32.
 */
public final class Contenders {

  /** Lucene with float32 vectors of the full dimension. */
  public static final String LUCENE_FLOAT32 = "lucene-float32";

  /** Lucene with 1-bit codes of the full dimension. */
  public static final String LUCENE_BIT1 = "lucene-bit1";

  private static final PrefixEncoding DEFAULT_ENCODING = PrefixEncoding.INT4;

  private final int dims;
  private final int defaultPrefix;
  private final ElasticsearchFormats elasticsearch;
  private final List<Contender> all = new ArrayList<>();

  /**
   * @param dims components of the vectors
   * @param prefixes how many leading components to index, for those contenders that index prefixes
   * @param elasticsearch Elasticsearch's formats
   */
  public Contenders(int dims, List<Integer> prefixes, ElasticsearchFormats elasticsearch) {
    this.dims = dims;
    this.defaultPrefix = Math.min(dims, MatryoshkaHnswVectorsFormat.DEFAULT_PREFIX_DIMS);
    this.elasticsearch = elasticsearch;
    for (PrefixEncoding encoding : PrefixEncoding.values()) {
      addLucene(Family.LUCENE, "lucene-" + nameOf(encoding), encoding, dims);
    }
    addElasticsearch();
    all.add(new JvectorContender());
    for (int prefix : prefixes) {
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        addLucene(Family.LUCENE_PREFIX, nameOf("stock", prefix, encoding), encoding, prefix);
      }
    }
    for (int prefix : prefixes) {
      for (PrefixEncoding encoding : PrefixEncoding.values()) {
        addOurs(
            nameOf("matryoshka", prefix, encoding), prefix, encoding, FullVectorEncoding.FLOAT32);
      }
    }
    addOurs(ours() + "-bfloat16", defaultPrefix, DEFAULT_ENCODING, FullVectorEncoding.BFLOAT16);
  }

  /** Every contender, those of others first. */
  public List<Contender> all() {
    return List.copyOf(all);
  }

  /**
   * Those that have the whole vectors in their graphs, as float32 and as 4-bit codes: two of
   * Lucene, then two of ours.
   */
  public static List<Contender> ofWholeVectors(int dims, ElasticsearchFormats elasticsearch) {
    Contenders contenders = new Contenders(dims, List.of(dims), elasticsearch);
    return Stream.of(
            LUCENE_FLOAT32,
            "lucene-" + nameOf(DEFAULT_ENCODING),
            nameOf("matryoshka", dims, PrefixEncoding.FLOAT32),
            nameOf("matryoshka", dims, DEFAULT_ENCODING))
        .map(contenders::named)
        .toList();
  }

  /** Ours with some prefix and code. */
  public static Contender ours(
      int dims, int prefix, PrefixEncoding encoding, ElasticsearchFormats elasticsearch) {
    return new Contenders(dims, List.of(prefix), elasticsearch)
        .named(nameOf("matryoshka", prefix, encoding));
  }

  private Contender named(String name) {
    return all.stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no contender is called " + name));
  }

  /** The name of ours with its default prefix and code. */
  public String ours() {
    return nameOf("matryoshka", defaultPrefix, DEFAULT_ENCODING);
  }

  /** The name of Lucene's own format on the same prefix and with the same code as ours. */
  public String stockPrefix() {
    return nameOf("stock", defaultPrefix, DEFAULT_ENCODING);
  }

  private void addLucene(Family family, String name, PrefixEncoding encoding, int indexedDims) {
    boolean exact = encoding == PrefixEncoding.FLOAT32;
    boolean rescored = !exact || indexedDims < dims;
    add(
        name,
        family,
        () -> stock(encoding),
        indexedDims,
        rescored,
        exact ? 1 : 0,
        Requirement.NONE);
  }

  private void addElasticsearch() {
    Family family = Family.ELASTICSEARCH;
    Requirement kernels = elasticsearch::check;
    add("elasticsearch-int8_hnsw", family, elasticsearch::int8Hnsw, dims, true, 0, kernels);
    add("elasticsearch-bbq_hnsw", family, elasticsearch::bbqHnsw, dims, true, 0, kernels);
  }

  private void addOurs(
      String name, int prefix, PrefixEncoding encoding, FullVectorEncoding fullEncoding) {
    // float32 prefixes are not stored apart: the graph search reads the beginnings of the rows
    double hotShare = encoding == PrefixEncoding.FLOAT32 ? (double) prefix / dims : 0;
    // its graph compares whole vectors, so that there is nothing to compare once more
    boolean exact = encoding == PrefixEncoding.FLOAT32 && prefix == dims;
    Supplier<KnnVectorsFormat> format =
        () -> new MatryoshkaHnswVectorsFormat(prefix, encoding, fullEncoding);
    add(name, Family.MATRYOSHKA, format, dims, !exact, hotShare, Requirement.NONE);
  }

  private void add(
      String name,
      Family family,
      Supplier<KnnVectorsFormat> format,
      int indexedDims,
      boolean rescored,
      double hotShare,
      Requirement requirement) {
    all.add(
        new LuceneContender(
            new LuceneSetup(name, family, format, indexedDims, rescored, hotShare, requirement)));
  }

  private static KnnVectorsFormat stock(PrefixEncoding encoding) {
    int maxConn = Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN;
    int beamWidth = Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH;
    return switch (encoding) {
      case FLOAT32 -> new Lucene99HnswVectorsFormat(maxConn, beamWidth);
      case INT8 -> quantized(ScalarEncoding.UNSIGNED_BYTE, maxConn, beamWidth);
      case INT4 -> quantized(ScalarEncoding.PACKED_NIBBLE, maxConn, beamWidth);
      case BIT1 -> quantized(ScalarEncoding.SINGLE_BIT_QUERY_NIBBLE, maxConn, beamWidth);
    };
  }

  private static KnnVectorsFormat quantized(ScalarEncoding encoding, int maxConn, int beamWidth) {
    return new Lucene104HnswScalarQuantizedVectorsFormat(encoding, maxConn, beamWidth);
  }

  private static String nameOf(String family, int prefix, PrefixEncoding encoding) {
    return family + "-" + prefix + "-" + nameOf(encoding);
  }

  private static String nameOf(PrefixEncoding encoding) {
    return encoding.name().toLowerCase(Locale.ROOT);
  }
}
