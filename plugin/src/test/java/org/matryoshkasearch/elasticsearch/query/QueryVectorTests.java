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

import java.io.IOException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.search.SearchPhaseExecutionException;
import org.elasticsearch.client.internal.Client;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SearchPlugin;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.elasticsearch.search.vectors.LookupQueryVectorBuilder;
import org.elasticsearch.search.vectors.QueryVectorBuilder;
import org.elasticsearch.search.vectors.VectorData;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParseException;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Query vectors in every form, on a shard: base64, hex, and builders. */
public class QueryVectorTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 12;
  private static final int PREFIX_DIMS = 4;
  private static final int DOCS = 30;

  /** Turns a text into a vector, as a model would. */
  private static final class TextBuilder implements QueryVectorBuilder {
    private static final ParseField NAME = new ParseField("text");
    private static final ConstructingObjectParser<TextBuilder, Void> PARSER =
        new ConstructingObjectParser<>("text", args -> new TextBuilder((String) args[0]));

    static {
      PARSER.declareString(ConstructingObjectParser.constructorArg(), new ParseField("of"));
    }

    private final String text;

    TextBuilder(String text) {
      this.text = text;
    }

    TextBuilder(StreamInput in) throws IOException {
      this(in.readString());
    }

    static float[] vector(String text) {
      float[] vector = new float[DIMS];
      for (int i = 0; i < DIMS; i++) {
        vector[i] = text.charAt(i % text.length()) - 'f';
      }
      return vector;
    }

    @Override
    public void buildVector(Client client, ActionListener<float[]> listener) {
      if (text.equals("no such model")) {
        listener.onFailure(new ElasticsearchStatusException(text, RestStatus.NOT_FOUND));
      } else {
        listener.onResponse(text.isEmpty() ? null : vector(text));
      }
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
      out.writeString(text);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
      return builder.startObject().field("of", text).endObject();
    }

    @Override
    public String getWriteableName() {
      return NAME.getPreferredName();
    }

    @Override
    public TransportVersion getMinimalSupportedVersion() {
      return TransportVersion.minimumCompatible();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof TextBuilder that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
      return Objects.hash(text);
    }
  }

  /** Registers the builder. */
  public static final class TextPlugin extends Plugin implements SearchPlugin {
    @Override
    public List<QueryVectorBuilderSpec<?>> getQueryVectorBuilders() {
      return List.of(
          new QueryVectorBuilderSpec<>(TextBuilder.NAME, TextBuilder::new, TextBuilder.PARSER));
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class, TextPlugin.class);
  }

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
      float[] vector = unitVector(dims);
      assertMeans(vector, QueryVector.of(EncodedVectors.base64(vector)));
      byte[] bytes = randomBytes(dims);
      assertMeans(floats(bytes), QueryVector.of(HexFormat.of().formatHex(bytes)));
    }
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

  private QueryBuilder parse(String json) throws Exception {
    SearchSourceBuilder source = new SearchSourceBuilder();
    try (var parser =
        createParser(JsonXContent.jsonXContent, new BytesArray("{\"query\": " + json + "}"))) {
      source.parseXContent(parser, true, feature -> true);
    }
    return source.query();
  }

  @Override
  protected NamedXContentRegistry xContentRegistry() {
    return getInstanceFromNode(NamedXContentRegistry.class);
  }

  public void testBuilder() throws Exception {
    createDocuments("float");
    QueryBuilder query =
        parse(
            """
            {"matryoshka_knn": {"field": "vector", "k": 10, "num_candidates": 30,
              "query_vector_builder": {"text": {"of": "harbour"}}}}
            """);
    assertEquals(query(QueryVector.of(new TextBuilder("harbour"))), query);
    assertEquals(query, parse(query.toString()));
    assertEquals(query, copy(query));
    assertMeans(TextBuilder.vector("harbour"), QueryVector.of(new TextBuilder("harbour")));
    // inside of other queries, and beside filters that change when they are rewritten
    BoolQueryBuilder inside =
        QueryBuilders.boolQuery()
            .must(
                new MatryoshkaKnnQueryBuilder(
                    "vector",
                    QueryVector.of(new TextBuilder("harbour")),
                    new SearchSize(5, DOCS, null),
                    List.of(),
                    Prefilters.of(QueryBuilders.wrapperQuery("{\"term\": {\"n\": \"7\"}}")),
                    null));
    assertEquals(List.of("7"), List.copyOf(search(INDEX, inside, 10).keySet()));
  }

  private QueryBuilder copy(QueryBuilder query) throws IOException {
    return copyWriteable(
        query,
        getInstanceFromNode(NamedWriteableRegistry.class),
        in -> new MatryoshkaKnnQueryBuilder(in));
  }

  public void testBuilderIsNotAskedForNothing() {
    createDocuments("float");
    QueryBuilder query =
        new MatryoshkaKnnQueryBuilder(
            "vector",
            QueryVector.of(new TextBuilder("no such model")),
            new SearchSize(5, DOCS, null),
            List.of(),
            Prefilters.of(new MatchNoneQueryBuilder()),
            null);
    assertEquals(Map.of(), search(INDEX, query, 10));
  }

  public void testBuilderThatFails() {
    createDocuments("float");
    ElasticsearchStatusException e =
        expectThrows(
            ElasticsearchStatusException.class,
            () -> search(INDEX, query(QueryVector.of(new TextBuilder("no such model"))), 10));
    assertEquals(RestStatus.NOT_FOUND, e.status());
    Exception none =
        expectThrows(
            IllegalArgumentException.class,
            () -> search(INDEX, query(QueryVector.of(new TextBuilder(""))), 10));
    assertThat(none.getMessage(), containsString("returned null query_vector"));
  }

  public void testOneVectorAndNoMore() {
    for (String vectors :
        List.of(
            "\"k\": 3",
            "\"query_vector\": [1, 2, 3, 4], \"query_vector_builder\": {\"text\": {\"of\": \"a\"}}")) {
      XContentParseException e =
          expectThrows(
              XContentParseException.class,
              () -> parse("{\"matryoshka_knn\": {\"field\": \"vector\", " + vectors + "}}"));
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      assertThat(
          cause.getMessage(),
          containsString(
              vectors.contains("builder")
                  ? "only one of [query_vector] and [query_vector_builder] must be provided"
                  : "either [query_vector] or [query_vector_builder] must be provided"));
    }
  }

  /** The vector of a document that is there already, of a dense_vector and of ours. */
  public void testLookup() {
    createDocuments("float");
    float[] vector = unitVector(DIMS);
    prepareIndex(INDEX)
        .setId("looked-up")
        .setSource(
            "{\"vector\": " + json(vector) + ", \"dense\": " + json(vector) + "}",
            XContentType.JSON)
        .get();
    refresh(INDEX);
    for (String path : List.of("dense", "vector")) {
      assertMeans(
          vector, QueryVector.of(new LookupQueryVectorBuilder("looked-up", INDEX, path, null)));
    }
    ElasticsearchStatusException e =
        expectThrows(
            ElasticsearchStatusException.class,
            () ->
                search(
                    INDEX,
                    query(
                        QueryVector.of(
                            new LookupQueryVectorBuilder("missing", INDEX, "dense", null))),
                    10));
    assertEquals(RestStatus.NOT_FOUND, e.status());
  }
}
