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
  /** Rows at a time: their products with all columns stay in a core's cache. */
  private static final int ROWS = 64;

  /** Vectors that are waited for side by side, and then are near when their lengths are taken. */
  private static final int READ = 16;

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

  /** Gathers the columns, to be compared with other vectors. */
  void setColumns(int[] ords, int count) throws IOException {
    makePanels(ROWS);
    makeColumns(count);
    for (int first = 0; first < count; first += ROWS) {
      int read = Math.min(ROWS, count - first);
      read(ords, first, read);
      toColumns(0, first, read);
    }
  }

  /** Compares rows with all columns, some at a time, and gives each to the consumer. */
  void compare(int[] ords, int from, int to, Row consumer) throws IOException {
    for (int first = from; first < to; first += ROWS) {
      int count = Math.min(ROWS, to - first);
      read(ords, first, count);
      compareRows(0, count, first, consumer);
    }
  }

  /** Gathers vectors that are to be compared with each other: they are columns and rows. */
  void setAll(int[] ords, int count) throws IOException {
    makePanels(Math.max(ROWS, most));
    makeColumns(count);
    read(ords, 0, count);
    toColumns(0, 0, count);
  }

  /** Compares some of them with all of them. */
  void compareAll(int from, int to, Row consumer) throws IOException {
    for (int first = from; first < to; first += ROWS) {
      compareRows(first, Math.min(ROWS, to - first), first, consumer);
    }
  }

  private void makePanels(int mostRows) {
    if (panels == null) {
      panels = new float[whole(most) * dims];
      columnHalves = new float[most];
      nearness = new float[ROWS * whole(most)];
      rows = new float[mostRows * dims];
      rowHalves = new float[mostRows];
    }
  }

  private void makeColumns(int count) {
    columns = count;
    stride = whole(count);
  }

  private void toColumns(int firstRow, int firstColumn, int count) {
    for (int i = 0; i < count; i++) {
      int row = firstRow + i;
      int column = firstColumn + i;
      columnHalves[column] = rowHalves[row];
      int at = column / Products.PANEL * dims * Products.PANEL + column % Products.PANEL;
      int from = row * dims;
      for (int j = 0; j < dims; j++) {
        panels[at + j * Products.PANEL] = rows[from + j];
      }
    }
  }

  /**
   * @param number of the first of the rows, for the consumer
   */
  private void compareRows(int firstRow, int count, int number, Row consumer) throws IOException {
    for (int panel = 0; panel * Products.PANEL < columns; panel++) {
      Products.INSTANCE.multiply(rows, firstRow, count, dims, panels, panel, nearness, stride);
    }
    for (int row = 0; row < count; row++) {
      int at = row * stride;
      Products.INSTANCE.subtract(nearness, at, columns, rowHalves[firstRow + row], columnHalves);
      consumer.take(number + row, nearness, at);
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
    read(ords, 0, count);
  }

  private void read(int[] ords, int from, int count) throws IOException {
    for (int first = 0; first < count; first += READ) {
      int to = Math.min(count, first + READ);
      for (int row = first; row < to; row++) {
        vectors.read(ords[from + row], rows, row * dims);
      }
      for (int row = first; row < to; row++) {
        rowHalves[row] = half(row * dims);
      }
    }
  }

  /** How near two rows are, by the same measure. */
  float near(int a, int b) {
    float dot = Products.INSTANCE.dot(rows, a * dims, rows, b * dims, dims);
    float near = dot - rowHalves[a] - rowHalves[b];
    return near >= Products.FAR ? near : Products.FAR;
  }

  /** What is taken off a product for each of its two vectors: half of the square, or nothing. */
  private float half(int at) {
    return kind == Nearness.INNER_PRODUCT ? 0 : Products.INSTANCE.dot(rows, at, rows, at, dims) / 2;
  }

  /** So many columns, and those that fill up the last panel. */
  private static int whole(int columns) {
    return (columns + Products.PANEL - 1) / Products.PANEL * Products.PANEL;
  }

  /** Bytes of one that takes so many rows by {@link #setRows}, at most. */
  static long bytesOfRows(int most, int dims) {
    return (long) Float.BYTES * most * (dims + 1);
  }

  /** Bytes of one that takes so many by {@link #setAll}, at most. */
  static long bytesOfAll(int most, int dims) {
    return (long) Float.BYTES * (ROWS + 2 * whole(most)) * (dims + ROWS);
  }
}
