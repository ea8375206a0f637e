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

import static org.elasticsearch.core.Strings.format;
import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.apache.lucene.document.KnnFloatVectorField;
import org.elasticsearch.index.mapper.DocumentParsingException;
import org.elasticsearch.index.mapper.MapperServiceTestCase;
import org.elasticsearch.index.mapper.ParsedDocument;
import org.elasticsearch.plugins.Plugin;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;

/** Vectors of documents that are written as strings. */
public class EncodedVectorTests extends MapperServiceTestCase {
  private static final float[] VECTOR = {0.5f, -1.25f, 3};

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  public void testFloatsInBase64() throws IOException {
    String text = base64(floats(VECTOR));
    assertEquals("PwAAAL+gAABAQAAA", text);
    for (ElementType type : ElementType.values()) {
      assertArrayEquals(VECTOR, parse(type, text), 0);
    }
  }

  public void testBFloat16sInBase64() throws IOException {
    String text = base64(bfloat16s(VECTOR));
    assertEquals("PwC/oEBA", text);
    for (ElementType type : ElementType.values()) {
      assertArrayEquals(VECTOR, parse(type, text), 0);
    }
  }

  public void testSignedBytesInHex() throws IOException {
    assertArrayEquals(new float[] {1, -1, -128}, parse(ElementType.FLOAT, "01ff80"), 0);
    assertArrayEquals(new float[] {127, -2, 0}, parse(ElementType.FLOAT, "7FFE00"), 0);
  }

  /** Whatever the bytes are, the length tells the encodings apart. */
  public void testNothingIsAmbiguous() {
    for (int dims = 1; dims <= 64; dims++) {
      VectorOptions options = options(dims, false);
      float[] vector = new float[dims];
      for (int i = 0; i < dims; i++) {
        // components whose bytes are often 'A' in base64, which is a hex digit as well
        vector[i] = randomBoolean() ? 0 : randomIntBetween(-128, 127);
      }
      byte[] bytes = new byte[dims];
      for (int i = 0; i < dims; i++) {
        bytes[i] = (byte) vector[i];
      }
      assertArrayEquals(vector, EncodedVector.decode(base64(floats(vector)), options, "it"), 0);
      assertArrayEquals(vector, EncodedVector.decode(base64(bfloat16s(vector)), options, "it"), 0);
      String hex = HexFormat.of().formatHex(bytes);
      assertArrayEquals(vector, EncodedVector.decode(hex, options, "it"), 0);
    }
  }

  /** Where vectors have several lengths, bfloat16s would be taken for half as many floats. */
  public void testBfloat16sOfAnyLengthAreRefused() {
    for (int dims = 2; dims <= 256; dims += 2) {
      String text = base64(bfloat16s(gaussian(dims)));
      for (VectorOptions options : List.of(options(null, false), options(dims, true))) {
        Exception e =
            expectThrows(
                IllegalArgumentException.class, () -> EncodedVector.decode(text, options, "it"));
        assertThat(e.getMessage(), containsString("it is a string "));
      }
      VectorOptions query = options(dims, false);
      Exception e =
          expectThrows(
              IllegalArgumentException.class, () -> EncodedVector.decodeQuery(text, query, "it"));
      assertEquals(
          format(
              "it is a string whose [%d] bytes in base64 could be [%d] dimensions (float) or [%d]"
                  + " (bfloat16): use an array of numbers",
              2 * dims, dims / 2, dims),
          e.getMessage());
    }
  }

  /** Floats are told from bfloat16s by what their lower halves would be. */
  public void testFloatsOfAnyLength() {
    for (int dims = 64; dims <= 512; dims++) {
      float[] vector = gaussian(dims);
      if (randomBoolean()) {
        vector = ElementType.BFLOAT16.round(vector);
      }
      String text = base64(floats(vector));
      for (VectorOptions options : List.of(options(null, false), options(2 * dims, true))) {
        assertArrayEquals(vector, EncodedVector.decode(text, options, "it"), 0);
      }
      assertArrayEquals(vector, EncodedVector.decodeQuery(text, options(2 * dims, false), "it"), 0);
    }
  }

  private static float[] gaussian(int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random().nextGaussian();
    }
    return vector;
  }

  private static VectorOptions options(Integer dims, boolean allowTruncated) {
    return new VectorOptions(
        dims,
        dims == null ? null : (Integer) 1,
        allowTruncated,
        true,
        VectorSimilarity.COSINE,
        ElementType.FLOAT,
        IndexOptions.DEFAULT,
        Recipe.NONE);
  }

  public void testRefused() {
    String limits =
        "dims [3] need [12] bytes (float) or [6] bytes (bfloat16) in base64, or [3] bytes in hex";
    assertRefused("one, two", "is a string that holds neither base64 nor hex but " + limits);
    assertRefused("", "is a string that holds [0] bytes in base64 or [0] bytes in hex but ");
    assertRefused(base64(new byte[16]), "holds [16] bytes in base64 but " + limits);
    assertRefused("0102030", "holds [5] bytes in base64 but " + limits);
    assertRefused("0102030405", "holds [7] bytes in base64 or [5] bytes in hex but " + limits);
  }

  /** What is checked of an array is checked of a string. */
  public void testValuesAreChecked() {
    assertRefused(base64(new byte[12]), "has zero magnitude");
    assertRefused("000000", "has zero magnitude");
    assertRefused(
        base64(floats(1, Float.NaN, 0)), "must hold finite numbers but element [1] is [NaN]");
    assertRefused(
        base64(bfloat16s(1, 0, Float.NEGATIVE_INFINITY)),
        "must hold finite numbers but element [2] is [-Infinity]");
  }

  private static byte[] floats(float... vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  /** Cuts off the lower half of each component. */
  private static byte[] bfloat16s(float... vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Short.BYTES);
    for (float component : vector) {
      bytes.putShort((short) (Float.floatToIntBits(component) >>> 16));
    }
    return bytes.array();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private void assertRefused(String text, String message) {
    DocumentParsingException e =
        expectThrows(DocumentParsingException.class, () -> parse(ElementType.FLOAT, text));
    assertThat(
        e.getMessage(),
        containsString("field [field] of type [matryoshka_vector] in [document with id '1'] "));
    assertThat(e.getMessage(), containsString(message));
    assertEquals(400, e.status().getStatus());
  }

  private float[] parse(ElementType type, String text) throws IOException {
    ParsedDocument document =
        createDocumentMapper(
                fieldMapping(
                    b -> {
                      b.field("type", "matryoshka_vector").field("dims", 3);
                      b.field("element_type", type.toString());
                    }))
            .parse(source(format("{\"field\": \"%s\"}", text)));
    return ((KnnFloatVectorField) document.rootDoc().getField("field")).vectorValue();
  }
}
