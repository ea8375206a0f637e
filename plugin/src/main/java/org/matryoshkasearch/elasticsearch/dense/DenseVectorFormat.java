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
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * {@link MatryoshkaHnswVectorsFormat} for those who know nothing of prefixes, as Elasticsearch's
 * {@code knn} query: the files are the same, but every score that a search gives is that of full
 * vectors. What the graph finds by its prefixes is rescored before it is handed out.
 */
public final class DenseVectorFormat extends KnnVectorsFormat {
  /** The name that stands in segments. */
  public static final String NAME = "MatryoshkaDenseVector";

  private final MatryoshkaHnswVectorsFormat format;
  private final double recall;

  /** For reading: what was written says what it is. */
  public DenseVectorFormat() {
    this(new MatryoshkaHnswVectorsFormat(), RescoreVector.DEFAULT.recall());
  }

  /**
   * @param recall the share of the nearest that searches of what it writes find, 0.5 to 0.999
   */
  DenseVectorFormat(MatryoshkaHnswVectorsFormat format, double recall) {
    super(NAME);
    this.format = format;
    this.recall = recall;
  }

  /** The leading dimensions that the graph of a segment compares; all with another format. */
  public static int prefixDims(FieldInfo field) {
    // another format keeps the attribute
    String format = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
    String prefix = field.getAttribute(MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE);
    return NAME.equals(format) && prefix != null
        ? Integer.parseInt(prefix)
        : field.getVectorDimension();
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new DenseVectorWriter(format.fieldsWriter(state), recall);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new DenseVectorReader(format.fieldsReader(state), state.fieldInfos);
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return format.getMaxDimensions(fieldName);
  }

  @Override
  public String toString() {
    return NAME + "(" + format + ")";
  }
}
