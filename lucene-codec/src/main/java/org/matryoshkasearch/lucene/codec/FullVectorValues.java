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
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.hnsw.PrefetchableFlatVectorScorer;
import org.apache.lucene.codecs.lucene95.HasIndexSlice;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * The full vectors of a field in one segment, over their rows.
 *
 * <p>{@link #rescorer} scores full vectors, {@link #scorer} prefixes: the split that Lucene's
 * quantised formats make between approximate and exact scores.
 */
final class FullVectorValues extends FloatVectorValues implements HasIndexSlice {
  // rows are large and far apart: in bulk they are asked for before the first is scored
  private static final FlatVectorsScorer FULL_SCORER =
      new PrefetchableFlatVectorScorer(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());

  private static final int CACHE_LINE = 64;

  private final OffHeapByteVectorValues rows;

  /** The rows, if all are one piece of memory. */
  private final RandomAccessInput mappedRows;

  private final FullVectorEncoding encoding;
  private final VectorSimilarityFunction similarity;
  private final PrefixVectors prefixes;
  private final int dims;
  private final int rowBytes;
  private float[] value; // allocated when first read, as a search may only score prefixes
  private byte[] scratch;
  private int valueOrd = -1;

  /** Keeps the reads of {@link #touch} from being optimised away. */
  byte touched;

  FullVectorValues(
      OffHeapByteVectorValues rows,
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
    this.mappedRows =
        FilterIndexInput.unwrap(rows.getSlice()) instanceof MemorySegmentAccessInput mapped
            ? mapped
            : null;
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
    IndexInput slice = rows.getSlice();
    slice.seek((long) ord * rowBytes);
    if (scratch == null && encoding.readsBytes()) {
      scratch = new byte[rowBytes];
    }
    encoding.read(slice, scratch, leading);
  }

  /** The rows one after another, {@link #rowBytes} each. */
  IndexInput rows() {
    return rows.getSlice();
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

  @Override
  public VectorScorer scorer(float[] target) throws IOException {
    if (size() == 0) {
      return null;
    }
    FullVectorValues copy = copy();
    return new OrdinalScorer(copy.iterator(), prefixes.scorer(copy, target));
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
    return new OrdinalScorer(copy.iterator(), copy.rowScorer(target));
  }

  private RandomVectorScorer rowScorer(float[] target) throws IOException {
    checkNotLonger(target);
    if (target.length < dims) {
      return new RawPrefixes(target.length).scorer(this, target);
    }
    if (encoding == FullVectorEncoding.FLOAT32) {
      return FULL_SCORER.getRandomVectorScorer(similarity, this, target);
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

  /** The rows one after another where they are float32, so that they can be scored in place. */
  @Override
  public IndexInput getSlice() {
    return encoding == FullVectorEncoding.FLOAT32 ? rows.getSlice() : null;
  }

  @Override
  public void prefetch(int[] ordsToPrefetch, int numOrds) throws IOException {
    rows.prefetch(ordsToPrefetch, numOrds);
    if (mappedRows != null) {
      touch(ordsToPrefetch, numOrds);
    }
  }

  /**
   * Reads a byte of each row, so that pages are looked up side by side and not by turns. From row
   * to row it is one of the next line: the same lines of pages would drive each other out of the
   * cache.
   */
  private void touch(int[] ords, int count) throws IOException {
    byte read = 0;
    for (int i = 0; i < count; i++) {
      int line = i * CACHE_LINE % rowBytes;
      read ^= mappedRows.readByte((long) ords[i] * rowBytes + line);
    }
    touched = read;
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
    return rows.getAcceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    return rows.iterator();
  }

  @Override
  public FullVectorValues copy() throws IOException {
    return size() == 0
        ? this
        : new FullVectorValues(
            (OffHeapByteVectorValues) rows.copy(), encoding, dims, similarity, prefixes);
  }

  private record OrdinalScorer(DocIndexIterator iterator, RandomVectorScorer scorer)
      implements VectorScorer {
    @Override
    public float score() throws IOException {
      return scorer.score(iterator.index());
    }

    @Override
    public Bulk bulk(DocIdSetIterator matchingDocs) {
      return Bulk.fromRandomScorerSparse(scorer, iterator, matchingDocs);
    }
  }
}
