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
import java.nio.file.Path;

/** {@code .f32}: rows of little-endian float32 and nothing else. */
final class F32Reader extends BinaryReader {

  private final int dims;
  private final long count;

  F32Reader(Path file, int dims) throws IOException {
    super(file);
    this.dims = dims;
    this.count = rows(0, (long) dims * Float.BYTES, dims + " float32");
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public FloatLayout layout() {
    return new FloatLayout(file, 0, (long) dims * Float.BYTES);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  float[] readRow(long rowNumber) throws IOException {
    return readFloats(dims);
  }
}
