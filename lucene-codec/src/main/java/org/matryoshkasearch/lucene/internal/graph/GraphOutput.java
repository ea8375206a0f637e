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
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.matryoshkasearch.lucene.internal.files.FilePair;

/** Writes graphs to files that {@link GraphInput} reads. */
public final class GraphOutput implements Closeable {
  static final int VERSION_START = 0;
  static final int VERSION_CURRENT = VERSION_START;

  /** The files. */
  public static final FilePair FILES =
      new FilePair("MatryoshkaGraph", "vem", "vex", VERSION_START, VERSION_CURRENT);

  static final int STARTS_BLOCK_SHIFT = 16;

  private final int maxConn;
  private final FilePair.Output files;
  private final IndexOutput meta;
  private final IndexOutput data;

  /**
   * Creates the files.
   *
   * @param maxConn half of the links that a node has at most
   */
  public GraphOutput(SegmentWriteState state, int maxConn) throws IOException {
    this.maxConn = maxConn;
    this.files = FILES.create(state);
    this.meta = files.meta;
    this.data = files.data;
  }

  /**
   * Writes the graph of a field.
   *
   * @param size how many vectors it has
   * @param graph null if there is none, as they or memory are few
   */
  public void write(FieldInfo field, int size, BuiltGraph graph) throws IOException {
    meta.writeInt(field.number);
    meta.writeVInt(size);
    meta.writeVInt(maxConn);
    meta.writeVInt(graph == null ? 0 : graph.levels());
    if (graph != null) {
      writeNodes(graph);
      long listsAt = data.getFilePointer();
      int[][] lengths = writeLists(graph);
      long startsAt = data.getFilePointer();
      meta.writeVLong(listsAt);
      meta.writeVLong(startsAt - listsAt);
      writeStarts(startsAt, lengths);
    }
  }

  /** The lowest level has all nodes. */
  private void writeNodes(BuiltGraph graph) throws IOException {
    for (int level = 1; level < graph.levels(); level++) {
      int[] nodes = graph.nodes(level);
      meta.writeVInt(nodes.length);
      int last = 0;
      for (int node : nodes) {
        meta.writeVInt(node - last);
        last = node;
      }
    }
  }

  /** Writes the lists of links; gives the bytes of each, by level. */
  private int[][] writeLists(BuiltGraph graph) throws IOException {
    int[][] lengths = new int[graph.levels()][];
    int[] list = new int[2 * maxConn];
    for (int level = 0; level < lengths.length; level++) {
      lengths[level] = new int[graph.nodes(level).length];
      for (int place = 0; place < lengths[level].length; place++) {
        long start = data.getFilePointer();
        int count = graph.links(level, place, list);
        for (int i = count - 1; i > 0; i--) {
          list[i] -= list[i - 1];
        }
        data.writeVInt(count);
        data.writeGroupVInts(list, count);
        lengths[level][place] = Math.toIntExact(data.getFilePointer() - start);
      }
    }
    return lengths;
  }

  private void writeStarts(long startsAt, int[][] lengths) throws IOException {
    long count = 0;
    for (int[] level : lengths) {
      count += level.length;
    }
    meta.writeVLong(startsAt);
    DirectMonotonicWriter starts =
        DirectMonotonicWriter.getInstance(meta, data, count, STARTS_BLOCK_SHIFT);
    long start = 0;
    for (int[] level : lengths) {
      for (int length : level) {
        starts.add(start);
        start += length;
      }
    }
    starts.finish();
    meta.writeVLong(data.getFilePointer() - startsAt);
  }

  /** Ends the files; nothing may follow. */
  public void finish() throws IOException {
    files.finish();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
