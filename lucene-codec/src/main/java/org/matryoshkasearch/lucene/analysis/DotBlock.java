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
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** A block of documents compared with all queries by ever more leading dimensions. One thread's. */
final class DotBlock {
  private final QueryPanels queries;
  private final VectorSet.Reader reader;

  /** The vectors of the block. */
  final float[][] rows;

  private final double[] factors;
  private final double[] lengths;
  private final float[] part;
  private final float[] products;
  private final float[] dots;
  private final double[] squares;
  private int size;
  private int parts;

  /**
   * @param most how many documents it takes
   */
  DotBlock(QueryPanels queries, VectorSet documents, int most) throws IOException {
    this.queries = queries;
    this.reader = documents.reader();
    this.rows = new float[most][documents.dims()];
    this.factors = new double[most];
    this.lengths = new double[most];
    int widest = 0;
    for (int i = 0; i < queries.bounds.length; i++) {
      widest = Math.max(widest, queries.dims(i));
    }
    this.part = new float[most * widest];
    this.products = new float[most * queries.stride];
    this.dots = new float[most * queries.stride];
    this.squares = new double[most];
  }

  /** Reads a document to a place of the block. */
  void read(int row, int ordinal) throws IOException {
    reader.read(ordinal, rows[row]);
    QuerySample.checkFinite(ordinal, rows[row]);
    factors[row] = queries.factor(rows[row]);
    lengths[row] = PrefixSimilarity.length(rows[row], 0, rows[row].length);
  }

  /** Begins anew with so many documents, which have been read. */
  void begin(int newSize) {
    size = newSize;
    parts = 0;
    Arrays.fill(dots, 0);
    Arrays.fill(squares, 0);
  }

  /** Compares the next part of the dimensions, too. */
  void extend() {
    int start = queries.start(parts);
    int dims = queries.dims(parts);
    for (int row = 0; row < size; row++) {
      double square = 0;
      for (int i = 0; i < dims; i++) {
        double component = rows[row][start + i];
        if (queries.origin != null) {
          component -= queries.origin[start + i];
        }
        component *= factors[row];
        part[row * dims + i] = (float) component;
        square += component * component;
      }
      squares[row] += square;
    }
    queries.multiply(part, size, parts, products);
    for (int i = 0; i < size * queries.stride; i++) {
      dots[i] += products[i];
    }
    parts++;
  }

  /**
   * How near each document is to a query by the dimensions compared so far: more is nearer, on a
   * scale that differs from query to query.
   */
  void nearness(int query, VectorSimilarityFunction similarity, float[] nearness) {
    boolean scaled =
        PrefixSimilarity.needsLength(similarity) && queries.bounds[parts - 1] < rows[0].length;
    for (int row = 0; row < size; row++) {
      float dot = dots[row * queries.stride + query];
      double near = dot;
      if (similarity == VectorSimilarityFunction.EUCLIDEAN) {
        near -= squares[row] / 2;
      } else if (scaled) {
        near = squares[row] > 0 ? dot * (lengths[row] / Math.sqrt(squares[row])) : 0;
      } else if (queries.directions) {
        near = squares[row] > 0 ? dot / Math.sqrt(squares[row]) : 0;
      }
      // what is no number comes of sums that a float cannot hold: it is far
      nearness[row] = near >= -Float.MAX_VALUE ? (float) near : -Float.MAX_VALUE;
    }
  }

  /** Whether a similarity compares directions alone. */
  static boolean directions(VectorSimilarityFunction similarity, boolean whole) {
    return similarity == VectorSimilarityFunction.COSINE
        || (similarity == VectorSimilarityFunction.DOT_PRODUCT && !whole);
  }
}
