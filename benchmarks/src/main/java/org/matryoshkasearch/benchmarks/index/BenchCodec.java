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
package org.matryoshkasearch.benchmarks.index;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;

/** Lucene's codec with a format for the searched field, and a flat one for full vectors. */
final class BenchCodec extends FilterCodec {

  private static final int MAX_DIMS = 4096;

  private final KnnVectorsFormat formats;

  BenchCodec(KnnVectorsFormat searched) {
    super(Codec.getDefault().getName(), Codec.getDefault());
    // Lucene's own format, which leaves the graph away below a size that no segment reaches.
    KnnVectorsFormat flat =
        new Lucene99HnswVectorsFormat(
            Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
            Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
            Integer.MAX_VALUE);
    this.formats =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return field.equals(LuceneSetup.FULL) ? flat : searched;
          }

          @Override
          public int getMaxDimensions(String field) {
            return MAX_DIMS; // Lucene's own refuse more than 1024, though they can do it
          }
        };
  }

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return formats;
  }
}
