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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.IOException;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.Bits;

/** The full vectors of a field by ordinal, read from their rows where they lie. Not thread-safe. */
public final class FullVectors {
  private final FieldRows rows;
  private final Components components;
  private final int dims;
  private byte[] scratch;

  FullVectors(FieldRows rows, Components components, int dims) {
    this.rows = rows;
    this.components = components;
    this.dims = dims;
  }

  /** How many there are. */
  public int size() {
    return rows.size();
  }

  Components components() {
    return components;
  }

  /** Bytes of each. */
  public int rowBytes() {
    return dims * components.bytes();
  }

  int dims() {
    return dims;
  }

  /** The rows one after another. */
  IndexInput rows() throws IOException {
    return rows.slice();
  }

  /** The lengths of the vectors as floats, which fields have where these count. */
  RandomAccessInput lengths() throws IOException {
    return rows.lengths();
  }

  /** Reads the leading {@code leading.length} dimensions of a vector. */
  public void read(int ord, float[] leading) throws IOException {
    IndexInput slice = rows.slice();
    slice.seek((long) ord * rowBytes());
    if (scratch == null && components.readsBytes()) {
      scratch = new byte[rowBytes()];
    }
    components.read(slice, scratch, leading);
  }

  /** The document of a vector. */
  public int ordToDoc(int ord) {
    return rows.ordToDoc(ord);
  }

  /** The ordinals of accepted documents. */
  public Bits acceptOrds(Bits acceptDocs) {
    return rows.acceptOrds(acceptDocs);
  }

  /** Whether some documents have a vector, and others have none. */
  public boolean isSparse() {
    return rows.isSparse();
  }

  /** The documents that have a vector, where not all have one. */
  public DocIndexIterator sparseIterator() {
    return rows.sparseIterator();
  }

  /** The same vectors, for another reader. */
  public FullVectors copy() {
    return new FullVectors(rows.copy(), components, dims);
  }
}
