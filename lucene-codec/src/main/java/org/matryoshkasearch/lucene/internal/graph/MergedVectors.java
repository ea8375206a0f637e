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
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/**
 * The vectors of a merge, as {@link SignedCode}s in a temporary file, to build a graph over. A row
 * is a code and its scale.
 *
 * <p>They are coded as seen from a centroid: far from it, they would all have about one code.
 */
public final class MergedVectors implements GraphVectors.Source, Closeable {
  private final Scratch scratch;
  private final int dims;
  private final float[] centroid;
  private final float[] centred;
  private final byte[] code;
  private final VectorLengths lengths; // null where they do not count
  private final IndexOutput out;
  private IndexInput in;
  private int count;

  /**
   * Creates the file.
   *
   * @param centroid about the mean of the vectors; its length is theirs
   * @param kind what makes two of them near
   */
  public MergedVectors(Scratch scratch, float[] centroid, Nearness kind) throws IOException {
    this.scratch = scratch;
    this.dims = centroid.length;
    this.centroid = centroid;
    this.centred = new float[dims];
    this.code = new byte[dims];
    this.lengths = kind == Nearness.INNER_PRODUCT ? new VectorLengths() : null;
    this.out = scratch.create("vectors");
  }

  /** Adds a vector. */
  public void add(float[] vector) throws IOException {
    if (lengths != null) {
      lengths.add(vector);
    }
    for (int i = 0; i < dims; i++) { // may be infinite, of the largest there are
      centred[i] = Math.clamp(vector[i] - centroid[i], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    write(code, SignedCode.encode(centred, code));
  }

  /** Adds a vector that is a code: all zeros are its centroid. */
  public void add(byte[] code, float scale) throws IOException {
    if (lengths != null) {
      SignedCode.decode(code, scale, centred, 0, dims);
      lengths.add(centred);
    }
    write(code, scale);
  }

  private void write(byte[] code, float scale) throws IOException {
    out.writeBytes(code, dims);
    out.writeInt(Float.floatToIntBits(scale));
    count++;
  }

  /** How many were added. */
  public int size() {
    return count;
  }

  /** Ends the file: no more can be added. */
  public void finish() throws IOException {
    out.close();
    in = scratch.open(out.getName());
  }

  /** Those that were added. */
  @Override
  public GraphVectors seenFor(Nearness kind) {
    return new Vectors(in, count, dims, kind == Nearness.DISTANCE ? null : centroid);
  }

  /** As they were given: what codes make of them is not of one length. */
  @Override
  public VectorLengths lengths() {
    return lengths;
  }

  /** Deletes the file. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.close(out, in);
    } finally {
      scratch.delete(out.getName());
    }
  }

  private static final class Vectors implements GraphVectors {
    private final IndexInput in;
    private final int size;
    private final int dims;
    private final float[] origin; // of what is read, or null
    private final byte[] code;

    Vectors(IndexInput in, int size, int dims, float[] origin) {
      this.in = in;
      this.size = size;
      this.dims = dims;
      this.origin = origin;
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
      for (int i = 0; origin != null && i < dims; i++) {
        into[at + i] += origin[i];
      }
    }

    @Override
    public GraphVectors copy() {
      return new Vectors(in.clone(), size, dims, origin);
    }
  }
}
