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
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuery;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;
import org.matryoshkasearch.lucene.internal.vectors.FloatRows;
import org.matryoshkasearch.lucene.internal.vectors.FullVectors;

/**
 * The vectors of a field in one segment: the full ones, and the codes of their prefixes.
 *
 * <p>{@link #rescorer} scores full vectors, {@link #scorer} prefixes: the split that Lucene's
 * quantised formats make between approximate and exact scores.
 */
final class MatryoshkaVectorValues extends FloatVectorValues {
  private final FieldEntry field;
  private final FullVectors vectors;
  private final IOSupplier<CodeRows> codes; // null without
  private float[] value; // allocated when first read, as a search may only score prefixes
  private int valueOrd = -1;

  /**
   * @param codes of the prefixes, or null if there are none
   */
  MatryoshkaVectorValues(FieldEntry field, FullVectors vectors, IOSupplier<CodeRows> codes) {
    this.field = field;
    this.vectors = vectors;
    this.codes = codes;
  }

  @Override
  public float[] vectorValue(int ord) throws IOException {
    if (value == null) {
      value = new float[field.dims()];
    }
    if (ord != valueOrd) {
      vectors.read(ord, value);
      valueOrd = ord;
    }
    return value;
  }

  /**
   * Whether a target has no direction in the dimensions of the prefix, though it has one in others:
   * then all prefixes are equally near to it.
   */
  boolean hasOnlyAPrefixOfZeros(float[] target) {
    if (field.similarity() == VectorSimilarityFunction.EUCLIDEAN) {
      return false; // what is near to zeros is near
    }
    int i = 0;
    while (i < target.length && target[i] == 0) {
      i++;
    }
    return i >= field.prefixDims() && i < target.length;
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
    MatryoshkaVectorValues copy = copy();
    return new OrdinalScorer(copy.iterator(), copy.prefixScorer(copy.prefixQuery(target)), false);
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
    MatryoshkaVectorValues copy = copy();
    return new OrdinalScorer(copy.iterator(), copy.vectorScorer(target), true);
  }

  /**
   * What the graph compares with prefixes.
   *
   * @throws IllegalArgumentException if the target has fewer dimensions than a prefix, or more than
   *     the vectors
   */
  PrefixQuery prefixQuery(float[] target) {
    if (target.length < field.prefixDims()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "query vector has [%d] dimensions, fewer than the [%d] of the indexed prefix",
              target.length,
              field.prefixDims()));
    }
    checkNotLonger(target);
    return new PrefixQuery(
        PrefixSimilarity.prefixOf(target, field.prefixDims(), field.similarity()),
        field.quantizer());
  }

  /** Scores prefixes by ordinal, as the graph compares them. */
  RandomVectorScorer prefixScorer(PrefixQuery query) throws IOException {
    if (codes == null) {
      return FloatRows.ofPrefixes(vectors, field.similarity(), query.prefix()).scorer(this);
    }
    CodeRows rows = codes.get();
    rows.setQuery(query.code());
    return rows.scorer(this);
  }

  /** Scores full vectors by ordinal, or as many of their dimensions as the target has. */
  RandomVectorScorer vectorScorer(float[] target) throws IOException {
    checkNotLonger(target);
    if (target.length == field.dims()) {
      return FloatRows.ofVectors(vectors, field.similarity(), target).scorer(this);
    }
    float[] prefix = PrefixSimilarity.prefixOf(target, target.length, field.similarity());
    return FloatRows.ofPrefixes(vectors, field.similarity(), prefix).scorer(this);
  }

  private void checkNotLonger(float[] target) {
    if (target.length > field.dims()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "query vector has [%d] dimensions, more than the [%d] of the field",
              target.length,
              field.dims()));
    }
  }

  @Override
  public int dimension() {
    return field.dims();
  }

  @Override
  public int getVectorByteLength() {
    return vectors.rowBytes();
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public int ordToDoc(int ord) {
    return vectors.ordToDoc(ord);
  }

  @Override
  public Bits getAcceptOrds(Bits acceptDocs) {
    return vectors.acceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    return vectors.isSparse() ? vectors.sparseIterator() : createDenseIterator();
  }

  @Override
  public MatryoshkaVectorValues copy() {
    return new MatryoshkaVectorValues(field, vectors.copy(), codes);
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
