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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/** Where a build keeps what it wrote and reads again: temporary files. */
public final class Scratch {
  private final Directory directory;
  private final String prefix;
  private final IOContext writing;
  private final IOContext reading;

  /**
   * @param prefix with which the names of the files begin
   * @param writing how they are written, once
   * @param reading how they are read, anywhere
   */
  public Scratch(Directory directory, String prefix, IOContext writing, IOContext reading) {
    this.directory = directory;
    this.prefix = prefix;
    this.writing = writing;
    this.reading = reading;
  }

  /** Files that are kept on the heap. */
  static Scratch onHeap() {
    return new Scratch(new ByteBuffersDirectory(), "build", IOContext.DEFAULT, IOContext.DEFAULT);
  }

  /**
   * Creates a file.
   *
   * @param what is in it, for its name
   */
  IndexOutput create(String what) throws IOException {
    return directory.createTempOutput(prefix, what, writing);
  }

  IndexInput open(String file) throws IOException {
    return directory.openInput(file, reading);
  }

  void delete(String file) {
    IOUtils.deleteFilesIgnoringExceptions(directory, file);
  }
}
