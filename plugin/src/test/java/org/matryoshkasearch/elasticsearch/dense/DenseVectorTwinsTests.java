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
package org.matryoshkasearch.elasticsearch.dense;

import static org.elasticsearch.core.Strings.format;
import static org.elasticsearch.test.hamcrest.ElasticsearchAssertions.assertResponse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.elasticsearch.ElasticsearchException;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.bulk.BulkRequestBuilder;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;

/**
 * Any requests to an index with the setting and to its twin without: the same status, as many hits,
 * and hits that are as near.
 */
public class DenseVectorTwinsTests extends DenseVectorTestCase {
  private static final int DIMS = 64;
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.COSINE;
  private static final Pattern SIMILARITY_OPTION = Pattern.compile("\"similarity\": ([-.0-9]+)");
  private static final List<String> TWINS = List.of("with", "without");

  /** By document: its own vector, and then those of its passages. */
  private final Map<String, List<float[]>> documents = new LinkedHashMap<>();

  /** A vector with what matters in front, as those of Matryoshka models, near another. */
  private static float[] near(float[] center, double spread) {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = center[i] + (float) (spread * random().nextGaussian() / (1 + i));
    }
    return vector;
  }

  private static float[] vector() {
    return near(new float[DIMS], 1);
  }

  private static List<float[]> vectors() {
    List<float[]> vectors = new ArrayList<>();
    vectors.add(vector());
    for (int i = randomIntBetween(0, 3); i > 0; i--) {
      vectors.add(near(vectors.getFirst(), 0.2));
    }
    return vectors;
  }

  private void createTwins(String type, String element) {
    String field =
        dense(
            "v",
            format(
                """
                "dims": 64, "element_type": "%s", "similarity": "cosine",
                "index_options": {"type": "%s"}
                """,
                element, type));
    String mapping =
        field
            + format(", \"passages\": {\"type\": \"nested\", \"properties\": {%s}}", field)
            + ", \"lang\": {\"type\": \"keyword\"}, \"n\": {\"type\": \"integer\"}";
    createVectorIndex("with", prefix("*", 32), mapping);
    createVectorIndex("without", Settings.EMPTY, mapping);
  }

  private void put(List<String> ids) {
    for (String id : ids) {
      documents.put(id, vectors());
    }
    for (String index : TWINS) {
      BulkRequestBuilder bulk = client().prepareBulk();
      for (String id : ids) {
        bulk.add(prepareIndex(index).setId(id).setSource(source(id), XContentType.JSON));
      }
      assertFalse(bulk.get().hasFailures());
      flush(index);
    }
  }

  private String source(String id) {
    List<float[]> vectors = documents.get(id);
    List<String> passages =
        vectors.stream().skip(1).map(passage -> "{\"v\": " + json(passage) + "}").toList();
    int n = Integer.parseInt(id);
    return format(
        "{\"n\": %s, \"lang\": \"%s\", \"v\": %s, \"passages\": %s}",
        n, n % 20 == 0 ? "rare" : n % 3 == 0 ? "en" : "de", json(vectors.getFirst()), passages);
  }

  private void deleteSome() {
    List<String> ids = randomSubsetOf(documents.size() / 10, documents.keySet());
    documents.keySet().removeAll(ids);
    for (String index : TWINS) {
      BulkRequestBuilder bulk = client().prepareBulk();
      ids.forEach(id -> bulk.add(client().prepareDelete(index, id)));
      assertFalse(bulk.get().hasFailures());
      refresh(index);
    }
  }

  /** The nearest of a document's own vector or of its passages, as a score. */
  private double score(String id, float[] target, boolean ofPassages) {
    List<float[]> vectors = documents.get(id);
    return (ofPassages ? vectors.stream().skip(1) : vectors.stream().limit(1))
        .mapToDouble(vector -> SIMILARITY.compare(target, vector))
        .max()
        .orElseThrow();
  }

  private static String filter() {
    return randomFrom(
        "{\"term\": {\"lang\": \"en\"}}",
        "{\"term\": {\"lang\": \"rare\"}}",
        "{\"term\": {\"lang\": \"none\"}}",
        "{\"range\": {\"n\": {\"gte\": 100}}}",
        "{\"bool\": {\"must_not\": {\"range\": {\"n\": {\"lt\": 2000}}}}}");
  }

  /** Options besides field and vector: now and then some that are refused. */
  private static String options() {
    StringBuilder options = new StringBuilder();
    int k = randomFrom(1, 2, 3, 10, 50, 200);
    options.append(format(", \"k\": %s, \"num_candidates\": %s", k, randomIntBetween(k, 4 * k)));
    if (randomInt(2) == 0) {
      options.append(", \"filter\": ").append(filter());
    }
    if (randomInt(3) == 0) {
      options.append(format(", \"similarity\": %s", randomFrom("0.3", "0.8", "-2", "2")));
    }
    if (randomInt(3) == 0) {
      String oversample = randomFrom("0", "1", "1.5", "4", "0.5");
      options.append(format(", \"rescore_vector\": {\"oversample\": %s}", oversample));
    }
    if (randomInt(20) == 0) {
      options.append(randomFrom(", \"visit_percentage\": 10", ", \"boost\": -1", ", \"odd\": 1"));
    }
    return options.toString();
  }

  /** A request; $KNN is a knn query. */
  private static String form(boolean nested) {
    return nested
        ? randomFrom(
            "{\"query\": {\"nested\": {\"path\": \"passages\", \"query\": {\"knn\": $KNN}}}}",
            """
            {"query": {"nested": {"path": "passages", "query": {"knn": $KNN}, "score_mode": "max",
              "inner_hits": {"size": 2}}}}
            """,
            "{\"knn\": $KNN}",
            "{\"retriever\": {\"knn\": $KNN}}")
        : randomFrom(
            "{\"query\": {\"knn\": $KNN}}",
            "{\"knn\": $KNN}",
            "{\"knn\": [$KNN, $KNN]}",
            "{\"retriever\": {\"knn\": $KNN}}",
            "{\"query\": {\"bool\": {\"must\": {\"knn\": $KNN}, \"filter\": " + filter() + "}}}",
            "{\"query\": {\"bool\": {\"should\": [{\"knn\": $KNN}]}}, \"post_filter\": $FILTER}",
            "{\"query\": {\"function_score\": {\"query\": {\"knn\": $KNN}, \"weight\": 2}}}",
            "{\"query\": {\"constant_score\": {\"filter\": {\"knn\": $KNN}}}}",
            "{\"query\": {\"knn\": $KNN}, \"sort\": \"n\"}",
            "{\"query\": {\"knn\": $KNN}, \"from\": 2}",
            "{\"query\": {\"knn\": $KNN}, \"profile\": true}",
            "{\"query\": {\"knn\": $KNN}, \"explain\": true}",
            "{\"query\": {\"knn\": $KNN}, \"aggs\": {\"langs\": {\"terms\": {\"field\": \"lang\"}}}}",
            """
            {"query": {"match_all": {}}, "sort": "_doc",
              "rescore": {"window_size": 50, "query": {"rescore_query": {"knn": $KNN}}}}
            """);
  }

  private SearchSourceBuilder parse(String request) throws IOException {
    XContentParserConfiguration config =
        XContentParserConfiguration.EMPTY.withRegistry(
            getInstanceFromNode(NamedXContentRegistry.class));
    try (XContentParser parser = JsonXContent.jsonXContent.createParser(config, request)) {
      return new SearchSourceBuilder().parseXContent(parser, true, feature -> true);
    }
  }

  /** The hits, in their order, or the status of a refusal. */
  private Object answer(String index, String request, Map<String, Float> hits) {
    try {
      SearchSourceBuilder source = parse(request).size(500);
      assertResponse(
          client().prepareSearch(index).setSource(source).setTrackTotalHits(true),
          response -> {
            assertEquals(0, response.getFailedShards());
            for (SearchHit hit : response.getHits().getHits()) {
              hits.put(hit.getId(), hit.getScore());
            }
          });
      return RestStatus.OK;
    } catch (ElasticsearchException | IllegalArgumentException | IOException e) {
      return ExceptionsHelper.status(e);
    }
  }

  /** Sends one request to both, and adds up how near the hits are. */
  private void compare(double[] nearness) {
    boolean nested = randomInt(3) == 0;
    float[] target = vector();
    String knn =
        format(
            "{\"field\": \"%s\", \"query_vector\": %s%s}",
            nested ? "passages.v" : "v", json(target), options());
    String request = form(nested).replace("$KNN", knn).replace("$FILTER", filter());
    Map<String, Float> with = new LinkedHashMap<>();
    Map<String, Float> without = new LinkedHashMap<>();
    Object status = answer("without", request, without);
    assertEquals(request, status, answer("with", request, with));
    assertSize(request, without.size(), with.size());
    double least = leastScore(request);
    int counts = leavesOut(request) ? 0 : 1;
    for (String id : with.keySet()) {
      nearness[0] += counts * score(id, target, nested);
      assertTrue(request, score(id, target, nested) > least - 1e-2);
      if (request.startsWith("{\"query\": {\"knn\": ") && request.contains("\"sort\"") == false) {
        assertEquals(request, score(id, target, nested), with.get(id), 1e-2);
      }
    }
    for (String id : without.keySet()) {
      nearness[1] += counts * score(id, target, nested);
    }
  }

  /**
   * How many hits there are depends on which they are where something is left out afterwards. Codes
   * of one bit, without a prefix, tell few that are similar enough: with one there may be more.
   */
  private static void assertSize(String request, int without, int with) {
    boolean similarity = request.contains("\"similarity\"");
    double slack = leavesOut(request) ? 2 + 3 * Math.sqrt(without) : 0;
    assertTrue(request + ": " + with + " of " + without, with >= without - slack);
    assertTrue(request + ": " + with + " of " + without, similarity || with <= without + slack);
  }

  private static boolean leavesOut(String request) {
    return Stream.of("similarity", "post_filter", "bool")
        .anyMatch(part -> request.contains("\"" + part + "\""));
  }

  /** The score of a cosine of what is asked for at least. */
  private static double leastScore(String request) {
    Matcher matcher = SIMILARITY_OPTION.matcher(request);
    return matcher.find() ? (1 + Double.parseDouble(matcher.group(1))) / 2 : -1;
  }

  public void testTwins() {
    String type = randomFrom("hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw");
    createTwins(type, randomFrom("float", "bfloat16"));
    int id = 0;
    for (int size : new int[] {1000, 700, 30, 1}) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        ids.add(Integer.toString(id++));
      }
      put(ids);
    }
    assertNear(type);
    put(randomSubsetOf(100, documents.keySet()));
    deleteSome();
    assertNear(type);
    TWINS.forEach(this::forceMerge);
    assertNear(type);
  }

  private void assertNear(String type) {
    double[] nearness = new double[2];
    for (int i = 0; i < 60; i++) {
      compare(nearness);
    }
    String ratio = String.format(Locale.ROOT, "%s: %.5f", type, nearness[0] / nearness[1]);
    assertTrue(ratio, nearness[0] >= 0.999 * nearness[1]);
    logger.info("nearness of hits with a prefix, to that without: {}", ratio);
  }
}
