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

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Rows of numbers of a fixed width in a binary file, whose number follows from the file's size. */
abstract class BinaryReader implements VectorReader {

  /** Where the file's bytes come from, positioned at the next byte. */
  protected final InputStream in;

  /** The file, for messages. */
  protected final Path file;

  /** The size of the file in bytes. */
  protected final long size;

  private long row = 0;

  BinaryReader(Path file) throws IOException {
    this.file = file;
    this.size = Files.size(file);
    this.in = new BufferedInputStream(Files.newInputStream(file), 1 << 18);
  }

  /** Reads the components of one row; the file is known to have that many bytes. */
  abstract float[] readRow(long rowNumber) throws IOException;

  @Override
  public final VectorRow next() throws IOException {
    if (row == count()) {
      return null;
    }
    float[] vector = readRow(row);
    VectorChecks.check(file, row, vector);
    return new VectorRow(row++, vector, null, null);
  }

  /** The next bytes of the file, in the byte order of every format here. */
  protected final ByteBuffer read(int bytes) throws IOException {
    byte[] buffer = in.readNBytes(bytes);
    if (buffer.length < bytes) {
      throw new VectorFileException(file, "ends in the middle of row " + row);
    }
    return ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next components, as 4-byte floats. */
  protected final float[] readFloats(int count) throws IOException {
    float[] values = new float[count];
    read(count * Float.BYTES).asFloatBuffer().get(values);
    return values;
  }

  /**
   * How many rows there are after the header.
   *
   * @param rowBytes the size of a row
   * @param header bytes before the first row
   * @param what describes a row, for the message
   */
  protected final long rows(long header, long rowBytes, String what) throws VectorFileException {
    long bytes = size - header;
    if (bytes == 0) {
      throw new VectorFileException(file, "has no rows");
    }
    if (bytes % rowBytes != 0) {
      throw new VectorFileException(
          file, bytes + " bytes, no multiple of " + rowBytes + " (" + what + "): is the file cut?");
    }
    return bytes / rowBytes;
  }

  @Override
  public final void close() throws IOException {
    in.close();
  }
}
