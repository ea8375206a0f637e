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

import java.util.Arrays;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.elasticsearch.index.mapper.LuceneDocument;

/** What the vector of a document becomes in Lucene; {@link StoredVectors} reads it. */
final class VectorFields {
  private static final String TRUNCATED_SUFFIX = "._truncated_dims";

  private final String name;
  private final VectorOptions options;
  private final FieldType luceneType; // null where there is no graph

  /** Of a field whose dims are known. */
  VectorFields(String name, VectorOptions options) {
    this.name = name;
    this.options = options;
    luceneType =
        options.index()
            ? KnnFloatVectorField.createFieldType(options.dims(), options.similarity().function())
            : null;
  }

  /**
   * Adds a vector that has been rounded and checked.
   *
   * <p>All vectors of a field have one length in Lucene: one that was truncated is filled up with
   * zeros, and its length kept beside it.
   */
  void add(LuceneDocument document, float[] vector) {
    if (options.index() == false) {
      document.addWithKey(
          name,
          new BinaryDocValuesField(name, DenseVectorRow.encode(vector, options.elementType())));
      return;
    }
    float[] full = vector;
    if (vector.length < options.dims()) {
      full = Arrays.copyOf(vector, options.dims());
      document.add(new NumericDocValuesField(truncatedDims(name), vector.length));
    }
    document.addWithKey(name, new KnnFloatVectorField(name, full, luceneType));
  }

  /** The numeric doc values that say how long a vector was, of those that were truncated. */
  static String truncatedDims(String field) {
    return field + TRUNCATED_SUFFIX;
  }
}
