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
package org.matryoshkasearch.cli.vectors;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.matryoshkasearch.lucene.analysis.VectorSet;

/**
 * The vectors of a file, to be read in any order by several threads: mapped into memory where they
 * lie in the file as float32; else a temporary file is, to which they are copied. So they take no
 * heap, and where there is little memory the operating system reads them again.
 */
public final class VectorTable implements VectorSet, Closeable {

  private static final long LARGEST_PART = 1L << 30;

  private final int dims;
  private final int size;
  private final long stride;
  private final int rowsPerPart;
  private final List<ByteBuffer> parts = new ArrayList<>();
  private final Path temporary;

  private VectorTable(FloatLayout layout, int dims, int size, Path temporary) throws IOException {
    this.dims = dims;
    this.size = size;
    this.stride = layout.stride();
    this.temporary = temporary;
    this.rowsPerPart = (int) Math.max(1, LARGEST_PART / stride);
    try (FileChannel channel = FileChannel.open(layout.file())) {
      for (int row = 0; row < size; row += Math.min(rowsPerPart, size - row)) {
        long rows = Math.min(rowsPerPart, size - row);
        long bytes = (rows - 1) * stride + (long) dims * Float.BYTES;
        parts.add(channel.map(FileChannel.MapMode.READ_ONLY, layout.start() + row * stride, bytes));
      }
    }
  }

  /**
   * Opens a file, and reads it once, which finds every fault in it.
   *
   * @param progress told how many rows have been read
   */
  public static VectorTable open(VectorFile file, LongConsumer progress) throws IOException {
    try (VectorReader reader = file.openUntitled()) {
      FloatLayout layout = reader.layout();
      if (layout != null) {
        long rows = readAll(reader, OutputStream.nullOutputStream(), progress);
        return new VectorTable(layout, reader.dims(), checkedSize(file, rows), null);
      }
      Path copy = Files.createTempFile("matryoshka-vectors-", ".f32");
      copy.toFile().deleteOnExit(); // also after Ctrl-C
      try (OutputStream out = Files.newOutputStream(copy)) {
        long rows = readAll(reader, out, progress);
        layout = new FloatLayout(copy, 0, (long) reader.dims() * Float.BYTES);
        out.flush();
        return new VectorTable(layout, reader.dims(), checkedSize(file, rows), copy);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(copy);
        throw e;
      }
    }
  }

  private static long readAll(VectorReader reader, OutputStream copy, LongConsumer progress)
      throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(reader.dims() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long rows = 0;
    for (VectorRow row = reader.next(); row != null; row = reader.next()) {
      bytes.asFloatBuffer().put(row.vector());
      copy.write(bytes.array());
      progress.accept(++rows);
    }
    return rows;
  }

  private static int checkedSize(VectorFile file, long rows) throws IOException {
    if (rows > Integer.MAX_VALUE) {
      throw new IOException(
          file.name()
              + " has "
              + rows
              + " vectors; at most "
              + Integer.MAX_VALUE
              + " are possible");
    }
    return (int) rows;
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
  public Reader reader() {
    List<ByteBuffer> own =
        parts.stream().map(part -> part.duplicate().order(ByteOrder.LITTLE_ENDIAN)).toList();
    return (ordinal, vector) -> {
      ByteBuffer part = own.get(ordinal / rowsPerPart);
      part.position((int) (ordinal % rowsPerPart * stride));
      part.asFloatBuffer().get(vector, 0, dims);
    };
  }

  /** Deletes what was copied. */
  @Override
  public void close() throws IOException {
    if (temporary != null) {
      Files.deleteIfExists(temporary);
    }
  }
}
