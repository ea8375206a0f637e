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
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.matryoshkasearch.lucene.graph.BuiltGraph;

/**
 * Writes graphs to the files that {@link Lucene99HnswVectorsReader} reads, as {@link
 * Lucene99HnswVectorsFormat} specifies them.
 */
final class GraphOutput implements Closeable {
  private static final int VERSION = Lucene99HnswVectorsFormat.VERSION_GROUPVARINT;
  private static final int OFFSETS_BLOCK_SHIFT = 16;

  private final int maxConn;
  private final FilePair.Output files;
  private final IndexOutput meta;
  private final IndexOutput links;

  GraphOutput(SegmentWriteState state, int maxConn) throws IOException {
    this.maxConn = maxConn;
    this.files =
        FilePair.create(
            state,
            "vem",
            "Lucene99HnswVectorsFormatMeta",
            "vex",
            "Lucene99HnswVectorsFormatIndex",
            VERSION);
    this.meta = files.meta;
    this.links = files.data;
  }

  /**
   * Writes the graph of a field.
   *
   * @param size how many vectors it has
   * @param graph null if there is none, as they are few
   */
  void write(FieldInfo field, int size, BuiltGraph graph) throws IOException {
    long start = links.getFilePointer();
    int[][] lengths = graph == null ? new int[0][] : writeLinks(graph);
    meta.writeInt(field.number);
    meta.writeInt(field.getVectorEncoding() == VectorEncoding.BYTE ? 0 : 1);
    meta.writeInt(
        Lucene99HnswVectorsReader.SIMILARITY_FUNCTIONS.indexOf(
            field.getVectorSimilarityFunction()));
    meta.writeVLong(start);
    meta.writeVLong(links.getFilePointer() - start);
    meta.writeVInt(field.getVectorDimension());
    meta.writeInt(size);
    meta.writeVInt(maxConn);
    meta.writeVInt(lengths.length);
    if (graph != null) {
      writeNodes(graph);
      writeOffsets(lengths);
    }
  }

  /** Writes the lists of links; gives the bytes of each, by level. */
  private int[][] writeLinks(BuiltGraph graph) throws IOException {
    int[][] lengths = new int[graph.levels()][];
    int[] list = new int[2 * maxConn];
    for (int level = 0; level < lengths.length; level++) {
      lengths[level] = new int[graph.nodes(level).length];
      for (int place = 0; place < lengths[level].length; place++) {
        long start = links.getFilePointer();
        int count = graph.links(level, place, list);
        for (int i = count - 1; i > 0; i--) {
          list[i] -= list[i - 1];
        }
        links.writeVInt(count);
        links.writeGroupVInts(list, count);
        lengths[level][place] = Math.toIntExact(links.getFilePointer() - start);
      }
    }
    return lengths;
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

  private void writeOffsets(int[][] lengths) throws IOException {
    long count = 0;
    for (int[] level : lengths) {
      count += level.length;
    }
    long start = links.getFilePointer();
    meta.writeLong(start);
    meta.writeVInt(OFFSETS_BLOCK_SHIFT);
    DirectMonotonicWriter offsets =
        DirectMonotonicWriter.getInstance(meta, links, count, OFFSETS_BLOCK_SHIFT);
    long offset = 0;
    for (int[] level : lengths) {
      for (int length : level) {
        offsets.add(offset);
        offset += length;
      }
    }
    offsets.finish();
    meta.writeLong(links.getFilePointer() - start);
  }

  void finish() throws IOException {
    files.finish();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
