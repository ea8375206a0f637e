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
import java.util.Locale;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Full vectors as rows of doc values, and the codes of their prefixes: what the graph of {@link
 * MatryoshkaHnswVectorsFormat} stands on, and where its files are specified.
 */
final class MatryoshkaFlatVectorsFormat extends FlatVectorsFormat {
  static final int VERSION_START = 0;
  static final int VERSION_CURRENT = VERSION_START;
  static final FilePair FILES =
      new FilePair("MatryoshkaPrefixCodes", "vemq", "veq", VERSION_START, VERSION_CURRENT);

  private final int prefixDims;
  private final PrefixEncoding prefixEncoding;
  private final FullVectorEncoding fullVectorEncoding;

  MatryoshkaFlatVectorsFormat(
      int prefixDims, PrefixEncoding prefixEncoding, FullVectorEncoding fullVectorEncoding) {
    super("MatryoshkaFlat");
    this.prefixDims = prefixDims;
    this.prefixEncoding = prefixEncoding;
    this.fullVectorEncoding = fullVectorEncoding;
  }

  /** How many leading dimensions of a field of {@code dims} are indexed. */
  int prefixDims(int dims) {
    return Math.min(prefixDims, dims);
  }

  PrefixEncoding prefixEncoding() {
    return prefixEncoding;
  }

  FullVectorEncoding fullVectorEncoding() {
    return fullVectorEncoding;
  }

  @Override
  public MatryoshkaFlatVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new MatryoshkaFlatVectorsWriter(this, state);
  }

  @Override
  public MatryoshkaFlatVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new MatryoshkaFlatVectorsReader(state);
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return MatryoshkaHnswVectorsFormat.MAX_DIMS;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "MatryoshkaFlatVectorsFormat(prefixDims=%d, prefixEncoding=%s, fullVectorEncoding=%s)",
        prefixDims,
        prefixEncoding,
        fullVectorEncoding);
  }
}
