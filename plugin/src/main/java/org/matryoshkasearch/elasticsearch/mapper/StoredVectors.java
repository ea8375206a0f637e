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
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;

/** The vectors of a segment, document by document, as {@link VectorFieldWriter} stored them. */
interface StoredVectors {

  /**
   * Goes to a document, forwards or backwards.
   *
   * @return whether it has a vector
   */
  boolean advanceExact(int doc) throws IOException;

  /** The vector of the document; a copy. Only if there is one. */
  float[] vector() throws IOException;

  /** The vectors of a field; null if the segment has none. */
  static StoredVectors of(LeafReader reader, String field, VectorOptions options)
      throws IOException {
    if (options.index()) {
      FloatVectorValues values = SentVectorValues.of(reader, field, options);
      return values == null ? null : new Indexed(reader, field, options, values);
    }
    BinaryDocValues values = reader.getBinaryDocValues(field);
    return values == null ? null : new Unindexed(reader, field, options.elementType(), values);
  }

  /** Those that a graph leads to, without the zeros that filled up what was truncated. */
  final class Indexed implements StoredVectors {
    private final LeafReader reader;
    private final String field;
    private final VectorOptions options;
    private FloatVectorValues values;
    private KnnVectorValues.DocIndexIterator iterator;

    private Indexed(
        LeafReader reader, String field, VectorOptions options, FloatVectorValues values) {
      this.reader = reader;
      this.field = field;
      this.options = options;
      this.values = values;
      iterator = values.iterator();
    }

    @Override
    public boolean advanceExact(int doc) throws IOException {
      if (iterator.docID() > doc) {
        values = SentVectorValues.of(reader, field, options); // their iterators may share one place
        iterator = values.iterator();
      }
      if (iterator.docID() < doc) {
        iterator.advance(doc);
      }
      return iterator.docID() == doc;
    }

    @Override
    public float[] vector() throws IOException {
      float[] vector = values.vectorValue(iterator.index());
      return options.recipe() == Recipe.NONE ? VectorFieldWriter.cutOff(vector) : vector;
    }
  }

  /** Those of doc values. */
  final class Unindexed implements StoredVectors {
    private final LeafReader reader;
    private final String field;
    private final ElementType type;
    private BinaryDocValues values;

    private Unindexed(LeafReader reader, String field, ElementType type, BinaryDocValues values) {
      this.reader = reader;
      this.field = field;
      this.type = type;
      this.values = values;
    }

    @Override
    public boolean advanceExact(int doc) throws IOException {
      if (values.docID() > doc) {
        values = reader.getBinaryDocValues(field);
      }
      return values.advanceExact(doc);
    }

    @Override
    public float[] vector() throws IOException {
      return DenseVectorRow.decode(values.binaryValue(), type);
    }
  }
}
