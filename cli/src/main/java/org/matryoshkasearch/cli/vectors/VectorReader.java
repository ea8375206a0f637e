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

import java.io.Closeable;
import java.io.IOException;

/** Reads a set of vectors once, from its first row to its last. */
public interface VectorReader extends Closeable {

  /** How many components each vector has. */
  int dims();

  /** Where the rows lie as float32 in a file, or null if they do not. */
  default FloatLayout layout() {
    return null;
  }

  /** How many rows there are, or -1 if only reading to the end can tell. */
  long count();

  /**
   * The next row, or null after the last.
   *
   * @throws VectorFileException if the row is cut, has another length, or holds what is not a
   *     number
   */
  VectorRow next() throws IOException;
}
