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
import java.util.Optional;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.files.MetaInput;

/**
 * What the metadata says of a field of float vectors.
 *
 * @param count how many vectors
 * @param codesAt where the codes begin
 * @param codeBytes of all codes
 * @param quantizer what made the codes; null without codes
 */
record FieldEntry(
    int dims,
    int prefixDims,
    PrefixEncoding prefixEncoding,
    FullVectorEncoding fullVectorEncoding,
    VectorSimilarityFunction similarity,
    int count,
    long codesAt,
    long codeBytes,
    PrefixQuantizer quantizer) {

  // the position in this list stands in the files
  private static final List<VectorSimilarityFunction> SIMILARITIES =
      List.of(
          VectorSimilarityFunction.EUCLIDEAN,
          VectorSimilarityFunction.DOT_PRODUCT,
          VectorSimilarityFunction.COSINE,
          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);

  static final byte FLOAT_FIELD = 0;
  static final byte BYTE_FIELD = 1;

  void write(DataOutput meta) throws IOException {
    meta.writeByte((byte) SIMILARITIES.indexOf(similarity));
    meta.writeVInt(dims);
    meta.writeVInt(prefixDims);
    meta.writeByte((byte) prefixEncoding.wireNumber());
    meta.writeByte((byte) fullVectorEncoding.wireNumber());
    meta.writeVInt(count);
    meta.writeVLong(codesAt);
    meta.writeVLong(codeBytes);
    if (quantizer != null) {
      for (float component : quantizer.centroid()) {
        meta.writeInt(Float.floatToIntBits(component));
      }
    }
  }

  /** Reads what {@link #write} wrote. */
  static FieldEntry read(MetaInput meta, FieldInfo field) throws IOException {
    IndexInput in = meta.in;
    int similarity = in.readByte();
    int dims = in.readVInt();
    int prefixDims = in.readVInt();
    check(
        similarity == SIMILARITIES.indexOf(field.getVectorSimilarityFunction()),
        field,
        "similarity [" + similarity + "]",
        meta);
    check(dims == field.getVectorDimension(), field, "dims [" + dims + "]", meta);
    check(prefixDims >= 1 && prefixDims <= dims, field, "prefix dims [" + prefixDims + "]", meta);
    int prefixNumber = in.readByte();
    int fullNumber = in.readByte();
    Optional<PrefixEncoding> prefix = PrefixEncoding.fromWireNumber(prefixNumber);
    Optional<FullVectorEncoding> full = FullVectorEncoding.fromWireNumber(fullNumber);
    check(prefix.isPresent(), field, "prefix encoding [" + prefixNumber + "]", meta);
    check(full.isPresent(), field, "full vector encoding [" + fullNumber + "]", meta);
    int count = meta.readCount();
    long codesAt = in.readVLong();
    long codeBytes = in.readVLong();
    PrefixQuantizer quantizer = null;
    if (prefix.get().isQuantized()) {
      float[] centroid = new float[prefixDims];
      in.readFloats(centroid, 0, prefixDims);
      for (float component : centroid) {
        check(Float.isFinite(component), field, "a centroid of [" + component + "]", meta);
      }
      quantizer =
          new PrefixQuantizer(prefix.get().bits(), field.getVectorSimilarityFunction(), centroid);
    }
    long rowBytes = quantizer == null ? 0 : quantizer.rowBytes();
    check(codeBytes == count * rowBytes, field, "code bytes [" + codeBytes + "]", meta);
    meta.checkRows(codesAt, codeBytes);
    return new FieldEntry(
        dims,
        prefixDims,
        prefix.get(),
        full.get(),
        field.getVectorSimilarityFunction(),
        count,
        codesAt,
        codeBytes,
        quantizer);
  }

  /** The bytes of a full vector. */
  int rowBytes() {
    return dims * fullVectorEncoding.bytes();
  }

  private static void check(boolean valid, FieldInfo field, String what, MetaInput meta)
      throws CorruptIndexException {
    meta.check(valid, "%s in field [%s]", what, field.name);
  }
}
