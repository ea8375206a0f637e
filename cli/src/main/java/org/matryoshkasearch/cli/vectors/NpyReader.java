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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code .npy} of versions 1 to 3: a two-dimensional array of float32 or float64 in C order. */
final class NpyReader extends BinaryReader {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 20;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private final boolean doubles;
  private final long start;
  private final int dims;
  private final long count;

  NpyReader(Path file, int wantedDims) throws IOException {
    super(file);
    byte[] start = in.readNBytes(MAGIC.length + 2);
    if (start.length < MAGIC.length + 2
        || !Arrays.equals(MAGIC, 0, MAGIC.length, start, 0, MAGIC.length)) {
      throw new VectorFileException(file, "expected a NumPy file, found no NumPy header");
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3) {
      throw new VectorFileException(
          file, "expected NumPy format version 1, 2 or 3, found " + version);
    }
    int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
    long length =
        version == 1
            ? Short.toUnsignedLong(read(lengthBytes).getShort())
            : Integer.toUnsignedLong(read(lengthBytes).getInt());
    long headerBytes = MAGIC.length + 2 + lengthBytes + length;
    if (length > MAX_HEADER || headerBytes > size) {
      throw new VectorFileException(file, "expected a NumPy header of " + length + " bytes: cut?");
    }
    String header = new String(in.readNBytes((int) length), StandardCharsets.UTF_8);

    String type = find(DESCR, header, "descr");
    if (!type.equals("<f4") && !type.equals("<f8")) {
      throw new VectorFileException(
          file, "expected little-endian float32 or float64 (<f4, <f8), found " + type);
    }
    if (find(ORDER, header, "fortran_order").equals("True")) {
      throw new VectorFileException(file, "expected rows in C order, found Fortran order");
    }
    this.doubles = type.equals("<f8");
    long[] shape = shape(find(SHAPE, header, "shape"));
    if (shape[0] < 1 || shape[1] < 1) {
      throw new VectorFileException(file, "has no rows");
    }
    this.dims = Math.toIntExact(Math.min(shape[1], Integer.MAX_VALUE / Double.BYTES));
    if (wantedDims != 0) {
      VectorChecks.checkDims(file, 0, wantedDims, dims);
    }
    this.start = headerBytes;
    long rowBytes = (long) dims * (doubles ? Double.BYTES : Float.BYTES);
    this.count = rows(headerBytes, rowBytes, dims + (doubles ? " float64" : " float32"));
    if (count != shape[0]) {
      throw new VectorFileException(
          file, "expected " + shape[0] + " rows as its header says, found " + count);
    }
  }

  private String find(Pattern pattern, String header, String key) throws VectorFileException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new VectorFileException(file, "expected '" + key + "' in the NumPy header, found none");
    }
    return matcher.group(1);
  }

  private long[] shape(String shape) throws VectorFileException {
    try {
      long[] sizes =
          Pattern.compile(",")
              .splitAsStream(shape)
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .mapToLong(Long::parseLong)
              .toArray();
      if (sizes.length == 2) {
        return sizes;
      }
    } catch (NumberFormatException e) {
      // falls through to the message that both faults share
    }
    throw new VectorFileException(
        file, "expected a two-dimensional array (rows, dims), found the shape (" + shape + ")");
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public FloatLayout layout() {
    return doubles ? null : new FloatLayout(file, start, (long) dims * Float.BYTES);
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  float[] readRow(long rowNumber) throws IOException {
    if (!doubles) {
      return readFloats(dims);
    }
    double[] values = new double[dims];
    read(dims * Double.BYTES).asDoubleBuffer().get(values);
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) values[i];
    }
    return vector;
  }
}
