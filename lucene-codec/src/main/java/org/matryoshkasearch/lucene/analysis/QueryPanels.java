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

/** Queries side by side, as {@link Products} takes them, in parts of their dimensions. */
final class QueryPanels {
  /** Where each part ends, the last one at the dims. */
  final int[] bounds;

  /** What is taken off all vectors, where distances count: near zero they are more exact. */
  final float[] origin;

  /** From the products of one row to those of the next. */
  final int stride;

  final int count;
  private final float[][] panels;

  /**
   * @param bounds ascending
   * @param origin of all dims, or null
   */
  QueryPanels(float[][] queries, int[] bounds, float[] origin) {
    this.bounds = bounds;
    this.origin = origin;
    this.count = queries.length;
    this.stride = Math.ceilDiv(count, Products.PANEL) * Products.PANEL;
    this.panels = new float[bounds.length][];
    for (int part = 0; part < bounds.length; part++) {
      panels[part] = new float[stride * dims(part)];
      for (int query = 0; query < count; query++) {
        int at = query / Products.PANEL * dims(part) * Products.PANEL + query % Products.PANEL;
        for (int i = 0; i < dims(part); i++) {
          int dim = start(part) + i;
          panels[part][at + i * Products.PANEL] =
              queries[query][dim] - (origin == null ? 0 : origin[dim]);
        }
      }
    }
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
      Products.INSTANCE.multiply(rows, rowCount, dims(part), panels[part], panel, products, stride);
    }
  }
}
