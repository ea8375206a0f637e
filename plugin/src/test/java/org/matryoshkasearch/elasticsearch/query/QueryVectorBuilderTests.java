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
import java.util.List;
import java.util.Map;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SearchPlugin;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.search.vectors.LookupQueryVectorBuilder;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParseException;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;

/** Query vectors that a builder gets: one of this test, and Elasticsearch's lookup. */
public class QueryVectorBuilderTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = TextBuilder.DIMS;
  private static final int DOCS = 30;

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

  @Override
  protected NamedXContentRegistry xContentRegistry() {
    return getInstanceFromNode(NamedXContentRegistry.class);
  }

  private void createDocuments() {
    createVectorIndex(
        INDEX,
        matryoshka("vector", DIMS, "\"prefix_dims\": 4")
            + ", \"dense\": {\"type\": \"dense_vector\", \"dims\": 12}, \"n\": {\"type\":"
            + " \"keyword\"}");
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

  private QueryBuilder parse(String json) throws Exception {
    SearchSourceBuilder source = new SearchSourceBuilder();
    try (var parser =
        createParser(JsonXContent.jsonXContent, new BytesArray("{\"query\": " + json + "}"))) {
      source.parseXContent(parser, true, feature -> true);
    }
    return source.query();
  }

  private QueryBuilder copy(QueryBuilder query) throws IOException {
    return copyWriteable(
        query,
        getInstanceFromNode(NamedWriteableRegistry.class),
        in -> new MatryoshkaKnnQueryBuilder(in, new VisibleFields()));
  }

  public void testBuilder() throws Exception {
    createDocuments();
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

  public void testBuilderIsNotAskedForNothing() {
    createDocuments();
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
    createDocuments();
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
    createDocuments();
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
