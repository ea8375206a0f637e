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
package org.matryoshkasearch.elasticsearch.dense;

import java.io.IOException;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.util.IORunnable;

/**
 * Says with each field which share of the nearest its searches are to find: a reader is told no
 * settings.
 */
final class DenseVectorWriter extends KnnVectorsWriter {
  /** The attribute of a field that says so. */
  static final String RECALL_ATTRIBUTE = "matryoshka.target_recall";

  private final KnnVectorsWriter prefixes;
  private final double recall;

  DenseVectorWriter(KnnVectorsWriter prefixes, double recall) {
    this.prefixes = prefixes;
    this.recall = recall;
  }

  @Override
  public KnnFieldVectorsWriter<?> addField(FieldInfo field) throws IOException {
    setRecall(field);
    return prefixes.addField(field);
  }

  @Override
  public IORunnable mergeOneField(FieldInfo field, MergeState state) throws IOException {
    setRecall(field);
    return prefixes.mergeOneField(field, state);
  }

  private void setRecall(FieldInfo field) {
    field.putAttribute(RECALL_ATTRIBUTE, Double.toString(recall));
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    prefixes.flush(maxDoc, sortMap);
  }

  @Override
  public void finish() throws IOException {
    prefixes.finish();
  }

  @Override
  public long ramBytesUsed() {
    return prefixes.ramBytesUsed();
  }

  @Override
  public void close() throws IOException {
    prefixes.close();
  }
}
