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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A vector file of a known format, told by the ending of its name. */
public final class VectorFile implements VectorSource {

  private static final List<String> ENDINGS = List.of(".f32", ".fvecs", ".npy", ".jsonl");

  /** The endings that {@link #of} takes, for messages. */
  public static final String FORMATS = String.join(", ", ENDINGS);

  private final Path path;
  private final int dims;

  private VectorFile(Path path, int dims) {
    this.path = path;
    this.dims = dims;
  }

  /**
   * Names a file; nothing of it is read yet.
   *
   * @param path {@code .f32} (rows of little-endian float32, nothing else), {@code .fvecs}, {@code
   *     .npy} (float32 or float64, two-dimensional, C order) or {@code .jsonl} (an array a line, or
   *     an object with {@code vector} or {@code embedding}, and {@code title} and {@code text} if
   *     there are any). Titles may also stand in a {@code .txt} of the same name, one line a row.
   * @param dims components of each vector, 0 to take what the file says; {@code .f32} says nothing
   * @throws VectorFileException if there is no such file or its format is not known
   */
  public static VectorFile of(Path path, int dims) throws VectorFileException {
    if (!Files.isRegularFile(path)) {
      throw new VectorFileException(path, Files.exists(path) ? "is not a file" : "no such file");
    }
    if (!Files.isReadable(path)) {
      throw new VectorFileException(path, "cannot be read: permission denied");
    }
    String ending = ending(path);
    if (!ENDINGS.contains(ending)) {
      throw new VectorFileException(path, "its name must end in one of " + FORMATS);
    }
    if (ending.equals(".f32") && dims == 0) {
      throw new VectorFileException(
          path, "a .f32 file does not say how long its vectors are: give --dims N");
    }
    return new VectorFile(path, dims);
  }

  @Override
  public String name() {
    return path.getFileName().toString();
  }

  /** Starts reading at the first row, without titles from beside the file. */
  VectorReader openUntitled() throws IOException {
    return switch (ending(path)) {
      case ".f32" -> new F32Reader(path, dims);
      case ".fvecs" -> new FvecsReader(path, dims);
      case ".npy" -> new NpyReader(path, dims);
      default -> new JsonlReader(path, dims);
    };
  }

  @Override
  public VectorReader open() throws IOException {
    VectorReader reader = openUntitled();
    Path titles = TitledReader.titlesOf(path);
    return Files.isReadable(titles) ? new TitledReader(reader, titles) : reader;
  }

  private static String ending(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }
}
