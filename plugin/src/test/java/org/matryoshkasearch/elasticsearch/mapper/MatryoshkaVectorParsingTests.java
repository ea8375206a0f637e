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
package org.matryoshkasearch.elasticsearch.mapper;

import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.index.mapper.DocumentMapper;
import org.elasticsearch.index.mapper.DocumentParsingException;
import org.elasticsearch.index.mapper.MapperServiceTestCase;
import org.elasticsearch.index.mapper.ParsedDocument;
import org.elasticsearch.index.mapper.SourceToParse;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentType;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;

/** The vector of a document: what is taken, what is refused, and what the errors say. */
public class MatryoshkaVectorParsingTests extends MapperServiceTestCase {
  private static final String WHAT =
      "field [field] of type [matryoshka_vector] in [document with id '1'] ";

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  public void testVectorIsIndexedAsItIs() throws IOException {
    for (VectorSimilarity similarity : VectorSimilarity.values()) {
      KnnFloatVectorField field = parse(similarity, "[0.6, 0, 0.8]");
      assertArrayEquals(new float[] {0.6f, 0, 0.8f}, field.vectorValue(), 0);
      assertEquals(similarity.function(), field.fieldType().vectorSimilarityFunction());
      assertEquals(3, field.fieldType().vectorDimension());
    }
  }

  public void testCosineKeepsTheMagnitude() throws IOException {
    KnnFloatVectorField field = parse(VectorSimilarity.COSINE, "[3, 0, -4]");
    assertArrayEquals(new float[] {3, 0, -4}, field.vectorValue(), 0);
    assertEquals(VectorSimilarityFunction.COSINE, field.fieldType().vectorSimilarityFunction());
  }

  public void testNullAndNothing() throws IOException {
    assertNull(parse(VectorSimilarity.COSINE, "null"));
    ParsedDocument document = mapper(VectorSimilarity.COSINE).parse(source("{}"));
    assertTrue(document.rootDoc().getFields("field").isEmpty());
  }

  public void testWrongLength() {
    assertRefused("[1, 2]", "has [2] dimensions but the mapping says dims [3]");
    assertRefused("[1, 2, 3, 4, 5]", "has [5] dimensions but the mapping says dims [3]");
    assertRefused("[]", "has [0] dimensions but the mapping says dims [3]");
    String tooLong = "[1" + ",1".repeat(4096) + "]";
    assertRefused(tooLong, "has [4097] dimensions but the limit is [4096]");
  }

  public void testNotAnArrayOfNumbers() {
    assertRefused("1", "must be an array of numbers but is a number");
    assertRefused("{\"values\": [1, 2, 3]}", "must be an array of numbers but is an object");
    assertRefused("[1, \"2\", 3]", "must hold numbers only but element [1] is a string");
    assertRefused("[1, null, 3]", "must hold numbers only but element [1] is null");
    assertRefused("[1, 2, true]", "must hold numbers only but element [2] is a boolean");
    assertRefused("[1, 2, {}]", "must hold numbers only but element [2] is an object");
    assertRefused("[[1, 2, 3]]", "must hold numbers only but element [0] is an array");
  }

  public void testNotFinite() {
    assertRefused("[1, 1e39, 0]", "must hold finite numbers but element [1] is [Infinity]");
    assertRefused("[1, -1e39, 0]", "must hold finite numbers but element [1] is [-Infinity]");
    assertRefused("[1e30, 1, 1]", "has values too extreme");
  }

  /** JSON has no NaN; other formats of a document have. */
  public void testNaN() throws IOException {
    for (XContentType type : List.of(XContentType.CBOR, XContentType.SMILE)) {
      try (XContentBuilder builder = XContentBuilder.builder(type.xContent())) {
        builder.startObject().array("field", new float[] {1, Float.NaN, 0}).endObject();
        SourceToParse source = new SourceToParse("1", BytesReference.bytes(builder), type);
        DocumentParsingException e =
            expectThrows(
                DocumentParsingException.class,
                () -> mapper(VectorSimilarity.L2_NORM).parse(source));
        assertThat(
            e.getMessage(),
            containsString(WHAT + "must hold finite numbers but element [1] is [NaN]"));
      }
    }
  }

  public void testMagnitude() throws IOException {
    assertRefused("[0, 0, 0]", "has zero magnitude, which similarity [cosine] does not allow");
    assertRefused(
        VectorSimilarity.DOT_PRODUCT,
        "[1, 1, 0]",
        "has magnitude [1.4142135] but similarity [dot_product] needs unit length");
    assertRefused(VectorSimilarity.DOT_PRODUCT, "[0.6, 0, 0]", "has magnitude [0.6]");
    assertNotNull(parse(VectorSimilarity.DOT_PRODUCT, "[0.9996, 0, 0]"));
    assertNotNull(parse(VectorSimilarity.DOT_PRODUCT, "[1.0004, 0, 0]"));
    assertNotNull(parse(VectorSimilarity.L2_NORM, "[0, 0, 0]"));
    assertNotNull(parse(VectorSimilarity.MAX_INNER_PRODUCT, "[0, 0, 0]"));
  }

  /** A vector is checked as it was sent, and what is stored is taken again when it comes back. */
  public void testMagnitudeBeforeRounding() {
    VectorOptions options =
        new VectorOptions(
            64,
            8,
            randomBoolean(),
            true,
            VectorSimilarity.DOT_PRODUCT,
            ElementType.BFLOAT16,
            IndexOptions.DEFAULT,
            Recipe.NONE);
    for (int i = 0; i < 1000; i++) {
      float[] good = ofMagnitude(64, randomFrom(0.99f, 1.0099f));
      float[] stored = options.toStore(good, "it");
      assertArrayEquals(stored, options.toStore(stored, "it"), 0);
      float[] tooLong = ofMagnitude(64, 1.0101f);
      expectThrows(IllegalArgumentException.class, () -> options.toStore(tooLong, "it"));
      if (options.allowTruncated() == false) {
        float[] tooShort = ofMagnitude(64, 0.9898f);
        expectThrows(IllegalArgumentException.class, () -> options.toStore(tooShort, "it"));
      }
    }
  }

  private static float[] ofMagnitude(int dims, float magnitude) {
    float[] vector = new float[dims];
    double squared = 0;
    for (int i = 0; i < dims; i++) {
      // never one that was rounded already
      vector[i] = randomFrom(-1, 1) * (1 + randomFloat() + 1e-4f);
      squared += vector[i] * vector[i];
    }
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) (vector[i] * magnitude / Math.sqrt(squared));
    }
    return vector;
  }

  public void testOneVectorADocument() throws IOException {
    DocumentMapper mapper =
        createDocumentMapper(
            mapping(
                b -> {
                  b.startObject("a.field");
                  b.field("type", "matryoshka_vector").field("dims", 3).endObject();
                }));
    Exception e =
        expectThrows(
            DocumentParsingException.class,
            () ->
                mapper.parse(source("{\"a\": [{\"field\": [1, 2, 3]}, {\"field\": [1, 2, 3]}]}")));
    assertThat(e.getMessage(), containsString("must have one vector only but has several"));
  }

  public void testQueryVector() {
    VectorOptions options =
        new VectorOptions(
            4,
            2,
            false,
            true,
            VectorSimilarity.DOT_PRODUCT,
            ElementType.FLOAT,
            IndexOptions.DEFAULT,
            Recipe.NONE);
    options.queryVector(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, "it");
    options.queryVector(new float[] {0.5f, 0.5f, 0.5f}, "it");
    options.queryVector(new float[] {1, 0}, "it");
    for (int dims : new int[] {1, 5}) {
      Exception e =
          expectThrows(
              IllegalArgumentException.class,
              () -> options.queryVector(new float[dims], "[query_vector]"));
      assertEquals(
          "[query_vector] has ["
              + dims
              + "] dimensions but must have at least prefix_dims [2] and at most dims [4]",
          e.getMessage());
    }
    expectThrows(
        IllegalArgumentException.class,
        () -> options.queryVector(new float[] {0.5f, 0.5f, 0.5f, 0}, "it"));
    expectThrows(
        IllegalArgumentException.class, () -> options.queryVector(new float[] {1, 1}, "it"));
  }

  private void assertRefused(String json, String message) {
    assertRefused(VectorSimilarity.COSINE, json, message);
  }

  private void assertRefused(VectorSimilarity similarity, String json, String message) {
    DocumentParsingException e =
        expectThrows(DocumentParsingException.class, () -> parse(similarity, json));
    assertThat(e.getMessage(), containsString(WHAT + message));
    assertEquals(400, e.status().getStatus());
  }

  /** The field that a document gets for a value; null for none. */
  private KnnFloatVectorField parse(VectorSimilarity similarity, String json) throws IOException {
    ParsedDocument document = mapper(similarity).parse(source("{\"field\": " + json + "}"));
    List<IndexableField> fields = document.rootDoc().getFields("field");
    assertTrue(fields.size() <= 1);
    return fields.isEmpty() ? null : (KnnFloatVectorField) fields.getFirst();
  }

  private DocumentMapper mapper(VectorSimilarity similarity) throws IOException {
    return createDocumentMapper(
        fieldMapping(
            b -> {
              b.field("type", "matryoshka_vector").field("dims", 3);
              b.field("similarity", similarity.toString());
            }));
  }
}
