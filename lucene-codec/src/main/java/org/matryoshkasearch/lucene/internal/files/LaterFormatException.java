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
package org.matryoshkasearch.lucene.internal.files;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/**
 * A file of a later version of the format: it is as it should be, but not for this library. Not one
 * of Lucene's exceptions: Elasticsearch says those in words of its own, and takes the files for
 * damaged from then on.
 */
public final class LaterFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param file that cannot be read
   * @param fields whose vectors it has
   * @param found the version of the file
   * @param newest that is known here
   */
  LaterFormatException(String file, Set<String> fields, int found, int newest) {
    super(
        String.format(
            Locale.ROOT,
            "file [%s] of field %s has format version [%d], the latest that is known here is [%d]:"
                + " use the plugin or library that wrote it, or a later one",
            file,
            fields,
            found,
            newest));
  }
}
