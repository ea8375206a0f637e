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
package org.matryoshkasearch.benchmarks.data;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Rows of little-endian float32 in a file that is mapped into memory. */
public final class Vectors {

  private static final int MAX_CHUNK_BYTES = 1 << 30;

  private final int dims;
  private final int size;
  private final int rowsPerChunk;
  private final FloatBuffer[] chunks;

  private Vectors(int dims, int size, int rowsPerChunk) {
    this.dims = dims;
    this.size = size;
    this.rowsPerChunk = rowsPerChunk;
    this.chunks = new FloatBuffer[(size + rowsPerChunk - 1) / rowsPerChunk];
  }

  /**
   * Maps a file, in as many pieces as Java needs.
   *
   * @param dims components of each row
   * @throws IOException if it does not hold whole rows
   */
  public static Vectors map(Path file, int dims) throws IOException {
    long rowBytes = (long) dims * Float.BYTES;
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() % rowBytes != 0) {
        throw new IOException(file + " does not hold whole rows of " + dims + " float32");
      }
      int size = Math.toIntExact(channel.size() / rowBytes);
      Vectors vectors = new Vectors(dims, size, (int) (MAX_CHUNK_BYTES / rowBytes));
      long chunkBytes = vectors.rowsPerChunk * rowBytes;
      for (int i = 0; i < vectors.chunks.length; i++) {
        long start = i * chunkBytes;
        long length = Math.min(chunkBytes, channel.size() - start);
        vectors.chunks[i] =
            channel
                .map(FileChannel.MapMode.READ_ONLY, start, length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
      }
      return vectors;
    }
  }

  /** The first rows of these, at most as many as there are. */
  public Vectors first(int rows) {
    Vectors some = new Vectors(dims, Math.min(size, rows), rowsPerChunk);
    System.arraycopy(chunks, 0, some.chunks, 0, some.chunks.length);
    return some;
  }

  /** Components of each row. */
  public int dims() {
    return dims;
  }

  /** How many rows there are. */
  public int size() {
    return size;
  }

  /** Copies a row. */
  public float[] row(int row) {
    float[] vector = new float[dims];
    read(row, vector);
    return vector;
  }

  /** Copies a row, or as many of its leading components as fit, into an array. */
  public void read(int row, float[] into) {
    chunks[row / rowsPerChunk].get(row % rowsPerChunk * dims, into);
  }

  /** A row where it lies in the file. */
  public FloatBuffer view(int row) {
    return chunks[row / rowsPerChunk].slice(row % rowsPerChunk * dims, dims);
  }

  /** Copies of all rows. */
  public float[][] toArrays() {
    float[][] rows = new float[size][];
    for (int i = 0; i < size; i++) {
      rows[i] = row(i);
    }
    return rows;
  }
}
