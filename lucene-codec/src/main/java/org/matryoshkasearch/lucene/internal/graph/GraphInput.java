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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuery;
import org.matryoshkasearch.lucene.internal.files.MetaInput;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Reads the graphs that {@link GraphOutput} wrote. */
public final class GraphInput implements Accountable, Closeable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(GraphInput.class);

  private final Map<String, Entry> fields = new HashMap<>();
  private final IndexInput data;

  /** Opens the files. */
  public GraphInput(SegmentReadState state) throws IOException {
    data =
        GraphOutput.FILES.open(
            state, (field, meta) -> fields.put(field.name, new Entry(field, meta)));
    try {
      for (Entry entry : fields.values()) {
        entry.openPivots(data);
      }
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, data);
      throw t;
    }
  }

  /**
   * Checks that a field has as many vectors as another file says, of as many dimensions.
   *
   * @param dims of what the graph is over
   * @throws CorruptIndexException if the two differ
   */
  public void check(FieldInfo field, int size, int dims) throws CorruptIndexException {
    Entry entry = fields.get(field.name);
    if (entry != null && entry.quantizer != null && entry.means[0].length != dims) {
      throw new CorruptIndexException(
          String.format(
              Locale.ROOT,
              "field [%s] must have a graph of [%d] dims, has one of [%d]",
              field.name,
              dims,
              entry.means[0].length),
          data);
    }
    if (entry == null || entry.size != size) {
      throw new CorruptIndexException(
          String.format(
              Locale.ROOT,
              "field [%s] must have a graph of [%d] vectors, has %s",
              field.name,
              size,
              entry == null ? "none" : "[" + entry.size + "]"),
          data);
    }
  }

  private Entry entry(String field) {
    Entry entry = fields.get(field);
    if (entry == null) {
      throw new IllegalArgumentException("field [" + field + "] has no vectors here");
    }
    return entry;
  }

  /** How many vectors a field has. */
  public int size(String field) {
    return entry(field).size;
  }

  /** A field's graph for one thread, or null if there is none, as they or memory were few. */
  public StoredGraph graph(String field) throws IOException {
    Entry entry = entry(field);
    return entry.quantizer == null
        ? null
        : new StoredGraph(
            entry.size,
            entry.maxConn,
            data.slice("links", entry.listsAt, entry.listsLength),
            DirectMonotonicReader.getInstance(
                entry.starts, data.randomAccessSlice(entry.startsAt, entry.startsLength)));
  }

  /**
   * The way into a field's graph, if it has one.
   *
   * @param query what is searched for
   * @param scorer of all nodes
   */
  public WayIn wayIn(String field, PrefixQuery query, RandomVectorScorer scorer)
      throws IOException {
    Entry entry = entry(field);
    CodeRows rows = null;
    if (entry.pivots != null) {
      rows = entry.pivots.get();
      rows.setQuery(query.codeFor(entry.quantizer));
    }
    return new WayIn(
        entry.kind,
        entry.queryLength > 0 ? scaled(query.prefix(), entry.queryLength) : query.prefix(),
        entry.means,
        entry.isLong,
        entry.ends,
        data.randomAccessSlice(entry.nodesAt, entry.nodesLength()),
        rows,
        scorer);
  }

  /** A query of such a length: what has the largest product with it is nearest to it. */
  private static float[] scaled(float[] query, float length) {
    double given = PrefixSimilarity.length(query, 0, query.length);
    return given > 0 ? PrefixSimilarity.prefixOf(query, query.length, given / length) : query;
  }

  /** The bytes of a field's graph. */
  public long byteSize(String field) {
    Entry entry = entry(field);
    return entry.quantizer == null
        ? 0
        : entry.listsLength
            + entry.startsLength
            + entry.nodesAt
            - entry.rowsAt
            + entry.nodesLength();
  }

  /** Checks all that was written. */
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE;
    for (Entry entry : fields.values()) {
      total += RamUsageEstimator.shallowSizeOf(entry);
      if (entry.quantizer != null) {
        total +=
            RamUsageEstimator.sizeOf(entry.ends)
                + RamUsageEstimator.sizeOf(entry.isLong)
                + RamUsageEstimator.shallowSizeOf(entry.means)
                + entry.means.length * RamUsageEstimator.sizeOf(entry.means[0])
                + entry.quantizer.ramBytesUsed();
      }
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    data.close();
  }

  /** What the metadata say of a field. */
  private static final class Entry {
    private final int size;
    private final int maxConn;
    private long listsAt;
    private long listsLength;
    private long startsAt;
    private long startsLength;
    private DirectMonotonicReader.Meta starts;
    private float queryLength; // to which queries are scaled; 0: they are not
    private Nearness kind;
    private PrefixQuantizer quantizer; // of the pivots; null: no graph
    private int[] ends; // of the groups of pivots
    private float[][] means; // of the groups
    private boolean[] isLong; // which of these are
    private long rowsAt;
    private long nodesAt;
    private IOSupplier<CodeRows> pivots; // null where the field's own codes are finer

    Entry(FieldInfo field, MetaInput meta) throws IOException {
      IndexInput in = meta.in;
      size = meta.readCount();
      maxConn = in.readVInt();
      meta.check(
          maxConn >= 1 && maxConn <= Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN,
          "half of the links [%d]",
          maxConn);
      int graphs = in.readByte();
      meta.check(
          graphs == 0 || (graphs == 1 && size > 0), "[%d] graphs of [%d] vectors", graphs, size);
      if (graphs == 0) {
        return;
      }
      listsAt = in.readVLong();
      listsLength = in.readVLong();
      meta.checkInData(listsAt, listsLength);
      startsAt = in.readVLong();
      long blocksAt = in.getFilePointer();
      long needed = meta.skipMonotonic(size, GraphOutput.STARTS_BLOCK_SHIFT);
      startsLength = in.readVLong();
      long end = in.getFilePointer();
      meta.checkInData(startsAt, startsLength);
      meta.check(needed <= startsLength, "starts of lists in [%d] bytes", startsLength);
      in.seek(blocksAt);
      starts = DirectMonotonicReader.loadMeta(in, size, GraphOutput.STARTS_BLOCK_SHIFT);
      in.seek(end);
      readKind(Nearness.of(field), meta);
      readPivots(field, meta);
    }

    private void readKind(Nearness wanted, MetaInput meta) throws IOException {
      queryLength = Float.intBitsToFloat(meta.in.readInt());
      meta.check(
          queryLength == 0
              || (wanted == Nearness.INNER_PRODUCT
                  && queryLength > 0
                  && queryLength <= Float.MAX_VALUE),
          "queries of length [%f]",
          queryLength);
      kind = queryLength > 0 ? Nearness.DISTANCE : wanted;
    }

    private void readPivots(FieldInfo field, MetaInput meta) throws IOException {
      IndexInput in = meta.in;
      int dims = in.readVInt();
      meta.check(dims >= 1 && dims <= field.getVectorDimension(), "pivots of [%d] dims", dims);
      float[] centroid = new float[dims];
      in.readFloats(centroid, 0, dims);
      for (float component : centroid) {
        meta.check(Float.isFinite(component), "a centroid of [%f]", component);
      }
      int groups = in.readVInt();
      meta.check(groups >= 1 && groups <= size, "[%d] groups of pivots", groups);
      meta.checkFollow(groups);
      ends = new int[groups];
      int end = 0;
      for (int group = 0; group < groups; group++) {
        int members = in.readVInt();
        meta.check(
            members >= 1 && members <= size - end,
            "a group of [%d] pivots after [%d]",
            members,
            end);
        end += members;
        ends[group] = end;
      }
      meta.checkFollow((long) groups * dims * Float.BYTES);
      means = new float[groups][dims];
      isLong = new boolean[groups];
      for (int group = 0; group < groups; group++) {
        in.readFloats(means[group], 0, dims);
        isLong[group] = WayIn.isLong(means[group]);
      }
      quantizer = GraphOutput.pivotQuantizer(field, centroid);
      rowsAt = in.readVLong();
      nodesAt = in.readVLong();
      long codeBytes = (long) end * quantizer.rowBytes();
      meta.checkRows(rowsAt, nodesAt - rowsAt);
      meta.check(
          nodesAt == rowsAt || nodesAt == rowsAt + codeBytes,
          "[%d] bytes of pivots",
          nodesAt - rowsAt);
      meta.checkInData(nodesAt, nodesLength());
    }

    /** Once, as each search reads them. */
    private void openPivots(IndexInput data) throws IOException {
      if (nodesAt > rowsAt) {
        pivots = CodeRows.in(quantizer, data.slice("pivots", rowsAt, nodesAt - rowsAt));
      }
    }

    private long nodesLength() {
      return (long) ends[ends.length - 1] * Integer.BYTES;
    }
  }
}
