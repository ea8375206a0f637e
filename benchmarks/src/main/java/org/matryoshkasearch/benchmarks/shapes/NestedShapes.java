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
package org.matryoshkasearch.benchmarks.shapes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.benchmarks.data.Drawn;
import org.matryoshkasearch.cli.vectors.GeneratedVectors;
import org.matryoshkasearch.cli.vectors.VectorReader;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** The vectors that the other forms of the command generate, and these with one change each. */
final class NestedShapes {

  private static final long SEED = 7;
  private static final double GAP_NOISE = 0.6;
  private static final int COPIES = 10;
  private static final double COPY_NOISE = 1e-3;
  private static final double LENGTH_SPREAD = 0.5;
  private static final double ACCEPTED = 0.1;
  private static final int DRAWN_PER_QUERY = 10; // the tenth that is nearest to a region, or not
  private static final double DELETED = 0.3;

  private NestedShapes() {}

  /** All of them. */
  static List<Shape> all() {
    return List.of(
        new Shape("nested", "topics and subtopics, in no order", NestedShapes::nested),
        new Shape("nested_ordered", "one topic inserted after another", NestedShapes::ordered),
        new Shape("gap", "queries lie apart from documents", NestedShapes::gap),
        new Shape("random_queries", "queries have no direction", NestedShapes::randomQueries),
        new Shape("copies", "each vector ten times", NestedShapes::copies),
        new Shape("near_copies", "each vector ten times, nearly", NestedShapes::nearCopies),
        new Shape(
            "skewed_lengths", "of unlike lengths, by inner product", NestedShapes::skewedLengths),
        new Shape("unit_products", "of unit length, by inner product", NestedShapes::unitProducts),
        new Shape(
            "filter_for",
            "a filter accepts the tenth where the queries are",
            (rows, dims, queries) -> filtered(rows, dims, queries, true)),
        new Shape(
            "filter_against",
            "a filter accepts the tenth farthest from the queries",
            (rows, dims, queries) -> filtered(rows, dims, queries, false)),
        new Shape("deletes", "three in ten documents are deleted", NestedShapes::deletes));
  }

  private static Drawn nested(int rows, int dims, int queries) throws IOException {
    float[][] all = vectors(rows + queries, dims);
    return Drawn.of(Arrays.copyOf(all, rows), Arrays.copyOfRange(all, rows, rows + queries));
  }

  private static float[][] vectors(int count, int dims) throws IOException {
    return generated(count, dims).stream().map(VectorRow::vector).toArray(float[][]::new);
  }

  private static List<VectorRow> generated(int count, int dims) throws IOException {
    List<VectorRow> rows = new ArrayList<>(count);
    try (VectorReader reader = new GeneratedVectors(count, dims, SEED).open()) {
      for (VectorRow row = reader.next(); row != null; row = reader.next()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static Drawn ordered(int rows, int dims, int queries) throws IOException {
    List<VectorRow> all = generated(rows + queries, dims);
    Comparator<VectorRow> byTopic =
        Comparator.comparing(row -> row.title().replaceFirst(", row .*", ""));
    return Drawn.of(
        all.subList(0, rows).stream()
            .sorted(byTopic)
            .map(VectorRow::vector)
            .toArray(float[][]::new),
        all.subList(rows, rows + queries).stream().map(VectorRow::vector).toArray(float[][]::new));
  }

  private static Drawn gap(int rows, int dims, int queries) throws IOException {
    float[][] documents = vectors(rows, dims);
    Noise noise = new Noise();
    float[] away = noise.unitNear(new float[dims], 1);
    float[][] targets = new float[queries][];
    for (int i = 0; i < queries; i++) {
      float[] target = documents[noise.number(rows)].clone();
      for (int d = 0; d < dims; d++) {
        target[d] += away[d];
      }
      targets[i] = noise.unitNear(target, GAP_NOISE / Math.sqrt(dims));
    }
    return Drawn.of(documents, targets);
  }

  private static Drawn randomQueries(int rows, int dims, int queries) throws IOException {
    float[][] targets = new Noise().vectors(queries, dims);
    Arrays.stream(targets).forEach(Noise::unit);
    return Drawn.of(vectors(rows, dims), targets);
  }

  private static Drawn copies(int rows, int dims, int queries) throws IOException {
    int distinct = Math.ceilDiv(rows, COPIES);
    Drawn once = nested(distinct, dims, queries);
    float[][] documents = new float[rows][];
    for (int i = 0; i < rows; i++) {
      documents[i] = once.documents()[i % distinct];
    }
    new Noise().shuffle(documents);
    return Drawn.of(documents, once.queries());
  }

  private static Drawn nearCopies(int rows, int dims, int queries) throws IOException {
    Drawn copies = copies(rows, dims, queries);
    Noise noise = new Noise();
    float[][] documents = copies.documents();
    for (int i = 0; i < rows; i++) {
      documents[i] = noise.unitNear(documents[i], COPY_NOISE);
    }
    return copies;
  }

  private static Drawn skewedLengths(int rows, int dims, int queries) throws IOException {
    Drawn nested = nested(rows, dims, queries);
    Noise noise = new Noise();
    for (float[] document : nested.documents()) {
      float length = (float) Math.exp(LENGTH_SPREAD * noise.gaussian());
      for (int i = 0; i < dims; i++) {
        document[i] *= length;
      }
    }
    return byInnerProduct(nested);
  }

  private static Drawn unitProducts(int rows, int dims, int queries) throws IOException {
    return byInnerProduct(nested(rows, dims, queries));
  }

  private static Drawn byInnerProduct(Drawn drawn) {
    return new Drawn(
        drawn.documents(),
        drawn.queries(),
        VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
        null,
        null);
  }

  /** What is accepted lies farthest towards one topic; queries lie there too, or the other way. */
  private static Drawn filtered(int rows, int dims, int queries, boolean there) throws IOException {
    Drawn nested = nested(rows, dims, queries * DRAWN_PER_QUERY);
    float[] direction = fromTheMean(nested.documents(), 0);
    float[] along = projections(nested.documents(), direction);
    float[] sorted = along.clone();
    Arrays.sort(sorted);
    float least = sorted[(int) Math.ceil(rows * (1 - ACCEPTED))];
    FixedBitSet accepted = new FixedBitSet(rows);
    for (int i = 0; i < rows; i++) {
      if (along[i] >= least) {
        accepted.set(i);
      }
    }
    Comparator<float[]> rising =
        Comparator.comparingDouble(query -> VectorUtil.dotProduct(query, direction));
    float[][] targets =
        Arrays.stream(nested.queries())
            .sorted(there ? rising.reversed() : rising)
            .limit(queries)
            .toArray(float[][]::new);
    return Drawn.of(nested.documents(), targets).accepting(accepted);
  }

  private static float[] fromTheMean(float[][] vectors, int which) {
    float[] direction = vectors[which].clone();
    for (float[] vector : vectors) {
      for (int i = 0; i < direction.length; i++) {
        direction[i] -= vector[i] / vectors.length;
      }
    }
    return direction;
  }

  private static float[] projections(float[][] vectors, float[] direction) {
    float[] along = new float[vectors.length];
    for (int i = 0; i < along.length; i++) {
      along[i] = VectorUtil.dotProduct(vectors[i], direction);
    }
    return along;
  }

  private static Drawn deletes(int rows, int dims, int queries) throws IOException {
    Noise noise = new Noise();
    FixedBitSet deleted = new FixedBitSet(rows);
    int left = (int) Math.round(DELETED * rows);
    while (left > 0) {
      if (!deleted.getAndSet(noise.number(rows))) {
        left--;
      }
    }
    return nested(rows, dims, queries).without(deleted);
  }
}
