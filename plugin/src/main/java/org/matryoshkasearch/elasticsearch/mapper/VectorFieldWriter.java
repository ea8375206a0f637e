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
import org.elasticsearch.index.mapper.LuceneDocument;

/** What the vector of a document becomes in Lucene; {@link StoredVectors} reads it. */
final class VectorFieldWriter {
  private static final float MISSING = -0f;

  private final String name;
  private final VectorOptions options;
  private final FieldType luceneType; // null where there is no graph

  /** Of a field whose dims are known. */
  VectorFieldWriter(String name, VectorOptions options) {
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
   * negative zeros, which count as zeros and tell how long it was. A field beside it could be
   * hidden without it, and its name be taken.
   */
  void add(LuceneDocument document, float[] vector) {
    if (options.index() == false) {
      document.addWithKey(
          name,
          new BinaryDocValuesField(name, DenseVectorRow.encode(vector, options.elementType())));
      return;
    }
    float[] compared = options.elementType().round(options.toCompare(vector, name));
    document.addWithKey(
        name, new KnnFloatVectorField(name, fillUp(compared, options.dims()), luceneType));
    if (options.recipe() == Recipe.LAYER_NORM) {
      document.add(
          new BinaryDocValuesField(
              name, LayerNorm.remainder(vector, compared, options.elementType())));
    }
  }

  /** A copy with as many components, of which the last that was there is no negative zero. */
  static float[] fillUp(float[] vector, int dims) {
    float[] full = Arrays.copyOf(vector, dims);
    Arrays.fill(full, vector.length, dims, MISSING);
    int last = vector.length - 1;
    full[last] = full[last] == 0 ? 0 : full[last];
    return full;
  }

  /** A copy without what {@link #fillUp} added. */
  static float[] cutOff(float[] full) {
    int length = full.length;
    while (length > 0 && Float.compare(full[length - 1], MISSING) == 0) {
      length--;
    }
    return Arrays.copyOf(full, length);
  }
}
