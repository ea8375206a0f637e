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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReader;
import org.elasticsearch.index.mapper.SourceLoader;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Gives the vector of a document back to its {@code _source}, from the stored full vectors: where
 * the whole source is synthetic, and where only vectors were left out of it.
 */
final class SyntheticVectorLoader extends SourceLoader.DocValuesBasedSyntheticFieldLoader {
  private final String fullPath;
  private final String leafName;
  private final VectorOptions options;

  private StoredVectors vectors;
  private boolean hasValue;

  SyntheticVectorLoader(String fullPath, String leafName, VectorOptions options) {
    this.fullPath = fullPath;
    this.leafName = leafName;
    this.options = options;
  }

  @Override
  public DocValuesLoader docValuesLoader(LeafReader reader, int[] docIdsInLeaf) throws IOException {
    hasValue = false;
    vectors = StoredVectors.of(reader, fullPath, options);
    return vectors == null ? null : this::advance;
  }

  /**
   * Batches of a changes snapshot come by sequence number: in a sorted index, the documents of the
   * next one may lie before those of the last.
   */
  private boolean advance(int doc) throws IOException {
    hasValue = vectors.advanceExact(doc);
    return hasValue;
  }

  @Override
  public boolean hasValue() {
    return hasValue;
  }

  @Override
  public void write(XContentBuilder builder) throws IOException {
    if (hasValue) {
      builder.array(leafName, vectors.vector());
    }
  }

  /** The vector of the document; a copy. Only if there is one. */
  List<Float> vectorAsList() throws IOException {
    float[] vector = vectors.vector();
    List<Float> list = new ArrayList<>(vector.length);
    for (float component : vector) {
      list.add(component);
    }
    return list;
  }

  @Override
  public String fieldName() {
    return fullPath;
  }
}
