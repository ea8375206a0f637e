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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.IOException;

/** Vectors gathered side by side, to be compared with many others. One thread's. */
final class Block {
  private static final int ROWS = 64;

  private final GraphVectors vectors;
  private final Nearness kind;
  private final int most;
  private final int dims;
  private float[] rows;
  private float[] rowHalves; // see #half
  private float[] panels;
  private float[] columnHalves;
  private float[] nearness;
  private int columns;
  private int stride;

  /**
   * @param most how many columns, or rows, it takes
   */
  Block(GraphVectors vectors, Nearness kind, int most) {
    this.vectors = vectors;
    this.kind = kind;
    this.most = most;
    this.dims = vectors.dims();
  }

  /** Gathers the columns. */
  void setColumns(int[] ords, int count) throws IOException {
    if (panels == null) {
      panels = new float[whole(most) * dims];
      columnHalves = new float[most];
      nearness = new float[ROWS * whole(most)];
      rows = new float[ROWS * dims];
      rowHalves = new float[ROWS];
    }
    columns = count;
    stride = whole(count);
    for (int column = 0; column < count; column++) {
      vectors.read(ords[column], rows, 0);
      columnHalves[column] = half(0);
      int at = column / Products.PANEL * dims * Products.PANEL + column % Products.PANEL;
      for (int i = 0; i < dims; i++) {
        panels[at + i * Products.PANEL] = rows[i];
      }
    }
  }

  /** Compares rows with all columns, some at a time, and gives each to the consumer. */
  void compare(int[] ords, int from, int to, Row consumer) throws IOException {
    for (int first = from; first < to; first += ROWS) {
      int count = Math.min(ROWS, to - first);
      for (int row = 0; row < count; row++) {
        vectors.read(ords[first + row], rows, row * dims);
        rowHalves[row] = half(row * dims);
      }
      for (int panel = 0; panel * Products.PANEL < columns; panel++) {
        Products.INSTANCE.multiply(rows, count, dims, panels, panel, nearness, stride);
      }
      for (int row = 0; row < count; row++) {
        for (int column = row * stride; column < row * stride + columns; column++) {
          float near = nearness[column] - rowHalves[row] - columnHalves[column - row * stride];
          nearness[column] = finite(near);
        }
        consumer.take(first + row, nearness, row * stride);
      }
    }
  }

  /**
   * Takes how near a row is to the columns: the inner product, or minus half of the square of the
   * distance.
   */
  interface Row {
    void take(int row, float[] nearness, int at) throws IOException;
  }

  /** Gathers rows to be compared with each other by {@link #near}. */
  void setRows(int[] ords, int count) throws IOException {
    if (rows == null) {
      rows = new float[most * dims];
      rowHalves = new float[most];
    }
    for (int row = 0; row < count; row++) {
      vectors.read(ords[row], rows, row * dims);
      rowHalves[row] = half(row * dims);
    }
  }

  /** How near two rows are, by the same measure. */
  float near(int a, int b) {
    float dot = Products.INSTANCE.dot(rows, a * dims, rows, b * dims, dims);
    return finite(dot - rowHalves[a] - rowHalves[b]);
  }

  /** Of vectors whose squares are beyond what a float holds, that is not a number: they are far. */
  private static float finite(float near) {
    return near >= -Float.MAX_VALUE ? near : -Float.MAX_VALUE;
  }

  /** What is taken off a product for each of its two vectors: half of the square, or nothing. */
  private float half(int at) {
    return kind == Nearness.INNER_PRODUCT ? 0 : Products.INSTANCE.dot(rows, at, rows, at, dims) / 2;
  }

  /** So many columns, and those that fill up the last panel. */
  private static int whole(int columns) {
    return (columns + Products.PANEL - 1) / Products.PANEL * Products.PANEL;
  }

  /** Bytes of one that takes so many columns or rows, at most. */
  static long bytes(int most, int dims) {
    return (long) Float.BYTES * (ROWS + whole(most)) * (dims + ROWS);
  }
}
