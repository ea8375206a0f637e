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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.Refresh;
import co.elastic.clients.elasticsearch._types.mapping.Property;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.search.Hit;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The official Java client: typed requests, with what it calls a custom field type and query. */
public class JavaClientIT extends NodeTestCase {

  private static final String INDEX = "java_client";
  private static final String VECTOR = "matryoshka_vector";
  private static final float ABOUT = 1e-6f;
  private static final List<Float> NORTH = List.of(0.85f, 0.15f, -0.25f, 0.25f, 0f, 0f, 0f, 0.1f);

  /** A document. Hits come without the vector unless it is asked for. */
  record Passage(String title, String lang, List<Float> embedding) {}

  private static final Map<String, Passage> PASSAGES =
      Map.of(
          "1", new Passage("a harbour at dawn", "en", vector(0.9f, 0.1f, -0.3f, 0.2f, 0.05f)),
          "2", new Passage("ships in the fog", "en", vector(0.8f, 0.2f, -0.2f, 0.3f, -0.15f)),
          "3", new Passage("Schiffe im Nebel", "de", vector(0.8f, 0.2f, -0.2f, 0.3f, -0.1f)),
          "4", new Passage("ein Rezept für Brot", "de", vector(-0.4f, 0.7f, 0.5f, -0.1f, 0.1f)));

  private static ElasticsearchClient elasticsearch;

  private static List<Float> vector(float a, float b, float c, float d, float e) {
    return List.of(a, b, c, d, e, 0.1f, -0.05f, 0.25f);
  }

  @BeforeClass
  public static void indexPassages() throws IOException {
    elasticsearch = ElasticsearchClient.of(c -> c.host(client().address()));
    // this version of the client leaves it to the caller to say the type twice
    Map<String, Object> options =
        Map.of("type", VECTOR, "dims", 8, "prefix_dims", 4, "similarity", "cosine");
    Property embedding = Property.of(p -> p._custom(VECTOR, options));
    elasticsearch
        .indices()
        .create(
            c ->
                c.index(INDEX)
                    .mappings(
                        m ->
                            m.properties("embedding", embedding)
                                .properties("title", p -> p.text(t -> t))
                                .properties("lang", p -> p.keyword(k -> k))));
    BulkResponse response =
        elasticsearch.bulk(
            b -> {
              PASSAGES.forEach(
                  (id, passage) ->
                      b.operations(o -> o.index(i -> i.id(id).index(INDEX).document(passage))));
              return b.refresh(Refresh.True);
            });
    assertFalse(response.toString(), response.errors());
  }

  @AfterClass
  public static void close() throws IOException {
    elasticsearch.close();
  }

  @Test
  public void testMapping() throws IOException {
    Property field =
        elasticsearch
            .indices()
            .getMapping(m -> m.index(INDEX))
            .get(INDEX)
            .mappings()
            .properties()
            .get("embedding");
    assertTrue(field._isCustom());
    assertEquals(VECTOR, field._customKind());
    assertEquals(4, field._custom().toJson().asJsonObject().getInt("prefix_dims"));
  }

  @Test
  public void testSearch() throws IOException {
    List<Hit<Passage>> hits = search(nearest(Map.of("k", 3, "num_candidates", 50)));
    assertEquals(List.of("1", "3", "2"), ids(hits));
    for (Hit<Passage> hit : hits) {
      assertEquals(PASSAGES.get(hit.id()).title(), hit.source().title());
      assertNull("the vector is left out", hit.source().embedding());
      assertEquals(score(PASSAGES.get(hit.id()).embedding()), hit.score(), ABOUT);
    }
  }

  /** The score that {@code dense_vector} gives: half of one more than the cosine. */
  private static double score(List<Float> vector) {
    double cosine = dot(vector, NORTH) / Math.sqrt(dot(vector, vector) * dot(NORTH, NORTH));
    return (1 + cosine) / 2;
  }

  private static double dot(List<Float> a, List<Float> b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += (double) a.get(i) * b.get(i);
    }
    return sum;
  }

  /** What the client builds of types can be a part of the custom query. */
  @Test
  public void testTypedFilter() throws IOException {
    Query german = Query.of(q -> q.term(t -> t.field("lang").value("de")));
    assertEquals(List.of("3", "4"), ids(search(nearest(Map.of("k", 2), german))));
    Query bread = Query.of(q -> q.match(m -> m.field("title").query("Brot")));
    assertEquals(List.of("4"), ids(search(nearest(Map.of("k", 2), german, bread))));
  }

  @Test
  public void testFunnelAndSimilarity() throws IOException {
    Map<String, Object> options =
        Map.of(
            "k",
            1,
            "num_candidates",
            10,
            "rescore_vector",
            Map.of("oversample", 3),
            "funnel",
            List.of(Map.of("dims", 5, "keep", 3), Map.of("dims", 6, "keep", 2)));
    assertEquals(List.of("1"), ids(search(nearest(options))));
    assertEquals(List.of("1", "3", "2"), ids(search(nearest(Map.of("k", 4, "similarity", 0.5)))));
  }

  /** The custom query is a part of a typed one. */
  @Test
  public void testAmongTypedQueries() throws IOException {
    Query hybrid =
        Query.of(
            q ->
                q.bool(
                    b ->
                        b.must(nearest(Map.of("k", 4, "_name", "by meaning")))
                            .should(s -> s.match(m -> m.field("title").query("fog")))
                            .filter(f -> f.term(t -> t.field("lang").value("en")))));
    List<Hit<Passage>> hits = search(hybrid);
    assertEquals(List.of("2", "1"), ids(hits));
    assertTrue(hits.getFirst().matchedQueries().containsKey("by meaning"));
  }

  @Test
  public void testVectorsComeBack() throws IOException {
    List<Hit<Passage>> hits =
        elasticsearch
            .search(
                s ->
                    s.index(INDEX)
                        .query(nearest(Map.of("k", 4)))
                        .source(o -> o.filter(f -> f.excludeVectors(false))),
                Passage.class)
            .hits()
            .hits();
    assertEquals(4, hits.size());
    hits.forEach(hit -> assertEquals(PASSAGES.get(hit.id()), hit.source()));
  }

  /** What stands in Kibana's console can be sent by the client. */
  @Test
  public void testRequestFromJson() throws IOException {
    String body =
        """
        {
          "query": {
            "matryoshka_knn": {
              "field": "embedding",
              "query_vector": [0.85, 0.15, -0.25, 0.25],
              "k": 2,
              "filter": { "term": { "lang": "en" } }
            }
          }
        }
        """;
    SearchRequest request = SearchRequest.of(s -> s.index(INDEX).withJson(new StringReader(body)));
    assertEquals(MatryoshkaKnn.NAME, request.query()._customKind());
    assertEquals(
        List.of("1", "2"), ids(elasticsearch.search(request, Passage.class).hits().hits()));
  }

  @Test
  public void testErrors() {
    Map<String, Object> options = Map.of("field", "embedding", "query_vector", List.of(1f, 2f));
    Query tooShort = Query.of(q -> q._custom(MatryoshkaKnn.NAME, options));
    ElasticsearchException error =
        assertThrows(ElasticsearchException.class, () -> search(tooShort));
    assertEquals(400, error.status());
    String reason = error.error().rootCause().getFirst().reason();
    assertTrue(reason, reason.contains("at least prefix_dims [4] and at most dims [8]"));
  }

  /** The query for the neighbours of {@link #NORTH}. */
  private static Query nearest(Map<String, Object> options, Query... filters) {
    return new MatryoshkaKnn("embedding", NORTH, options, List.of(filters)).query();
  }

  private static List<Hit<Passage>> search(Query query) throws IOException {
    return elasticsearch.search(s -> s.index(INDEX).query(query), Passage.class).hits().hits();
  }

  private static List<String> ids(List<Hit<Passage>> hits) {
    return hits.stream().map(Hit::id).toList();
  }
}
