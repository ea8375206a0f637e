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

/** A vector file that cannot be used; the message is one line that names the file and the fault. */
public final class VectorFileException extends IOException {

  private static final long serialVersionUID = 1L;

  VectorFileException(Path file, String what) {
    super(file + ": " + what);
  }

  VectorFileException(Path file, long row, String what) {
    super(file + ": row " + row + ": " + what);
  }
}
