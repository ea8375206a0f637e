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
package org.matryoshkasearch.benchmarks.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.apache.lucene.util.FixedBitSet;
import org.matryoshkasearch.benchmarks.data.Documents;

/** A way to index vectors and search them. */
public interface Contender {

  /** Whose work a contender is. */
  enum Family {
    /** Lucene's formats, on vectors of the full dimension. */
    LUCENE,
    /** Lucene's formats, on shortened vectors. */
    LUCENE_PREFIX,
    /** Elasticsearch's formats. */
    ELASTICSEARCH,
    /** jvector. */
    JVECTOR,
    /** This project's format. */
    MATRYOSHKA
  }

  /**
   * The processor time that a build took.
   *
   * @param indexSeconds for adding all vectors and writing what they became
   * @param mergeSeconds for making one segment of it, 0 if there is no such step
   */
  record BuildTime(double indexSeconds, double mergeSeconds) {

    /** The two together. */
    public double seconds() {
      return indexSeconds + mergeSeconds;
    }
  }

  /** What to call it, such as {@code lucene-float32}. */
  String name();

  /** Whose it is. */
  Family family();

  /**
   * Builds an index, in one thread.
   *
   * @param documents what to index
   * @param folder an empty folder for the index
   * @param progress told how many vectors have been added
   */
  BuildTime build(Documents documents, Path folder, LongConsumer progress) throws IOException;

  /**
   * Opens an index that was built in a folder.
   *
   * @param accepted the rows that searches may find, or null for all
   */
  Searchable open(Path folder, FixedBitSet accepted) throws IOException;
}
