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
package org.matryoshkasearch.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.ExactSearch;
import org.matryoshkasearch.cli.vectors.Similarity;
import org.matryoshkasearch.cli.vectors.VectorRow;

/** With every document rescored, a search is an exact search, score for score. */
public class ExactScoresIT extends NodeTestCase {

  private static final int DIMS = 96;
  private static final int PREFIX_DIMS = 24;
  private static final int K = 25;
  private static final double FLOAT_TOLERANCE = 1e-5;
  private static final double BFLOAT16_TOLERANCE = 1e-2;

  @Test
  public void testCosine() throws Exception {
    check(Similarity.COSINE, "float", false, FLOAT_TOLERANCE);
  }

  @Test
  public void testDotProduct() throws Exception {
    check(Similarity.DOT_PRODUCT, "float", true, FLOAT_TOLERANCE);
  }

  @Test
  public void testL2Norm() throws Exception {
    check(Similarity.L2_NORM, "float", false, FLOAT_TOLERANCE);
  }

  @Test
  public void testMaxInnerProduct() throws Exception {
    check(Similarity.MAX_INNER_PRODUCT, "float", false, FLOAT_TOLERANCE);
  }

  @Test
  public void testBfloat16() throws Exception {
    check(Similarity.COSINE, "bfloat16", false, BFLOAT16_TOLERANCE);
    check(Similarity.MAX_INNER_PRODUCT, "bfloat16", false, BFLOAT16_TOLERANCE);
  }

  /** A query vector may be shorter: then as many dims as it has are compared. */
  @Test
  public void testShorterQueryVector() throws Exception {
    TestSets.Split set = TestSets.generated(600, DIMS);
    TestIndex index =
        create("shorter_query", field(DIMS, "cosine").put("prefix_dims", PREFIX_DIMS))
            .addInSegments(set.documents(), 3);
    for (int dims : new int[] {PREFIX_DIMS, 50, DIMS}) {
      List<float[]> queries =
          set.queries().stream().map(query -> Arrays.copyOf(query, dims)).toList();
      List<VectorRow> documents =
          set.documents().stream()
              .map(row -> new VectorRow(row.row(), Arrays.copyOf(row.vector(), dims), null, null))
              .toList();
      ExactSearch exact = new ExactSearch(Similarity.COSINE, K, queries);
      exact.add(documents);
      compare("query of " + dims + " dims", index, exact, queries, FLOAT_TOLERANCE);
    }
  }

  private static void check(
      Similarity similarity, String elementType, boolean unitLength, double tolerance)
      throws Exception {
    TestSets.Split set = TestSets.generated(600, DIMS);
    List<VectorRow> documents = unitLength ? set.documents() : stretched(set.documents());
    String name = similarity.mappingName() + "_" + elementType;
    ObjectNode field = field(DIMS, similarity.mappingName());
    field.put("prefix_dims", PREFIX_DIMS).put("element_type", elementType);
    TestIndex index = create("exact_" + name, field).addInSegments(documents, 3);
    ExactSearch exact = index.exact(similarity, K, set.queries());
    compare(name, index, exact, set.queries(), tolerance);
    index.forceMerge();
    compare(name + " merged", index, exact, set.queries(), tolerance);
  }

  private static void compare(
      String what, TestIndex index, ExactSearch exact, List<float[]> queries, double tolerance)
      throws Exception {
    ObjectNode everything = Json.object().put("num_candidates", index.count());
    for (int i = 0; i < queries.size(); i++) {
      TestIndex.assertSame(
          what + ", query " + i,
          exact.neighbors(i),
          index.search(queries.get(i), K, everything),
          tolerance);
    }
  }

  /** The same directions with lengths from 0.5 to 2, and some pointing the other way. */
  private static List<VectorRow> stretched(List<VectorRow> rows) {
    List<VectorRow> stretched = new ArrayList<>();
    for (VectorRow row : rows) {
      float scale = (row.row() % 5 == 0 ? -1 : 1) * (0.5f + 1.5f * (row.row() % 16) / 15);
      float[] vector = row.vector().clone();
      for (int i = 0; i < vector.length; i++) {
        vector[i] *= scale;
      }
      stretched.add(new VectorRow(row.row(), vector, null, null));
    }
    return stretched;
  }
}
