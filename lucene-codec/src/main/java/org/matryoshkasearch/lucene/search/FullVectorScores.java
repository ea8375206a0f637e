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
import java.util.Arrays;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.IndexSearcher;

/**
 * The score of any document by its full vector: the one that {@link MatryoshkaKnnQuery} would give
 * it as a hit. For ranking documents that were found in another way.
 */
public final class FullVectorScores extends DoubleValuesSource {
  private final String field;
  private final float[] target;

  /**
   * @param field the name of a {@link org.apache.lucene.document.KnnFloatVectorField}
   * @param target the vector to compare with, copied; one that is shorter than the vectors is
   *     compared with as many leading dimensions
   */
  public FullVectorScores(String field, float[] target) {
    this.field = field;
    this.target = target.clone();
  }

  @Override
  public DoubleValues getValues(LeafReaderContext context, DoubleValues scores) throws IOException {
    LeafReader reader = context.reader();
    FloatVectorValues values = reader.getFloatVectorValues(field);
    if (values == null) {
      return DoubleValues.EMPTY;
    }
    RowScorer scorer =
        new RowScorer(
            values, reader.getFieldInfos().fieldInfo(field).getVectorSimilarityFunction(), target);
    DocIdSetIterator docs = scorer.iterator();
    return new DoubleValues() {
      @Override
      public double doubleValue() throws IOException {
        return Candidates.finite(scorer.score());
      }

      @Override
      public boolean advanceExact(int doc) throws IOException {
        if (docs.docID() < doc) {
          docs.advance(doc);
        }
        return docs.docID() == doc;
      }
    };
  }

  @Override
  public boolean needsScores() {
    return false;
  }

  @Override
  public DoubleValuesSource rewrite(IndexSearcher searcher) {
    return this;
  }

  @Override
  public boolean isCacheable(LeafReaderContext context) {
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FullVectorScores that
        && field.equals(that.field)
        && Arrays.equals(target, that.target);
  }

  @Override
  public int hashCode() {
    return 31 * field.hashCode() + Arrays.hashCode(target);
  }

  @Override
  public String toString() {
    return "FullVectorScores(" + field + ": " + target.length + " dims)";
  }
}
