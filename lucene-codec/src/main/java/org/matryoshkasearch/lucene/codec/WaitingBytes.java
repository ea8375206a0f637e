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
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.matryoshkasearch.lucene.internal.graph.GraphVectors;
import org.matryoshkasearch.lucene.internal.graph.Nearness;
import org.matryoshkasearch.lucene.internal.graph.SignedCode;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Byte vectors, which have no prefix: Lucene's own format keeps them. */
final class WaitingBytes extends WaitingField<byte[]> {
  private final FlatFieldVectorsWriter<byte[]> lucenes;

  WaitingBytes(FieldInfo field, FlatFieldVectorsWriter<byte[]> lucenes) {
    super(field);
    this.lucenes = lucenes;
  }

  @Override
  void add(int doc, byte[] vector) throws IOException {
    lucenes.addValue(doc, vector);
  }

  @Override
  public byte[] copyValue(byte[] vector) {
    return lucenes.copyValue(vector);
  }

  @Override
  DocsWithFieldSet docs() {
    return lucenes.getDocsWithFieldSet();
  }

  @Override
  float[] centroid() {
    return new float[field().getVectorDimension()];
  }

  @Override
  GraphVectors graphVectors(int[] order, Nearness kind) {
    return new Vectors(order);
  }

  @Override
  public long ramBytesUsed() {
    return lucenes.ramBytesUsed() + flushBytes();
  }

  /** Read where they are. */
  private final class Vectors implements GraphVectors {
    private final List<byte[]> vectors = lucenes.getVectors();
    private final int[] order;

    Vectors(int[] order) {
      this.order = order;
    }

    @Override
    public int size() {
      return order.length;
    }

    @Override
    public int dims() {
      return field().getVectorDimension();
    }

    @Override
    public void read(int ord, float[] into, int at) {
      byte[] vector = vectors.get(order[ord]);
      float scale = PrefixSimilarity.scale(vector, field().getVectorSimilarityFunction());
      SignedCode.decodeBytes(vector, scale, into, at, dims());
    }

    @Override
    public GraphVectors copy() {
      return this;
    }
  }
}
