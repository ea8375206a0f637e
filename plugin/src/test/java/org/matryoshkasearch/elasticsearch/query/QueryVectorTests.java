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
package org.matryoshkasearch.elasticsearch.query;

import static org.hamcrest.Matchers.containsString;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.elasticsearch.action.search.SearchPhaseExecutionException;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.elasticsearch.search.vectors.VectorData;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Query vectors that are strings, on a shard. */
public class QueryVectorTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 12;
  private static final int PREFIX_DIMS = 4;
  private static final int DOCS = 30;

  private void createDocuments(String elementType) {
    createVectorIndex(
        INDEX,
        matryoshka("vector", DIMS, "\"prefix_dims\": 4, \"element_type\": \"" + elementType + "\"")
            + ", \"dense\": {\"type\": \"dense_vector\", \"dims\": 12, \"index_options\":"
            + " {\"type\": \"flat\"}, \"element_type\": \""
            + elementType
            + "\"}, \"n\": {\"type\": \"keyword\"}");
    for (int i = 0; i < DOCS; i++) {
      String vector = json(unitVector(DIMS));
      index(
          INDEX,
          String.valueOf(i),
          "{\"n\": " + i + ", \"vector\": " + vector + ", \"dense\": " + vector + "}");
    }
    refresh(INDEX);
  }

  private static QueryBuilder query(QueryVector vector) {
    return new MatryoshkaKnnQueryBuilder(
        "vector", vector, new SearchSize(10, DOCS, null), List.of(), Prefilters.of(), null);
  }

  /** The hits of a vector of ours that is written in some way are those of its numbers. */
  private void assertMeans(float[] numbers, QueryVector vector) {
    Map<String, Float> expected = search(INDEX, query(QueryVector.of(numbers)), 10);
    assertEquals(10, expected.size());
    assertEquals(expected, search(INDEX, query(vector), 10));
  }

  /** And those of {@code knn} with the same string. */
  private void assertAsKnn(float[] numbers, String encoded) {
    assertMeans(numbers, QueryVector.of(encoded));
    Map<String, Float> ours = search(INDEX, query(QueryVector.of(encoded)), 10);
    Map<String, Float> dense =
        search(
            INDEX,
            new KnnVectorQueryBuilder(
                "dense", VectorData.fromStringVector(encoded), 10, DOCS, null, null, null),
            10);
    assertEquals(List.copyOf(dense.keySet()), List.copyOf(ours.keySet()));
    dense.forEach((id, score) -> assertEquals(score, ours.get(id), 1e-5f));
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = randomByteArrayOfLength(count);
    bytes[0] = 1;
    return bytes;
  }

  private static float[] floats(byte[] bytes) {
    float[] vector = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      vector[i] = bytes[i];
    }
    return vector;
  }

  public void testEncodedAsKnnReadsThem() {
    createDocuments("float");
    float[] vector = unitVector(DIMS);
    assertAsKnn(vector, EncodedVectors.base64(vector));
    byte[] bytes = randomBytes(DIMS);
    assertAsKnn(floats(bytes), HexFormat.of().formatHex(bytes));
  }

  public void testEncodedForBfloat16s() {
    createDocuments("bfloat16");
    float[] vector = unitVector(DIMS);
    assertMeans(vector, QueryVector.of(EncodedVectors.base64(vector)));
    for (int i = 0; i < DIMS; i++) {
      vector[i] = Float.intBitsToFloat(Float.floatToIntBits(vector[i]) & 0xFFFF0000);
    }
    assertMeans(vector, QueryVector.of(EncodedVectors.bfloat16(vector)));
    // of six floats or twelve bfloat16s, the length says nothing
    assertRefused("[24] bytes (bfloat16) or [48] to [48] bytes (float)", base64(8));
  }

  private static String base64(int dims) {
    return EncodedVectors.base64(unitVector(dims));
  }

  public void testShorter() {
    createDocuments("float");
    for (int dims = PREFIX_DIMS; dims < DIMS; dims++) {
      byte[] bytes = randomBytes(dims);
      float[] vector = floats(bytes); // so few others could be bfloat16s
      assertMeans(vector, QueryVector.of(EncodedVectors.base64(vector)));
      assertMeans(vector, QueryVector.of(HexFormat.of().formatHex(bytes)));
    }
  }

  /** Half as many floats, they would be. */
  public void testBfloat16sOfAFloatField() {
    createDocuments("float");
    String encoded = EncodedVectors.bfloat16(unitVector(DIMS));
    SearchPhaseExecutionException e =
        expectThrows(
            SearchPhaseExecutionException.class,
            () -> search(INDEX, query(QueryVector.of(encoded)), 10));
    assertEquals(RestStatus.BAD_REQUEST, e.status());
    assertThat(
        e.getCause().getMessage(), containsString("could be [6] dimensions (float) or [12]"));
  }

  private void assertRefused(String message, String encoded) {
    SearchPhaseExecutionException e =
        expectThrows(
            SearchPhaseExecutionException.class,
            () -> search(INDEX, query(QueryVector.of(encoded)), 10));
    assertEquals(RestStatus.BAD_REQUEST, e.status());
    assertThat(
        e.getCause().getMessage(),
        containsString("[query_vector] for field [vector] is a string that holds "));
    assertThat(e.getCause().getMessage(), containsString(message));
  }

  public void testWrongStrings() {
    createDocuments("float");
    assertRefused("neither base64 nor hex", "-");
    assertRefused("[0] bytes in base64", "");
    assertRefused("[12] bytes in base64 but must hold [16] to [48] bytes (float)", base64(3));
    assertRefused("[52] bytes in base64", base64(13));
    assertRefused("[3] bytes in hex", "010203");
    assertRefused("or [4] to [12] bytes in hex", "01020304050607080910111213");
  }
}
