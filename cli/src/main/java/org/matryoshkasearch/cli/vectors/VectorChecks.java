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

import java.nio.file.Path;

/** What every vector must be, whichever file it comes from. */
final class VectorChecks {

  private VectorChecks() {}

  /** Refuses components that are not finite, and a vector that has no direction. */
  static void check(Path file, long row, float[] vector) throws VectorFileException {
    boolean zero = true;
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new VectorFileException(
            file, row, "expected finite numbers, found " + vector[i] + " at component " + i);
      }
      zero &= vector[i] == 0;
    }
    if (zero) {
      throw new VectorFileException(
          file, row, "every component is 0: such a vector has no direction, so no neighbours");
    }
  }

  /** Refuses a length other than the one expected. */
  static void checkDims(Path file, long row, int expected, int found) throws VectorFileException {
    if (expected != found) {
      throw new VectorFileException(
          file, row, "expected " + expected + " components, found " + found);
    }
  }
}
