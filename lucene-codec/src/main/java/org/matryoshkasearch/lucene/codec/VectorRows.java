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
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.EmptyDocValuesProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;

/** Vectors on their way to the doc values, encoded one at a time; they can be read once. */
final class VectorRows extends BinaryDocValues {
  /** The vector of the document that the iterator stands on. */
  @FunctionalInterface
  interface Source {
    float[] vector() throws IOException;
  }

  private final DocIdSetIterator docs;
  private final Source source;
  private final FullVectorEncoding encoding;
  private final BytesRef row;

  VectorRows(DocIdSetIterator docs, Source source, FullVectorEncoding encoding, int dims) {
    this.docs = docs;
    this.source = source;
    this.encoding = encoding;
    this.row = new BytesRef(new byte[dims * encoding.bytes()]);
  }

  DocValuesProducer asProducer() {
    return new EmptyDocValuesProducer() {
      @Override
      public BinaryDocValues getBinary(FieldInfo field) {
        return VectorRows.this;
      }
    };
  }

  @Override
  public BytesRef binaryValue() throws IOException {
    encoding.encode(source.vector(), row.bytes);
    return row;
  }

  @Override
  public int nextDoc() throws IOException {
    return docs.nextDoc();
  }

  @Override
  public int docID() {
    return docs.docID();
  }

  @Override
  public int advance(int target) throws IOException {
    return docs.advance(target);
  }

  @Override
  public boolean advanceExact(int target) {
    throw new UnsupportedOperationException("rows are written in document order");
  }

  @Override
  public long cost() {
    return docs.cost();
  }
}
