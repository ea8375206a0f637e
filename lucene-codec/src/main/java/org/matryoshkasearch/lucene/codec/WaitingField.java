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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.matryoshkasearch.lucene.internal.graph.GraphBuilder;
import org.matryoshkasearch.lucene.internal.graph.GraphVectors;
import org.matryoshkasearch.lucene.internal.graph.Nearness;

/** The vectors of a field that wait in memory for a flush, one a document. */
abstract class WaitingField<T> extends KnnFieldVectorsWriter<T> {
  private final FieldInfo field;
  private int lastDoc = -1;

  WaitingField(FieldInfo field) {
    this.field = field;
  }

  final FieldInfo field() {
    return field;
  }

  @Override
  public final void addValue(int doc, T vector) throws IOException {
    if (doc == lastDoc) {
      throw new IllegalArgumentException(
          "VectorValuesField \""
              + field.name
              + "\" appears more than once in this document (only one value is allowed per field)");
    }
    add(doc, vector);
    lastDoc = doc;
  }

  /** Takes the vector of a document, which is above the last one. */
  abstract void add(int doc, T vector) throws IOException;

  /** The documents that have a vector. */
  abstract DocsWithFieldSet docs();

  /** What a flush needs beside the vectors, if it is short of memory: it can do with no less. */
  final long flushBytes() {
    int size = docs().cardinality();
    return size * (Integer.BYTES + GraphBuilder.bytesAVector(size)); // the order, and the graph
  }

  /** About the mean of what a graph is built over, or what is as good to see it from. */
  abstract float[] centroid() throws IOException;

  /**
   * What a graph is built over.
   *
   * @param order for each ordinal the place of its vector among those that were added
   */
  abstract GraphVectors graphVectors(int[] order, Nearness kind) throws IOException;
}
