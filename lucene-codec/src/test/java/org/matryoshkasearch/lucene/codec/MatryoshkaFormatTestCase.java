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
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Lucene's suite for vector formats, with a prefix that is shorter than most of its vectors. */
public abstract class MatryoshkaFormatTestCase extends BaseKnnVectorsFormatTestCase {
  private final PrefixEncoding prefixEncoding;
  private Codec codec;

  protected MatryoshkaFormatTestCase(PrefixEncoding prefixEncoding) {
    this.prefixEncoding = prefixEncoding;
  }

  @Override
  protected Codec getCodec() {
    if (codec == null) {
      int prefixDims = 1 + random().nextInt(9);
      codec =
          TestUtil.alwaysKnnVectorsFormat(
              new MatryoshkaHnswVectorsFormat(
                  prefixDims, prefixEncoding, FullVectorEncoding.FLOAT32));
    }
    return codec;
  }

  /** Full vectors are never dropped: there is nothing to fall back from. */
  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }

  /** A flush links the vectors themselves, a merge their coarser codes: graphs may differ. */
  @Override
  protected boolean mergeIsStable() {
    return false;
  }

  /** Lucene's asks a reader for its graph by an interface that ours does not have. */
  @Override
  protected void assertOffHeapByteSize(LeafReader leaf, String field) throws IOException {
    KnnVectorsReader reader = ((CodecReader) leaf).getVectorReader();
    if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader fields) {
      reader = fields.getFieldReader(field);
    }
    MatryoshkaHnswVectorsReader ours = (MatryoshkaHnswVectorsReader) reader;
    FieldInfo info = leaf.getFieldInfos().fieldInfo(field);
    boolean floats = info.getVectorEncoding() == VectorEncoding.FLOAT32;
    int vectors =
        floats ? ours.getFloatVectorValues(field).size() : ours.getByteVectorValues(field).size();
    Map<String, Long> sizes = ours.getOffHeapByteSize(info);
    assertEquals(vectors > 0, sizes.get("vec") > 0);
    assertEquals(ours.graph(field) != null, sizes.get("vex") > 0);
    if (floats && prefixEncoding.isQuantized()) {
      assertEquals(vectors > 0, sizes.get("veq") > 0);
    } else {
      assertFalse(sizes.containsKey("veq"));
    }
  }
}
