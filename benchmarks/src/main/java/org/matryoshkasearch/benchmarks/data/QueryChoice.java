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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.matryoshkasearch.cli.vectors.VectorFile;
import org.matryoshkasearch.cli.vectors.VectorReader;
import org.matryoshkasearch.cli.vectors.VectorRow;

/**
 * What is searched for.
 *
 * @param file a file of queries, or null if vectors of the set are held out
 * @param heldOut how many of them, 0 if there is a file
 */
public record QueryChoice(Path file, int heldOut) {

  /** So many vectors of the set. */
  public static QueryChoice heldOut(int count) {
    return new QueryChoice(null, count);
  }

  /** Those of a file; all vectors of the set are documents. */
  public static QueryChoice of(Path file) {
    return new QueryChoice(file, 0);
  }

  /** What no other choice is called, in names of folders. */
  String label() throws IOException {
    return file == null
        ? String.valueOf(heldOut)
        : DataSets.plain(file.getFileName().toString())
            + "-"
            + Files.getLastModifiedTime(file).toMillis();
  }

  /**
   * All queries of the file.
   *
   * @param dims components of the documents
   */
  List<VectorRow> read(int dims) throws IOException {
    List<VectorRow> queries = new ArrayList<>();
    try (VectorReader reader = VectorFile.of(file, dims).open()) {
      if (reader.dims() != dims) {
        throw new IOException(
            file + " has queries of " + reader.dims() + " dims, documents have " + dims);
      }
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        queries.add(row);
      }
    }
    if (queries.isEmpty()) {
      throw new IOException(file + " has no queries");
    }
    return queries;
  }
}
