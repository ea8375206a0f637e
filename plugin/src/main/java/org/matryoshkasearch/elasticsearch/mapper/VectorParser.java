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
package org.matryoshkasearch.elasticsearch.mapper;

import java.io.IOException;
import java.util.Arrays;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** Reads a vector from JSON (or YAML, CBOR, SMILE): an array of numbers and nothing else. */
public final class VectorParser {
  /** How long vectors probably are whose dims are not known. */
  static final int EXPECTED_DIMS = 1024;

  private VectorParser() {}

  /**
   * Reads the vector of a document, at which a parser stands.
   *
   * @param expectedDims how long it probably is, 1 or more
   * @param what begins the messages
   * @return as many components as the array has
   * @throws IllegalArgumentException when it is not an array, holds anything but numbers, or is
   *     longer than any vector may be
   */
  static float[] read(XContentParser parser, int expectedDims, String what) throws IOException {
    return read(parser, expectedDims, what, false);
  }

  /**
   * Reads the vector of a query, as {@code knn} does: numbers may be in quotes.
   *
   * @param what begins the messages
   * @return as many components as the array has
   * @throws IllegalArgumentException as for the vector of a document
   */
  public static float[] readQuery(XContentParser parser, String what) throws IOException {
    return read(parser, EXPECTED_DIMS, what, true);
  }

  private static float[] read(
      XContentParser parser, int expectedDims, String what, boolean quotedToo) throws IOException {
    if (parser.currentToken() != XContentParser.Token.START_ARRAY) {
      throw new IllegalArgumentException(
          what + " must be an array of numbers but is " + describe(parser.currentToken()));
    }
    float[] vector = new float[expectedDims];
    int length = 0;
    for (XContentParser.Token token = parser.nextToken();
        token != XContentParser.Token.END_ARRAY;
        token = parser.nextToken()) {
      if (token != XContentParser.Token.VALUE_NUMBER
          && (quotedToo && token == XContentParser.Token.VALUE_STRING) == false) {
        throw new IllegalArgumentException(
            what + " must hold numbers only but element [" + length + "] is " + describe(token));
      }
      if (length < MatryoshkaHnswVectorsFormat.MAX_DIMS) {
        if (length == vector.length) {
          vector = Arrays.copyOf(vector, 2 * length);
        }
        vector[length] = parser.floatValue(true);
      }
      length++;
    }
    if (length > MatryoshkaHnswVectorsFormat.MAX_DIMS) {
      throw new IllegalArgumentException(
          what
              + " has ["
              + length
              + "] dimensions but the limit is ["
              + MatryoshkaHnswVectorsFormat.MAX_DIMS
              + "]");
    }
    return length == vector.length ? vector : Arrays.copyOf(vector, length);
  }

  private static String describe(XContentParser.Token token) {
    return switch (token) {
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "a string";
      case VALUE_BOOLEAN -> "a boolean";
      case VALUE_NUMBER -> "a number";
      case VALUE_EMBEDDED_OBJECT -> "binary data";
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case FIELD_NAME, END_OBJECT, END_ARRAY -> throw new IllegalStateException(token.toString());
    };
  }
}
