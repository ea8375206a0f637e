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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code .jsonl}: a JSON value a line, either an array of numbers, or an object whose {@code
 * vector} or {@code embedding} is one and that may have a {@code title} and a {@code text}. Empty
 * lines are passed over.
 */
final class JsonlReader implements VectorReader {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final BufferedReader lines;
  private final int dims;
  private VectorRow ahead;
  private long row = 0;

  JsonlReader(Path file, int wantedDims) throws IOException {
    this.file = file;
    this.lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    this.ahead = read(wantedDims);
    if (ahead == null) {
      throw new VectorFileException(file, "has no rows");
    }
    this.dims = ahead.vector().length;
  }

  @Override
  public int dims() {
    return dims;
  }

  @Override
  public long count() {
    return -1;
  }

  @Override
  public VectorRow next() throws IOException {
    VectorRow current = ahead;
    if (current != null) {
      ahead = read(dims);
    }
    return current;
  }

  private VectorRow read(int expectedDims) throws IOException {
    try {
      String line = lines.readLine();
      while (line != null && line.isBlank()) {
        line = lines.readLine();
      }
      return line == null ? null : parse(line, expectedDims);
    } catch (CharacterCodingException e) {
      throw new VectorFileException(file, row, "expected UTF-8 text, found other bytes");
    }
  }

  private VectorRow parse(String line, int expectedDims) throws VectorFileException {
    JsonNode value;
    try {
      value = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new VectorFileException(file, row, "expected JSON, found: " + e.getOriginalMessage());
    }
    float[] vector = vector(array(value));
    if (expectedDims != 0) {
      VectorChecks.checkDims(file, row, expectedDims, vector.length);
    }
    VectorChecks.check(file, row, vector);
    return new VectorRow(
        row++, vector, value.path("title").textValue(), value.path("text").textValue());
  }

  private JsonNode array(JsonNode value) throws VectorFileException {
    JsonNode array = value.isObject() ? value.path("vector") : value;
    if (array.isMissingNode()) {
      array = value.path("embedding");
    }
    if (!array.isArray() || array.isEmpty()) {
      throw new VectorFileException(
          file,
          row,
          "expected an array of numbers, or an object with one in \"vector\" or \"embedding\"");
    }
    return array;
  }

  private float[] vector(JsonNode array) throws VectorFileException {
    float[] vector = new float[array.size()];
    for (int i = 0; i < vector.length; i++) {
      if (!array.get(i).isNumber()) {
        throw new VectorFileException(
            file, row, "expected numbers, found " + array.get(i) + " at component " + i);
      }
      vector[i] = array.get(i).floatValue();
    }
    return vector;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
