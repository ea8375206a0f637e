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

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code .fvecs}: each row is a little-endian int32 length and that many float32. */
final class FvecsReader extends BinaryReader {

  private final int dims;
  private final long count;

  FvecsReader(Path file, int wantedDims) throws IOException {
    super(file);
    this.dims = firstLength();
    if (dims < 1) {
      throw new VectorFileException(
          file, 0, "expected a length of at least 1 component, found " + dims);
    }
    if (wantedDims != 0) {
      VectorChecks.checkDims(file, 0, wantedDims, dims);
    }
    this.count =
        rows(0, Integer.BYTES + (long) dims * Float.BYTES, "a length, " + dims + " float32");
  }

  private int firstLength() throws IOException {
    try (InputStream start = Files.newInputStream(file)) {
      byte[] length = start.readNBytes(Integer.BYTES);
      if (length.length < Integer.BYTES) {
        throw new VectorFileException(file, "has no rows");
      }
      return ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public FloatLayout layout() {
    return new FloatLayout(file, Integer.BYTES, Integer.BYTES + (long) dims * Float.BYTES);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  float[] readRow(long rowNumber) throws IOException {
    VectorChecks.checkDims(file, rowNumber, dims, read(Integer.BYTES).getInt());
    return readFloats(dims);
  }
}
