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

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes rows of little-endian float32; the file appears under its name when it is whole. */
final class VectorWriter implements Closeable {

  private static final int BUFFERED_ROWS = 256;

  private final Path file;
  private final Path unfinished;
  private final FileChannel channel;
  private final ByteBuffer buffer;

  VectorWriter(Path file, int dims) throws IOException {
    this.file = file;
    this.unfinished = file.resolveSibling(file.getFileName() + ".part");
    this.channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    this.buffer =
        ByteBuffer.allocateDirect(BUFFERED_ROWS * dims * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
  }

  void write(float[] row) throws IOException {
    if (buffer.remaining() < row.length * Float.BYTES) {
      flush();
    }
    for (float value : row) {
      buffer.putFloat(value);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Says that every row has been written. */
  void finish() throws IOException {
    flush();
    channel.close();
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(unfinished);
  }
}
