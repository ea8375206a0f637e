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
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.matryoshkasearch.lucene.internal.codes.PrefixCodesWriter;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.files.FilePair;

/** Writes graphs to files that {@link GraphInput} reads. */
public final class GraphOutput implements Closeable {
  static final int VERSION_START = 2;
  static final int VERSION_CURRENT = VERSION_START;

  /** The files. */
  public static final FilePair FILES =
      new FilePair("MatryoshkaGraph", "vem", "vex", VERSION_START, VERSION_CURRENT);

  static final int STARTS_BLOCK_SHIFT = 16;

  private static final int PIVOT_BITS = 4;

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
   * @param centroid about the mean of the vectors, from which those of the graph are seen where
   *     distances make them near
   * @param pivotCodes whether searches compare codes of the pivots, side by side: where the field's
   *     own codes are no finer
   */
  public void write(
      FieldInfo field, int size, BuiltGraph graph, float[] centroid, boolean pivotCodes)
      throws IOException {
    meta.writeInt(field.number);
    meta.writeVInt(size);
    meta.writeVInt(maxConn);
    meta.writeByte((byte) (graph == null ? 0 : 1));
    if (graph != null) {
      long listsAt = data.getFilePointer();
      int[] lengths = writeLists(graph);
      long startsAt = data.getFilePointer();
      meta.writeVLong(listsAt);
      meta.writeVLong(startsAt - listsAt);
      writeStarts(startsAt, lengths);
      meta.writeInt(Float.floatToIntBits(graph.queryLength()));
      writePivots(field, graph, centroid, pivotCodes);
    }
  }

  /** Writes the lists of links; gives the bytes of each. */
  private int[] writeLists(BuiltGraph graph) throws IOException {
    int[] lengths = new int[graph.size()];
    int[] list = new int[2 * maxConn];
    for (int ord = 0; ord < lengths.length; ord++) {
      long start = data.getFilePointer();
      int count = graph.links(ord, list);
      for (int i = count - 1; i > 0; i--) {
        list[i] -= list[i - 1];
      }
      data.writeVInt(count);
      data.writeGroupVInts(list, count);
      lengths[ord] = Math.toIntExact(data.getFilePointer() - start);
    }
    return lengths;
  }

  private void writeStarts(long startsAt, int[] lengths) throws IOException {
    meta.writeVLong(startsAt);
    DirectMonotonicWriter starts =
        DirectMonotonicWriter.getInstance(meta, data, lengths.length, STARTS_BLOCK_SHIFT);
    long start = 0;
    for (int length : lengths) {
      starts.add(start);
      start += length;
    }
    starts.finish();
    meta.writeVLong(data.getFilePointer() - startsAt);
  }

  /** Writes the groups: how large they are, their means, and the codes of their members. */
  private void writePivots(FieldInfo field, BuiltGraph graph, float[] centroid, boolean pivotCodes)
      throws IOException {
    meta.writeVInt(centroid.length);
    for (float component : centroid) {
      meta.writeInt(Float.floatToIntBits(component));
    }
    List<float[]> means = graph.means();
    meta.writeVInt(means.size());
    for (int group = 0; group < means.size(); group++) {
      meta.writeVInt(graph.pivots(group).length);
    }
    float[] origin = graph.kind() == Nearness.DISTANCE ? centroid : new float[centroid.length];
    for (float[] mean : means) {
      for (float component : sum(mean, origin)) {
        meta.writeInt(Float.floatToIntBits(component));
      }
    }
    long rowsAt = data.alignFilePointer(FilePair.ALIGNMENT);
    if (pivotCodes) {
      writePivotCodes(graph, pivotQuantizer(field, centroid), origin);
    }
    meta.writeVLong(rowsAt);
    meta.writeVLong(data.getFilePointer());
    for (int group = 0; group < means.size(); group++) {
      for (int ord : graph.pivots(group)) {
        data.writeInt(ord);
      }
    }
  }

  private void writePivotCodes(BuiltGraph graph, PrefixQuantizer quantizer, float[] origin)
      throws IOException {
    PrefixCodesWriter codes = new PrefixCodesWriter(quantizer, data);
    float[] vector = new float[origin.length];
    for (int group = 0; group < graph.means().size(); group++) {
      for (int ord : graph.pivots(group)) {
        graph.vectors().read(ord, vector, 0);
        codes.add(sum(vector, origin));
      }
    }
  }

  /** What makes codes of pivots, whatever codes the field has. */
  static PrefixQuantizer pivotQuantizer(FieldInfo field, float[] centroid) {
    return new PrefixQuantizer(PIVOT_BITS, field.getVectorSimilarityFunction(), centroid);
  }

  private static float[] sum(float[] a, float[] b) {
    float[] sum = new float[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = Math.clamp(a[i] + b[i], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    return sum;
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
