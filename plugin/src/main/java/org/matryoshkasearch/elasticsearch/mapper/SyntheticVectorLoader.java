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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.elasticsearch.index.mapper.SourceLoader;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Rebuilds the vector of a document for a synthetic {@code _source}, from the stored full vectors.
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
      builder.array(leafName, values.vectorValue(iterator.index()));
    }
  }

  @Override
  public String fieldName() {
    return fullPath;
  }
}
