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
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;
import org.matryoshkasearch.lucene.graph.GraphVectors;

/**
 * The prefixes of a merged segment, as {@link SignedCode}s in a temporary file, to build a graph
 * over. A row is a code and its scale.
 */
final class MergedPrefixes implements Closeable {
  private final SegmentWriteState state;
  private final int dims;
  private final byte[] code;
  private final IndexOutput out;
  private IndexInput in;
  private int count;

  MergedPrefixes(SegmentWriteState state, int dims) throws IOException {
    this.state = state;
    this.dims = dims;
    this.code = new byte[dims];
    this.out = state.directory.createTempOutput(state.segmentInfo.name, "prefixes", state.context);
  }

  /** Adds a comparable prefix. */
  void add(float[] prefix) throws IOException {
    add(code, SignedCode.encode(prefix, code));
  }

  void add(byte[] code, float scale) throws IOException {
    out.writeBytes(code, dims);
    out.writeInt(Float.floatToIntBits(scale));
    count++;
  }

  /** Gives those that were added; no more can be. */
  GraphVectors finish() throws IOException {
    CodecUtil.writeFooter(out);
    out.close();
    in = state.directory.openInput(out.getName(), FilePair.dataContext(state.context));
    return new Vectors(in, count, dims);
  }

  /** Deletes the file. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.close(out, in);
    } finally {
      IOUtils.deleteFilesIgnoringExceptions(state.directory, out.getName());
    }
  }

  private static final class Vectors implements GraphVectors {
    private final IndexInput in;
    private final int size;
    private final int dims;
    private final byte[] code;

    Vectors(IndexInput in, int size, int dims) {
      this.in = in;
      this.size = size;
      this.dims = dims;
      this.code = new byte[dims];
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int dims() {
      return dims;
    }

    @Override
    public void read(int ord, float[] into, int at) throws IOException {
      in.seek((long) ord * (dims + Float.BYTES));
      in.readBytes(code, 0, dims);
      float scale = Float.intBitsToFloat(in.readInt());
      SignedCode.decode(code, scale, into, at, dims);
    }

    @Override
    public GraphVectors copy() {
      return new Vectors(in.clone(), size, dims);
    }
  }
}
