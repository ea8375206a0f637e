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

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.benchmarks.data.Drawn;

public class ShapesTest {

  private static final int ROWS = 1000;
  private static final int DIMS = 24;
  private static final int QUERIES = 30;

  @Rule public TemporaryFolder temporary = new TemporaryFolder();

  private final Map<String, Shape> shapes =
      Stream.concat(NestedShapes.all().stream(), ClusterShapes.all().stream())
          .collect(Collectors.toMap(Shape::name, Function.identity()));

  private Drawn draw(String name) throws IOException {
    return shapes.get(name).source().draw(ROWS, DIMS, QUERIES);
  }

  private static double length(float[] vector) {
    return Math.sqrt(VectorUtil.dotProduct(vector, vector));
  }

  @Test
  public void testEachIsTheSameEachTime() throws IOException {
    assertEquals(17, shapes.size());
    for (Shape shape : shapes.values()) {
      Drawn drawn = draw(shape.name());
      assertEquals(shape.name(), ROWS, drawn.documents().length);
      assertEquals(shape.name(), QUERIES, drawn.queries().length);
      Drawn again = draw(shape.name());
      assertTrue(shape.name(), Arrays.deepEquals(drawn.documents(), again.documents()));
      assertTrue(shape.name(), Arrays.deepEquals(drawn.queries(), again.queries()));
      assertEquals(drawn.accepted(), again.accepted());
      assertEquals(drawn.deleted(), again.deleted());
      assertEquals(DIMS, drawn.documents()[ROWS - 1].length);
      assertEquals(DIMS, drawn.queries()[QUERIES - 1].length);
    }
  }

  @Test
  public void testUnitLengthWhereSimilarityWantsIt() throws IOException {
    for (Shape shape : shapes.values()) {
      Drawn drawn = draw(shape.name());
      if (drawn.similarity() == VectorSimilarityFunction.DOT_PRODUCT) {
        for (float[] vector : drawn.documents()) {
          assertEquals(shape.name(), 1, length(vector), 1e-5);
        }
        for (float[] vector : drawn.queries()) {
          assertEquals(shape.name(), 1, length(vector), 1e-5);
        }
      }
    }
  }

  @Test
  public void testLengthsDiffer() throws IOException {
    Drawn drawn = draw("skewed_lengths");
    assertEquals(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, drawn.similarity());
    double[] logs =
        Arrays.stream(drawn.documents()).mapToDouble(v -> Math.log(length(v))).toArray();
    double mean = Arrays.stream(logs).average().orElseThrow();
    double variance = Arrays.stream(logs).map(l -> (l - mean) * (l - mean)).average().orElseThrow();
    assertEquals(0, mean, 0.05);
    assertEquals(0.5, Math.sqrt(variance), 0.05);
  }

  @Test
  public void testFarFromTheOrigin() throws IOException {
    Drawn drawn = draw("l2");
    assertEquals(VectorSimilarityFunction.EUCLIDEAN, drawn.similarity());
    assertEquals(100 * Math.sqrt(DIMS), length(drawn.documents()[0]), 20);
  }

  @Test
  public void testOrderIsThatOfTopics() throws IOException {
    assertEquals(neighbours(draw("nested").documents()), 0.33, 0.1);
    assertTrue(neighbours(draw("nested_ordered").documents()) > 0.4);
    assertArrayEquals(
        "the same vectors",
        sorted(draw("nested").documents()),
        sorted(draw("nested_ordered").documents()),
        0);
  }

  /** How alike vectors are that are inserted one after another. */
  private static double neighbours(float[][] vectors) {
    double sum = 0;
    for (int i = 1; i < vectors.length; i++) {
      sum += VectorUtil.dotProduct(vectors[i - 1], vectors[i]);
    }
    return sum / (vectors.length - 1);
  }

  private static double[] sorted(float[][] vectors) {
    return Arrays.stream(vectors).mapToDouble(vector -> vector[0]).sorted().toArray();
  }

  @Test
  public void testCopies() throws IOException {
    List<List<Float>> exact = lists(draw("copies").documents());
    Map<List<Float>, Long> counts =
        exact.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertEquals(ROWS / 10, counts.size());
    assertTrue(counts.values().stream().allMatch(count -> count == 10));
    float[][] near = draw("near_copies").documents();
    assertEquals(ROWS, lists(near).stream().distinct().count());
    double[] products =
        Arrays.stream(near).mapToDouble(v -> VectorUtil.dotProduct(v, near[0])).sorted().toArray();
    assertTrue(products[ROWS - 10] > 0.999); // itself and its nine copies
    assertTrue(products[ROWS - 11] < 0.999);
  }

  private static List<List<Float>> lists(float[][] vectors) {
    return Arrays.stream(vectors)
        .map(
            vector -> {
              Float[] boxed = new Float[vector.length];
              Arrays.setAll(boxed, i -> vector[i]);
              return List.of(boxed);
            })
        .toList();
  }

  @Test
  public void testTightClusters() throws IOException {
    Drawn drawn = draw("clusters_20");
    double[] products = products(drawn.documents(), drawn.queries()[0]);
    assertTrue(products[ROWS - 20] > 0.99);
    assertTrue(products[ROWS - 21] < 0.99);
  }

  @Test
  public void testSmallClustersComeOneAfterAnother() throws IOException {
    float[][] documents = draw("clusters_many").documents();
    int clusters = 1;
    for (int i = 1; i < ROWS; i++) {
      clusters += VectorUtil.dotProduct(documents[i - 1], documents[i]) < 0.8 ? 1 : 0;
    }
    assertEquals(ROWS / 8.0, clusters, 15);
  }

  private static double[] products(float[][] documents, float[] query) {
    return Arrays.stream(documents)
        .mapToDouble(document -> VectorUtil.dotProduct(document, query))
        .sorted()
        .toArray();
  }

  @Test
  public void testQueriesUnlikeDocuments() throws IOException {
    double inside = nearest(draw("nested"));
    assertTrue(nearest(draw("gap")) < inside - 0.1);
    assertTrue(nearest(draw("random_queries")) < inside - 0.1);
  }

  /** How near the nearest document is to a query, on the average. */
  private static double nearest(Drawn drawn) {
    return Arrays.stream(drawn.queries())
        .mapToDouble(query -> products(drawn.documents(), query)[ROWS - 1])
        .average()
        .orElseThrow();
  }

  @Test
  public void testFiltersAcceptATenth() throws IOException {
    Drawn with = draw("filter_for");
    Drawn against = draw("filter_against");
    assertEquals(ROWS / 10, with.accepted().cardinality(), 1);
    assertEquals(with.accepted(), against.accepted());
    assertTrue(acceptedAmongTheNearest(with) > 3);
    assertEquals(0, acceptedAmongTheNearest(against), 0.5);
  }

  @Test
  public void testFilterLeavesOutACategory() throws IOException {
    Drawn drawn = draw("filter_category");
    assertEquals(ROWS * 19.0 / 20, drawn.accepted().cardinality(), ROWS / 40.0);
    for (float[] query : drawn.queries()) {
      double within = Double.MAX_VALUE;
      double without = Double.MAX_VALUE;
      for (int row = 0; row < ROWS; row++) {
        double distance = VectorUtil.squareDistance(query, drawn.documents()[row]);
        if (drawn.accepted().get(row)) {
          within = Math.min(within, distance);
        } else {
          without = Math.min(without, distance);
        }
      }
      assertTrue(without < within);
    }
  }

  @Test
  public void testTwoLengths() throws IOException {
    Drawn drawn = draw("two_lengths");
    long longer =
        Arrays.stream(drawn.documents()).filter(v -> VectorUtil.dotProduct(v, v) > 8.9).count();
    long shorter =
        Arrays.stream(drawn.documents()).filter(v -> VectorUtil.dotProduct(v, v) < 1.1).count();
    assertEquals(ROWS / 2, longer);
    assertEquals(ROWS - longer, shorter);
  }

  /** How many of the ten nearest documents a filter accepts, on the average. */
  private static double acceptedAmongTheNearest(Drawn drawn) {
    long accepted = 0;
    for (float[] query : drawn.queries()) {
      accepted +=
          Stream.iterate(0, row -> row + 1)
              .limit(ROWS)
              .sorted(
                  Comparator.comparingDouble(
                      row -> -VectorUtil.dotProduct(drawn.documents()[row], query)))
              .limit(10)
              .filter(drawn.accepted()::get)
              .count();
    }
    return (double) accepted / QUERIES;
  }

  @Test
  public void testDeletes() throws IOException {
    assertEquals(3 * ROWS / 10, draw("deletes").deleted().cardinality());
    assertNull(draw("nested").deleted());
  }

  @Test
  public void testRealSetsAreMadeLarger() throws IOException {
    Path folder = temporary.getRoot().toPath();
    write(folder.resolve("some_set_4.f32"), 1200, 4);
    write(folder.resolve("small_set_4.f32"), 100, 4);
    Files.writeString(folder.resolve("notes.txt"), "no vectors");
    List<Shape> sets = RealSets.in(folder);
    assertEquals(List.of("real_some_set"), sets.stream().map(Shape::name).toList());
    Drawn drawn = sets.get(0).source().draw(3000, 64, QUERIES);
    assertEquals(3000, drawn.documents().length);
    assertEquals(QUERIES, drawn.queries().length);
    assertEquals("of its own dims", 4, drawn.documents()[0].length);
    int period = 1200 - QUERIES;
    assertEquals(
        1, VectorUtil.dotProduct(drawn.documents()[5], drawn.documents()[5 + period]), 0.02);
    assertFalse(Arrays.equals(drawn.documents()[5], drawn.documents()[5 + period]));
  }

  private static void write(Path file, int rows, int dims) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows * dims * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] vector : new Noise().vectors(rows, dims)) {
      for (float value : vector) {
        bytes.putFloat(value);
      }
    }
    Files.write(file, bytes.array());
  }
}
