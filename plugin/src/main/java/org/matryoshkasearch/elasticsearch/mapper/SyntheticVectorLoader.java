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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
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

  private FloatVectorValues values;
  private KnnVectorValues.DocIndexIterator iterator;
  private boolean hasValue;

  SyntheticVectorLoader(String fullPath, String leafName) {
    this.fullPath = fullPath;
    this.leafName = leafName;
  }

  @Override
  public DocValuesLoader docValuesLoader(LeafReader reader, int[] docIdsInLeaf) throws IOException {
    hasValue = false;
    values = reader.getFloatVectorValues(fullPath);
    if (values == null) {
      return null;
    }
    iterator = values.iterator();
    return this::advance;
  }

  private boolean advance(int doc) throws IOException {
    if (iterator.docID() > doc) {
      // Batches of a changes snapshot come by sequence number: in a sorted index, the documents of
      // the next one may lie before those of the last.
      iterator = values.iterator();
    }
    if (iterator.docID() < doc) {
      iterator.advance(doc);
    }
    hasValue = iterator.docID() == doc;
    return hasValue;
  }

  @Override
  public boolean hasValue() {
    return hasValue;
  }

  @Override
  public void write(XContentBuilder builder) throws IOException {
    if (hasValue) {
      builder.array(leafName, vector());
    }
  }

  /** The vector of the document; a copy. Only if there is one. */
  List<Float> vectorAsList() throws IOException {
    float[] vector = vector();
    List<Float> list = new ArrayList<>(vector.length);
    for (float component : vector) {
      list.add(component);
    }
    return list;
  }

  private float[] vector() throws IOException {
    return values.vectorValue(iterator.index());
  }

  @Override
  public String fieldName() {
    return fullPath;
  }
}
