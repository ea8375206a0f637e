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
 * <p>Floats are coded as seen from a centroid: far from it, they would all have about one code.
 */
public final class MergedVectors implements GraphVectors.Source, Closeable {
  private final Scratch scratch;
  private final int dims;
  private final float[] centroid;
  private final float[] centred;
  private final boolean ofBytes;
  private final byte[] code;
  private final VectorLengths lengths; // null where they do not count
  private final IndexOutput out;
  private IndexInput in;
  private int count;

  private MergedVectors(Scratch scratch, float[] centroid, Nearness kind, boolean ofBytes)
      throws IOException {
    this.scratch = scratch;
    this.dims = centroid.length;
    this.centroid = centroid;
    this.centred = new float[dims];
    this.ofBytes = ofBytes;
    this.code = new byte[codeBytes(dims, ofBytes)];
    this.lengths = kind == Nearness.INNER_PRODUCT ? new VectorLengths() : null;
    this.out = scratch.create("vectors");
  }

  /**
   * Creates the file, for vectors of floats.
   *
   * @param centroid about the mean of the vectors; its length is theirs
   * @param kind what makes two of them near
   */
  public static MergedVectors ofFloats(Scratch scratch, float[] centroid, Nearness kind)
      throws IOException {
    return new MergedVectors(scratch, centroid, kind, false);
  }

  /**
   * Creates the file, for vectors of bytes.
   *
   * @param kind what makes two of them near
   */
  public static MergedVectors ofBytes(Scratch scratch, int dims, Nearness kind) throws IOException {
    return new MergedVectors(scratch, new float[dims], kind, true);
  }

  private static int codeBytes(int dims, boolean ofBytes) {
    return ofBytes ? dims : Short.BYTES * dims;
  }

  /** Adds a vector of floats. */
  public void add(float[] vector) throws IOException {
    if (lengths != null) {
      lengths.add(vector);
    }
    for (int i = 0; i < dims; i++) { // may be infinite, of the largest there are
      centred[i] = Math.clamp(vector[i] - centroid[i], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    write(code, SignedCode.encode(centred, code));
  }

  /** Adds a vector of bytes, each of them times a scale. */
  public void add(byte[] vector, float scale) throws IOException {
    if (lengths != null) {
      SignedCode.decodeBytes(vector, scale, centred, 0, dims);
      lengths.add(centred);
    }
    write(vector, scale);
  }

  private void write(byte[] row, float scale) throws IOException {
    out.writeBytes(row, code.length);
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
    return new Vectors(in, count, dims, ofBytes, kind == Nearness.DISTANCE ? null : centroid);
  }

  /** As they were given: codes are not so exactly of one length. */
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
    private final boolean ofBytes;
    private final float[] origin; // of what is read, or null
    private final byte[] code;

    Vectors(IndexInput in, int size, int dims, boolean ofBytes, float[] origin) {
      this.in = in;
      this.size = size;
      this.dims = dims;
      this.ofBytes = ofBytes;
      this.origin = origin;
      this.code = new byte[codeBytes(dims, ofBytes)];
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
      in.seek((long) ord * (code.length + Float.BYTES));
      in.readBytes(code, 0, code.length);
      float scale = Float.intBitsToFloat(in.readInt());
      if (ofBytes) {
        SignedCode.decodeBytes(code, scale, into, at, dims);
      } else {
        SignedCode.decode(code, scale, into, at, dims);
      }
      for (int i = 0; origin != null && i < dims; i++) {
        into[at + i] += origin[i];
      }
    }

    @Override
    public GraphVectors copy() {
      return new Vectors(in.clone(), size, dims, ofBytes, origin);
    }
  }
}
