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
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.matryoshkasearch.lucene.internal.files.MetaInput;

/** Reads the graphs that {@link GraphOutput} wrote. */
public final class GraphInput implements Accountable, Closeable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(GraphInput.class);

  /** More than there ever are: each has about half of the nodes of the one below, or fewer. */
  private static final int MAX_LEVELS = 64;

  private final Map<String, Entry> fields = new HashMap<>();
  private final IndexInput data;

  /** Opens the files. */
  public GraphInput(SegmentReadState state) throws IOException {
    data = GraphOutput.FILES.open(state, (field, meta) -> fields.put(field.name, new Entry(meta)));
  }

  /**
   * Checks that a field has as many vectors as another file says.
   *
   * @throws CorruptIndexException if the two differ
   */
  public void check(FieldInfo field, int size) throws CorruptIndexException {
    Entry entry = fields.get(field.name);
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
    return entry.nodes.length == 0
        ? null
        : new StoredGraph(
            entry.size,
            entry.maxConn,
            entry.nodes,
            data.slice("links", entry.listsAt, entry.listsLength),
            DirectMonotonicReader.getInstance(
                entry.starts, data.randomAccessSlice(entry.startsAt, entry.startsLength)));
  }

  /** The bytes of a field's graph. */
  public long byteSize(String field) {
    Entry entry = entry(field);
    return entry.listsLength + entry.startsLength;
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
      for (int level = 1; level < entry.nodes.length; level++) {
        total += RamUsageEstimator.sizeOf(entry.nodes[level]);
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
    private final int[][] nodes; // of each level but the lowest; no levels: no graph
    private long listsAt;
    private long listsLength;
    private long startsAt;
    private long startsLength;
    private DirectMonotonicReader.Meta starts;

    Entry(MetaInput meta) throws IOException {
      IndexInput in = meta.in;
      size = meta.readCount();
      maxConn = in.readVInt();
      meta.check(
          maxConn >= 1 && maxConn <= Lucene99HnswVectorsFormat.MAXIMUM_MAX_CONN,
          "half of the links [%d]",
          maxConn);
      int levels = in.readVInt();
      meta.check(
          levels >= 0 && levels <= MAX_LEVELS && (levels == 0 || size > 0),
          "[%d] levels over [%d] vectors",
          levels,
          size);
      nodes = new int[levels][];
      if (levels == 0) {
        return;
      }
      long lists = size;
      for (int level = 1; level < levels; level++) {
        nodes[level] = readNodes(meta);
        lists += nodes[level].length;
      }
      listsAt = in.readVLong();
      listsLength = in.readVLong();
      meta.checkInData(listsAt, listsLength);
      startsAt = in.readVLong();
      long blocksAt = in.getFilePointer();
      long needed = meta.skipMonotonic(lists, GraphOutput.STARTS_BLOCK_SHIFT);
      startsLength = in.readVLong();
      long end = in.getFilePointer();
      meta.checkInData(startsAt, startsLength);
      meta.check(needed <= startsLength, "starts of lists in [%d] bytes", startsLength);
      in.seek(blocksAt);
      starts = DirectMonotonicReader.loadMeta(in, lists, GraphOutput.STARTS_BLOCK_SHIFT);
      in.seek(end);
    }

    /** Ascending, below the number of vectors. */
    private int[] readNodes(MetaInput meta) throws IOException {
      int count = meta.in.readVInt();
      meta.checkFollow(count);
      meta.check(count >= 1 && count <= size, "a level of [%d] nodes", count);
      int[] read = new int[count];
      int last = -1;
      for (int i = 0; i < count; i++) {
        int node = (i == 0 ? 0 : last) + meta.in.readVInt();
        meta.check(node > last && node < size, "node [%d] after [%d]", node, last);
        read[i] = node;
        last = node;
      }
      return read;
    }
  }
}
