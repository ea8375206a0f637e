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

import org.matryoshkasearch.lucene.internal.graph.Products;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Queries side by side, as {@link Products} takes them, in parts of their dimensions. */
final class QueryPanels {
  /** Where each part ends, the last one at the dims. */
  final int[] bounds;

  /** What is taken off all vectors, where distances count: near zero they are more exact. */
  final float[] origin;

  /** Whether lengths do not count: then all vectors are made unit ones. */
  final boolean directions;

  /** What all vectors are multiplied with where lengths count, so that floats hold products. */
  final double scale;

  /** From the products of one row to those of the next. */
  final int stride;

  final int count;
  private final float[][] panels;

  /**
   * @param bounds ascending
   * @param origin of all dims, or null
   * @param directions whether lengths do not count
   */
  QueryPanels(float[][] queries, int[] bounds, float[] origin, boolean directions) {
    this.directions = directions;
    this.scale = scale(queries);
    this.bounds = bounds;
    this.origin = origin;
    this.count = queries.length;
    this.stride = Math.ceilDiv(count, Products.PANEL) * Products.PANEL;
    this.panels = new float[bounds.length][];
    for (int part = 0; part < bounds.length; part++) {
      panels[part] = new float[stride * dims(part)];
      for (int query = 0; query < count; query++) {
        double factor = factor(queries[query]);
        int at = query / Products.PANEL * dims(part) * Products.PANEL + query % Products.PANEL;
        for (int i = 0; i < dims(part); i++) {
          int dim = start(part) + i;
          panels[part][at + i * Products.PANEL] =
              (float) (factor * (queries[query][dim] - (origin == null ? 0 : origin[dim])));
        }
      }
    }
  }

  /** A power of two, by which nothing is rounded. */
  private static double scale(float[][] queries) {
    float largest = 0;
    for (float[] query : queries) {
      for (float component : query) {
        largest = Math.max(largest, Math.abs(component));
      }
    }
    return largest > 0 ? Math.scalb(1.0, -Math.getExponent(largest)) : 1;
  }

  /** What a vector is multiplied with. */
  double factor(float[] vector) {
    if (!directions) {
      return scale;
    }
    double length = PrefixSimilarity.length(vector, 0, vector.length);
    return length > 0 ? 1 / length : 1;
  }

  int start(int part) {
    return part == 0 ? 0 : bounds[part - 1];
  }

  int dims(int part) {
    return bounds[part] - start(part);
  }

  /** Multiplies rows, which have the dimensions of one part, with all queries. */
  void multiply(float[] rows, int rowCount, int part, float[] products) {
    for (int panel = 0; panel * Products.PANEL < count; panel++) {
      Products.INSTANCE.multiply(
          rows, 0, rowCount, dims(part), panels[part], panel, products, stride);
    }
  }
}
