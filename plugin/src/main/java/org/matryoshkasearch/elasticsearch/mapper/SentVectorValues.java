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
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.Bits;

/** The vectors of a field with {@link LayerNorm} as they were sent, not as they are compared. */
final class SentVectorValues extends FloatVectorValues {
  private final FloatVectorValues compared;
  private final LeafReader reader;
  private final String field;
  private final ElementType type;
  private BinaryDocValues remainders;

  private SentVectorValues(
      FloatVectorValues compared, LeafReader reader, String field, ElementType type)
      throws IOException {
    this.compared = compared;
    this.reader = reader;
    this.field = field;
    this.type = type;
    remainders = reader.getBinaryDocValues(field);
  }

  /** The vectors of a field as documents brought them; null if the segment has none. */
  static FloatVectorValues of(LeafReader reader, String field, VectorOptions options)
      throws IOException {
    FloatVectorValues values = reader.getFloatVectorValues(field);
    return values == null || options.recipe() == Recipe.NONE
        ? values
        : new SentVectorValues(values, reader, field, options.elementType());
  }

  /** A reader whose vectors are those that were sent: scripts ask one for them. */
  static LeafReader reader(LeafReader in, VectorOptions options) {
    if (options.recipe() == Recipe.NONE) {
      return in;
    }
    return new FilterLeafReader(in) {
      @Override
      public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        return of(in, field, options);
      }

      @Override
      public CacheHelper getCoreCacheHelper() {
        return in.getCoreCacheHelper();
      }

      @Override
      public CacheHelper getReaderCacheHelper() {
        return in.getReaderCacheHelper();
      }
    };
  }

  @Override
  public float[] vectorValue(int ord) throws IOException {
    int doc = ordToDoc(ord);
    if (remainders.docID() > doc) {
      remainders = reader.getBinaryDocValues(field);
    }
    if (remainders.advanceExact(doc) == false) {
      throw new IllegalStateException(
          "document [" + doc + "] has a vector in [" + field + "] but not how to restore it");
    }
    return LayerNorm.restore(compared.vectorValue(ord), remainders.binaryValue(), type);
  }

  @Override
  public int ordToDoc(int ord) {
    return compared.ordToDoc(ord);
  }

  @Override
  public Bits getAcceptOrds(Bits acceptDocs) {
    return compared.getAcceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    return compared.iterator();
  }

  @Override
  public int dimension() {
    return compared.dimension();
  }

  @Override
  public int size() {
    return compared.size();
  }

  @Override
  public SentVectorValues copy() throws IOException {
    return new SentVectorValues(compared.copy(), reader, field, type);
  }
}
