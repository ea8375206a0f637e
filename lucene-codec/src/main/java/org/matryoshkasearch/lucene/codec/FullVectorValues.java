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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * The full vectors of a field in one segment, over their rows.
 *
 * <p>{@link #rescorer} scores full vectors, {@link #scorer} prefixes: the split that Lucene's
 * quantised formats make between approximate and exact scores.
 */
final class FullVectorValues extends FloatVectorValues {
  private final FieldRows rows;
  private final FullVectorEncoding encoding;
  private final VectorSimilarityFunction similarity;
  private final PrefixVectors prefixes;
  private final int dims;
  private final int rowBytes;
  private float[] value; // allocated when first read, as a search may only score prefixes
  private byte[] scratch;
  private int valueOrd = -1;

  FullVectorValues(
      FieldRows rows,
      FullVectorEncoding encoding,
      int dims,
      VectorSimilarityFunction similarity,
      PrefixVectors prefixes) {
    this.rows = rows;
    this.encoding = encoding;
    this.similarity = similarity;
    this.prefixes = prefixes;
    this.dims = dims;
    this.rowBytes = dims * encoding.bytes();
  }

  @Override
  public float[] vectorValue(int ord) throws IOException {
    if (value == null) {
      value = new float[dims];
    }
    if (ord != valueOrd) {
      read(ord, value);
      valueOrd = ord;
    }
    return value;
  }

  /** Reads the leading {@code leading.length} dimensions of a vector. */
  void read(int ord, float[] leading) throws IOException {
    IndexInput slice = rows.slice();
    slice.seek((long) ord * rowBytes);
    if (scratch == null && encoding.readsBytes()) {
      scratch = new byte[rowBytes];
    }
    encoding.read(slice, scratch, leading);
  }

  /** The rows one after another, {@link #rowBytes} each. */
  IndexInput rows() {
    return rows.slice();
  }

  int rowBytes() {
    return rowBytes;
  }

  FullVectorEncoding encoding() {
    return encoding;
  }

  VectorSimilarityFunction similarity() {
    return similarity;
  }

  PrefixVectors prefixes() {
    return prefixes;
  }

  /**
   * Whether a target has no direction in the dimensions of the prefix, though it has one in others:
   * then all prefixes are equally near to it.
   */
  boolean hasOnlyAPrefixOfZeros(float[] target) {
    if (similarity == VectorSimilarityFunction.EUCLIDEAN) {
      return false; // what is near to zeros is near
    }
    int i = 0;
    while (i < target.length && target[i] == 0) {
      i++;
    }
    return i >= prefixes.dims() && i < target.length;
  }

  /** {@inheritDoc} Where prefixes tell nothing, that is the {@link #rescorer}. */
  @Override
  public VectorScorer scorer(float[] target) throws IOException {
    if (hasOnlyAPrefixOfZeros(target)) {
      return rescorer(target);
    }
    if (size() == 0) {
      return null;
    }
    FullVectorValues copy = copy();
    return new OrdinalScorer(copy.iterator(), prefixes.scorer(copy, target), false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A target that is shorter than the vectors is compared with as many of their leading
   * dimensions, as the similarity compares prefixes; no more of the rows is read.
   */
  @Override
  public VectorScorer rescorer(float[] target) throws IOException {
    if (size() == 0) {
      return null;
    }
    FullVectorValues copy = copy();
    return new OrdinalScorer(copy.iterator(), copy.rowScorer(target), true);
  }

  /** Scores full vectors by ordinal. */
  RandomVectorScorer rowScorer(float[] target) throws IOException {
    checkNotLonger(target);
    if (target.length < dims) {
      return new RawPrefixes(target.length).scorer(this, target);
    }
    FloatComparison comparison = FloatComparison.ofVectors(similarity, target);
    FloatRows comparable = FloatRows.of(this, dims, comparison);
    comparable.setQuery(target);
    return comparable.scorer(this);
  }

  /**
   * @throws IllegalArgumentException if the target has more dimensions than the vectors
   */
  void checkNotLonger(float[] target) {
    if (target.length > dims) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "query vector has [%d] dimensions, more than the [%d] of the field",
              target.length,
              dims));
    }
  }

  @Override
  public int dimension() {
    return dims;
  }

  @Override
  public int getVectorByteLength() {
    return rowBytes;
  }

  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public int ordToDoc(int ord) {
    return rows.ordToDoc(ord);
  }

  @Override
  public Bits getAcceptOrds(Bits acceptDocs) {
    return rows.acceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    return rows.iterator();
  }

  @Override
  public FullVectorValues copy() throws IOException {
    return size() == 0
        ? this
        : new FullVectorValues(rows.copy(), encoding, dims, similarity, prefixes);
  }

  private record OrdinalScorer(DocIndexIterator iterator, RandomVectorScorer scorer, boolean full)
      implements VectorScorer {
    @Override
    public float score() throws IOException {
      return scorer.score(iterator.index());
    }

    @Override
    public Bulk bulk(DocIdSetIterator matchingDocs) {
      Bulk bulk = Bulk.fromRandomScorerSparse(scorer, iterator, matchingDocs);
      return full ? (FullVectorBulk) bulk::nextDocsAndScores : bulk;
    }
  }
}
