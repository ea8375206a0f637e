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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.Locale;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** What a segment says of a vector field, and whether a target can be compared with it. */
final class VectorFieldInfo {
  private VectorFieldInfo() {}

  /** The leading dimensions that the graph of the segment compares. */
  static int prefixDims(FieldInfo info) {
    String prefixDims = info.getAttribute(MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE);
    return MatryoshkaHnswVectorsFormat.isFormatOf(info) && prefixDims != null
        ? Integer.parseInt(prefixDims)
        : info.getVectorDimension();
  }

  /** The bytes of one stored dimension. */
  static int bytesOfDimension(LeafReader reader, String field) throws IOException {
    FloatVectorValues values = FilterLeafReader.unwrap(reader).getFloatVectorValues(field);
    return values == null ? Float.BYTES : values.getVectorByteLength() / values.dimension();
  }

  /**
   * Checks a target.
   *
   * @throws IllegalArgumentException if it cannot be compared with the vectors of the segment
   */
  static void check(FieldInfo info, float[] target) {
    if (info.getVectorEncoding() != VectorEncoding.FLOAT32) {
      throw new IllegalArgumentException(
          "field [" + info.name + "] must have float vectors, has " + info.getVectorEncoding());
    }
    if (target.length > info.getVectorDimension()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the target for field [%s] must have at most [%d] dimensions, has [%d]",
              info.name,
              info.getVectorDimension(),
              target.length));
    }
    if (MatryoshkaHnswVectorsFormat.isFormatOf(info) && target.length < prefixDims(info)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the target for field [%s] must have at least the [%d] dimensions of the prefix, has"
                  + " [%d]",
              info.name,
              prefixDims(info),
              target.length));
    }
    if (info.getVectorSimilarityFunction() == VectorSimilarityFunction.COSINE
        && VectorUtil.dotProduct(target, target) == 0) {
      throw new IllegalArgumentException(
          "the target for field [" + info.name + "] is all zeros, which have no cosine");
    }
  }
}
