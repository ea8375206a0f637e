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

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.TaskExecutor;
import org.matryoshkasearch.lucene.internal.graph.BuildMemory;
import org.matryoshkasearch.lucene.internal.graph.GraphBuilder;
import org.matryoshkasearch.lucene.internal.graph.Scratch;
import org.matryoshkasearch.lucene.internal.graph.Workers;
import org.matryoshkasearch.lucene.internal.recall.RecallCurve;

/**
 * A vector format for Matryoshka embeddings (<a href="https://arxiv.org/abs/2205.13147">arXiv
 * 2205.13147</a>), whose leading dimensions are an embedding of their own: the leading dimensions
 * of each vector, its <em>prefix</em>, are indexed in an HNSW graph of compact codes; the full
 * vectors are stored once, in rows.
 *
 * <p>To Lucene a field with this format is an ordinary field of {@code float} vectors of the full
 * dimension: {@code getFloatVectorValues} gives the full vectors, {@code searchNearestVectors}
 * takes full query vectors (or shorter ones, down to the prefix) and finds what is nearest by the
 * prefix. The scores of such a search, and those of {@code FloatVectorValues#scorer}, are scores of
 * prefixes; those of {@code FloatVectorValues#rescorer} are exact. {@link
 * org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery} puts the two together.
 *
 * <p>For cosine and dot product, prefixes are scaled to unit length before they are compared. A
 * target whose prefix is all zeros tells nothing of what is near, unless distances are compared:
 * then a search compares all full vectors. (A vector whose prefix is all zeros is a candidate where
 * fewer prefixes than candidates are at an acute angle to that of the target.) Fields of {@code
 * byte} vectors work too, without a prefix: as in {@link Lucene99HnswVectorsFormat}.
 *
 * <p>The graph is built when all vectors of a segment are there, on a flush and in a merge: not
 * vector by vector, but by comparing those of overlapping parts all with all. That needs, while it
 * is built, at most about 200 bytes of heap a vector (with the defaults), temporary files of some
 * hundred bytes a vector, and in a merge another one of two bytes for each dimension of the prefix
 * and four more. All graphs that are built at a time share a quarter of the JVM's heap: each makes
 * do with what is left, and takes longer with little; where not even 70 bytes a vector are left, a
 * segment has no graph, its searches look at all codes, and the next merge builds one. Links lead
 * to what is near by distance; for maximum inner product, and of bytes for dot product, unless all
 * vectors are about of one length, to what has a large inner product.
 *
 * <p>The files are specified here. All six begin with a {@link
 * org.apache.lucene.codecs.CodecUtil#writeIndexHeader header} and end with a {@link
 * org.apache.lucene.codecs.CodecUtil#writeFooter footer}, numbers are little-endian, and versions
 * of a pair of files are equal. The metadata are verified on open, the data by {@code
 * checkIntegrity}.
 *
 * <h2>.vemq (metadata of fields and prefix codes)</h2>
 *
 * <p>Codec name {@code MatryoshkaPrefixCodesMeta}. For each field:
 *
 * <ul>
 *   <li><b>[int32]</b> field number
 *   <li><b>[int8]</b> 0 for a field of float vectors; 1 for one of byte vectors, of which nothing
 *       more stands here: its vectors are in the files of {@link
 *       org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat}
 *   <li><b>[int8]</b> similarity: 0 euclidean, 1 dot product, 2 cosine, 3 maximum inner product
 *   <li><b>[vint]</b> dimensions of the full vectors
 *   <li><b>[vint]</b> dimensions of the prefix, at most those
 *   <li><b>[int8]</b> encoding of the prefix: 0 float32 (no codes), 1 int8, 2 int4, 3 one bit
 *   <li><b>[int8]</b> encoding of the full vectors: 0 float32, 1 bfloat16
 *   <li><b>[vint]</b> number of vectors
 *   <li><b>[vlong]</b> where the field's codes begin in .veq, a multiple of 64
 *   <li><b>[vlong]</b> length of the codes, in bytes
 *   <li><b>array[float32]</b> the centroid, a component for each dimension of the prefix; absent if
 *       there are no codes
 * </ul>
 *
 * <p>Then <b>[int32]</b> -1.
 *
 * <h2>.veq (prefix codes)</h2>
 *
 * <p>Codec name {@code MatryoshkaPrefixCodesData}. For each field, for each vector by ordinal, of
 * its prefix (for cosine and dot product scaled to unit length, for maximum inner product to the
 * length of the vector):
 *
 * <ul>
 *   <li>the code. int8: <b>array[int8]</b> c(i), unsigned, for each dimension i of the prefix. int4
 *       and one bit: <b>array[int64]</b> a plane for each of its bits (4 or 1), from the lowest; a
 *       plane has a bit for each dimension of the prefix, filled up with zeros to whole words: bit
 *       i % 64 of word i / 64 is that bit of c(i)
 *   <li><b>[float32]</b> lower and <b>[float32]</b> step: component i of the prefix is about
 *       centroid(i) + lower + step * c(i)
 *   <li><b>[float32]</b> step times the sum of c(i)
 *   <li><b>[float32]</b> dot product of prefix and centroid; if euclidean, their squared distance
 * </ul>
 *
 * <h2>.dvm (metadata of full vectors)</h2>
 *
 * <p>Codec name {@code MatryoshkaFullVectorsMeta}. For each field:
 *
 * <ul>
 *   <li><b>[int32]</b> field number
 *   <li><b>[vint]</b> bytes a row: dimensions times 4 (float32) or 2 (bfloat16); 0 without rows
 *   <li><b>[vint]</b> number of rows
 *   <li><b>[vlong]</b> where the rows begin in .dvd: a multiple of 64, and of every power of two up
 *       to 4096 that the bytes of a row are a multiple of; 0 without rows
 *   <li><b>[vlong]</b> length of the rows, in bytes
 *   <li>documents of the ordinals, as {@link
 *       org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration#writeStoredMeta} writes
 *       them (here and, in the sparse case, behind the rows in .dvd)
 * </ul>
 *
 * <p>Then <b>[int32]</b> -1.
 *
 * <h2>.dvd (full vectors)</h2>
 *
 * <p>Codec name {@code MatryoshkaFullVectorsData}. For each field, for each vector by ordinal (in
 * document order), a component for each dimension: <b>[float32]</b>, or <b>[int16]</b> the upper
 * half of a float32 (bfloat16). Right behind the rows, for maximum inner product,
 * <b>array[float32]</b> the length of each vector, as it stands there.
 *
 * <h2>.vem (metadata of graphs)</h2>
 *
 * <p>Codec name {@code MatryoshkaGraphMeta}. For each field, those of byte vectors included:
 *
 * <ul>
 *   <li><b>[int32]</b> field number
 *   <li><b>[vint]</b> number of vectors
 *   <li><b>[vint]</b> half of the links that a node has at most
 *   <li><b>[int8]</b> 1; 0 if there is no graph, as vectors are few or memory was, and then nothing
 *       more stands here
 *   <li><b>[vlong]</b> where the lists of links begin in .vex, and <b>[vlong]</b> their length
 *   <li><b>[vlong]</b> where the starts of the lists begin in .vex; what {@link
 *       org.apache.lucene.util.packed.DirectMonotonicWriter} has to say of them in blocks of 65536;
 *       and <b>[vlong]</b> their length
 *   <li><b>[float32]</b> for maximum inner product, the length of the vectors if they are all about
 *       of one: then links and groups are made by distance, and a search compares the means with
 *       its target scaled to that length; else 0
 *   <li><b>[vint]</b> dimensions of the prefix, and <b>array[float32]</b> the centroid from which
 *       pivots are seen
 *   <li><b>[vint]</b> number of groups of pivots, <b>array[vint]</b> how many each has, and
 *       <b>array[float32]</b> the mean of each
 *   <li><b>[vlong]</b> where the codes of the pivots begin in .vex, a multiple of 64
 *   <li><b>[vlong]</b> where their ordinals begin in .vex, right behind the codes
 * </ul>
 *
 * <p>Then <b>[int32]</b> -1.
 *
 * <h2>.vex (graphs)</h2>
 *
 * <p>Codec name {@code MatryoshkaGraphData}. For each field:
 *
 * <ul>
 *   <li>for each vector by ordinal: <b>[vint]</b> how many links it has, and the ordinals that they
 *       lead to, ascending, each as its difference from the last, as {@link
 *       org.apache.lucene.store.DataOutput#writeGroupVInts(int[], int) group vints}
 *   <li>where each of these lists starts, from the first of them, by {@link
 *       org.apache.lucene.util.packed.DirectMonotonicWriter}
 *   <li>where the prefix is coded in 4 bits or one: codes of the pivots, the nodes by which
 *       searches come in, group by group; as int4 codes stand in .veq
 *   <li><b>array[int32]</b> the ordinals of the pivots, group by group
 * </ul>
 *
 * <h2>Attributes of fields</h2>
 *
 * <p>In the segment's field infos, as text:
 *
 * <ul>
 *   <li>{@code matryoshka.prefix_dims}: the dimensions of the prefix
 *   <li>{@code matryoshka.without_graph}: {@code true} where there is no graph for want of memory
 *   <li>{@code matryoshka.recall}: what was learnt of searches when the segment was written, {@code
 *       slope;deviation;growth;candidates:recall@10:recall@100,...}; empty of fewer than 100
 *       vectors. What cannot be read is as nothing
 * </ul>
 *
 * <h2>Versions</h2>
 *
 * <ul>
 *   <li>0: the first, is not read any more
 *   <li>1: for maximum inner product, prefixes as long as their vectors, and lengths behind the
 *       rows of full vectors; of graphs, pivots in place of the upper levels, is not read any more
 *   <li>2, of graphs: of vectors of one length, for maximum inner product, one of distances
 * </ul>
 */
public final class MatryoshkaHnswVectorsFormat extends KnnVectorsFormat {
  /** The name that stands in segments. */
  public static final String NAME = "MatryoshkaHnsw";

  /** The largest dimension of a vector: {@value}. */
  public static final int MAX_DIMS = 4096;

  /** Leading dimensions indexed by default: {@value}. */
  public static final int DEFAULT_PREFIX_DIMS = 256;

  /**
   * Links a node of the graph has by default: {@value}, chosen by it; with those of others that
   * chose it, or with more of its own where vectors have no structure, at most twice as many.
   */
  public static final int DEFAULT_MAX_CONN = Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN;

  /** How widely links are looked for by default: {@value}. */
  public static final int DEFAULT_BEAM_WIDTH = Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH;

  /** Attribute of a written {@code FieldInfo}: how many leading dimensions are indexed. */
  public static final String PREFIX_DIMS_ATTRIBUTE = "matryoshka.prefix_dims";

  /**
   * Attribute of a written {@code FieldInfo}: whether there was too little memory for its graph.
   */
  private static final String WITHOUT_GRAPH_ATTRIBUTE = "matryoshka.without_graph";

  private final int prefixDims;
  private final PrefixEncoding prefixEncoding;
  private final FullVectorEncoding fullVectorEncoding;
  private final int maxConn;
  private final int beamWidth;
  private final int numMergeWorkers;
  private final TaskExecutor mergeExec;
  private final BuildMemory memory;

  /** A format with all defaults, and the one that reads every segment of this format. */
  public MatryoshkaHnswVectorsFormat() {
    this(DEFAULT_PREFIX_DIMS);
  }

  /**
   * A format with 4-bit codes and float32 full vectors.
   *
   * @param prefixDims leading dimensions to index, 1 to {@value #MAX_DIMS}; a field that has fewer
   *     is indexed whole
   */
  public MatryoshkaHnswVectorsFormat(int prefixDims) {
    this(prefixDims, PrefixEncoding.INT4, FullVectorEncoding.FLOAT32);
  }

  /**
   * A format with the default graph, merged in one thread.
   *
   * @param prefixDims leading dimensions to index, 1 to {@value #MAX_DIMS}; a field that has fewer
   *     is indexed whole
   * @param prefixEncoding how the prefix is coded for the graph
   * @param fullVectorEncoding how the full vectors are stored
   */
  public MatryoshkaHnswVectorsFormat(
      int prefixDims, PrefixEncoding prefixEncoding, FullVectorEncoding fullVectorEncoding) {
    this(
        prefixDims,
        prefixEncoding,
        fullVectorEncoding,
        DEFAULT_MAX_CONN,
        DEFAULT_BEAM_WIDTH,
        1,
        null);
  }

  /**
   * @param prefixDims leading dimensions to index, 1 to {@value #MAX_DIMS}; a field that has fewer
   *     is indexed whole
   * @param prefixEncoding how the prefix is coded for the graph
   * @param fullVectorEncoding how the full vectors are stored
   * @param maxConn links of a node, 1 to 512
   * @param beamWidth how widely links are looked for, 1 to 3200: two fifths of it, at least {@code
   *     maxConn} and at most 128, are the nearest neighbours that a node's links are chosen from
   * @param numMergeWorkers threads that build a merged graph, at least 1
   * @param mergeExec what runs them; if null, the merge scheduler's intra-merge executor. Null with
   *     one worker
   * @throws IllegalArgumentException if a number is out of its range
   */
  public MatryoshkaHnswVectorsFormat(
      int prefixDims,
      PrefixEncoding prefixEncoding,
      FullVectorEncoding fullVectorEncoding,
      int maxConn,
      int beamWidth,
      int numMergeWorkers,
      ExecutorService mergeExec) {
    this(
        prefixDims,
        prefixEncoding,
        fullVectorEncoding,
        maxConn,
        beamWidth,
        numMergeWorkers,
        mergeExec,
        BuildMemory.OF_HEAP);
  }

  /** With memory for building graphs that is not shared with all others. */
  MatryoshkaHnswVectorsFormat(
      int prefixDims,
      PrefixEncoding prefixEncoding,
      FullVectorEncoding fullVectorEncoding,
      int maxConn,
      int beamWidth,
      int numMergeWorkers,
      ExecutorService mergeExec,
      BuildMemory memory) {
    super(NAME);
    checkRange("prefixDims", prefixDims, MAX_DIMS);
    checkRange("maxConn", maxConn, Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN);
    checkRange("beamWidth", beamWidth, Lucene99HnswVectorsFormat.MAXIMUM_BEAM_WIDTH);
    checkRange("numMergeWorkers", numMergeWorkers, Integer.MAX_VALUE);
    if (numMergeWorkers == 1 && mergeExec != null) {
      throw new IllegalArgumentException("mergeExec must be null with numMergeWorkers [1]");
    }
    this.prefixDims = prefixDims;
    this.prefixEncoding = Objects.requireNonNull(prefixEncoding, "prefixEncoding");
    this.fullVectorEncoding = Objects.requireNonNull(fullVectorEncoding, "fullVectorEncoding");
    this.maxConn = maxConn;
    this.beamWidth = beamWidth;
    this.numMergeWorkers = numMergeWorkers;
    this.mergeExec = mergeExec == null ? null : new TaskExecutor(mergeExec);
    this.memory = memory;
  }

  /** Whether a field of a segment was written in this format, as the segment's own codec says. */
  public static boolean isFormatOf(FieldInfo field) {
    return NAME.equals(field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY));
  }

  /**
   * Whether a field that this format wrote in a segment has no graph, because too little memory was
   * free for it, and would have one if it was written again while no other graph is built. Until
   * then searches look at all of its codes.
   *
   * @param field to be asked of only if this format wrote it
   * @param vectors how many it has in the segment, at most
   */
  public static boolean lacksGraph(FieldInfo field, int vectors) {
    return Boolean.parseBoolean(field.getAttribute(WITHOUT_GRAPH_ATTRIBUTE))
        && GraphBuilder.fits(vectors, BuildMemory.OF_HEAP);
  }

  /**
   * About how many candidates a search of a segment needs to find a share of the nearest, as was
   * learnt when it was written.
   *
   * @param field that this format wrote, under whatever name it stands in the segment
   * @param k how many are nearest
   * @param recall the share of them, more than 0, less than 1
   * @return empty where nothing was learnt, as of very small segments
   */
  public static OptionalInt candidates(FieldInfo field, int k, double recall) {
    RecallCurve curve = RecallCurve.of(field);
    return curve == null
        ? OptionalInt.empty()
        : OptionalInt.of(
            (int) Math.min(Integer.MAX_VALUE, Math.ceil(curve.candidatesOfQuery(k, recall))));
  }

  static void setWithoutGraph(FieldInfo field, boolean without) {
    // said either way: a merge begins with what the merged segments said
    field.putAttribute(WITHOUT_GRAPH_ATTRIBUTE, Boolean.toString(without));
  }

  /**
   * About how many bytes of heap it takes to build the graph of a segment with default parameters,
   * in this JVM: no more than all graphs that are built at a time together may take.
   *
   * @param vectors how many the segment has
   */
  public static long graphBuildBytes(int vectors) {
    return GraphBuilder.bytes(vectors);
  }

  private static void checkRange(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be between 1 and %d, but is [%d]", name, max, value));
    }
  }

  int prefixDims() {
    return prefixDims;
  }

  PrefixEncoding prefixEncoding() {
    return prefixEncoding;
  }

  FullVectorEncoding fullVectorEncoding() {
    return fullVectorEncoding;
  }

  int maxConn() {
    return maxConn;
  }

  GraphBuilder graphBuilder(Workers workers, Scratch files) {
    return new GraphBuilder(maxConn, beamWidth, workers, memory, files);
  }

  /** What builds the graph of a merge. */
  Workers workers(MergeState mergeState) {
    TaskExecutor executor = mergeExec;
    if (executor == null && mergeState.intraMergeTaskExecutor != null) {
      executor = new TaskExecutor(mergeState.intraMergeTaskExecutor);
    }
    return new Workers(executor, numMergeWorkers, mergeState::checkAborted);
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new MatryoshkaHnswVectorsWriter(this, state);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    try {
      return new MatryoshkaHnswVectorsReader(state);
    } catch (EOFException e) {
      throw new CorruptIndexException(
          "a vector file ends too early", state.segmentInfo.name + state.segmentSuffix, e);
    }
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return MAX_DIMS;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "MatryoshkaHnswVectorsFormat(prefixDims=%d, prefixEncoding=%s, fullVectorEncoding=%s,"
            + " maxConn=%d, beamWidth=%d)",
        prefixDims,
        prefixEncoding,
        fullVectorEncoding,
        maxConn,
        beamWidth);
  }
}
