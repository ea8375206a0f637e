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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Adds titles, one line of a text file a row, to rows that have none. */
final class TitledReader implements VectorReader {

  private final VectorReader rows;
  private final BufferedReader titles;

  TitledReader(VectorReader rows, Path titles) throws IOException {
    this.rows = rows;
    this.titles = Files.newBufferedReader(titles, StandardCharsets.UTF_8);
  }

  /** Where the titles of a vector file would be: the same name with the ending {@code .txt}. */
  static Path titlesOf(Path vectors) {
    String name = vectors.getFileName().toString();
    return vectors.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
  }

  @Override
  public int dims() {
    return rows.dims();
  }

  @Override
  public long count() {
    return rows.count();
  }

  @Override
  public VectorRow next() throws IOException {
    VectorRow row = rows.next();
    String title = row == null ? null : titles.readLine();
    return title == null || row.title() != null ? row : row.withTitle(title.strip());
  }

  @Override
  public void close() throws IOException {
    try (titles) {
      rows.close();
    }
  }
}
