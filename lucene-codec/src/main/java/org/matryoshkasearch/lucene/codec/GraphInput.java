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

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.matryoshkasearch.lucene.graph.StoredGraph;

/** Reads the graphs that {@link GraphOutput} wrote. */
final class GraphInput implements Accountable, Closeable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(GraphInput.class);

  private final Map<String, Entry> fields = new HashMap<>();
  private final IndexInput data;

  GraphInput(SegmentReadState state) throws IOException {
    data = GraphOutput.FILES.open(state, (meta, version) -> readFields(meta, state.fieldInfos));
  }

  private void readFields(ChecksumIndexInput meta, FieldInfos infos) throws IOException {
    for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
      FieldInfo field = infos.fieldInfo(number);
      if (field == null) {
        throw new CorruptIndexException("Invalid field number: " + number, meta);
      }
      fields.put(field.name, new Entry(meta));
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
  int size(String field) {
    return entry(field).size;
  }

  /** A field's graph for one thread, or null if its vectors are too few for one. */
  StoredGraph graph(String field) throws IOException {
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
  long byteSize(String field) {
    Entry entry = entry(field);
    return entry.listsLength + entry.startsLength;
  }

  void checkIntegrity() throws IOException {
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

    Entry(IndexInput meta) throws IOException {
      size = meta.readVInt();
      maxConn = meta.readVInt();
      nodes = new int[meta.readVInt()][];
      if (nodes.length == 0) {
        return;
      }
      long lists = size;
      for (int level = 1; level < nodes.length; level++) {
        nodes[level] = readNodes(meta);
        lists += nodes[level].length;
      }
      listsAt = meta.readVLong();
      listsLength = meta.readVLong();
      startsAt = meta.readVLong();
      starts = DirectMonotonicReader.loadMeta(meta, lists, GraphOutput.STARTS_BLOCK_SHIFT);
      startsLength = meta.readVLong();
    }

    private static int[] readNodes(DataInput meta) throws IOException {
      int[] nodes = new int[meta.readVInt()];
      int last = 0;
      for (int i = 0; i < nodes.length; i++) {
        last += meta.readVInt();
        nodes[i] = last;
      }
      return nodes;
    }
  }
}
