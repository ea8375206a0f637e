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

import static org.elasticsearch.search.sort.SortOrder.ASC;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.action.search.SearchResponse;
import org.elasticsearch.common.Strings;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.plugins.FieldPredicate;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.aggregations.AggregationBuilder;
import org.elasticsearch.search.aggregations.AggregationBuilders;
import org.elasticsearch.search.aggregations.support.ValuesSourceAggregationBuilder;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;
import org.matryoshkasearch.elasticsearch.query.MatryoshkaKnnQueryBuilder;
import org.matryoshkasearch.elasticsearch.query.Prefilters;
import org.matryoshkasearch.elasticsearch.query.QueryVector;
import org.matryoshkasearch.elasticsearch.query.SearchSize;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** A field that security hides is, to a search, one that does not exist. */
public class HiddenFieldTests extends VectorIndexTestCase {

  /** What security does to mappings, of the fields whose names begin so. */
  public static final class HidingPlugin extends Plugin implements MapperPlugin {
    @Override
    public Function<String, FieldPredicate> getFieldFilter() {
      return index -> index.equals("test") ? new NotHidden() : FieldPredicate.ACCEPT_ALL;
    }
  }

  private record NotHidden() implements FieldPredicate {
    @Override
    public boolean test(String field) {
      return field.startsWith("hidden") == false;
    }

    @Override
    public String modifyHash(String hash) {
      return "hides:" + hash;
    }

    @Override
    public long ramBytesUsed() {
      return 0;
    }
  }

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
    plugins.add(HidingPlugin.class);
    return plugins;
  }

  /** Requests that would tell that the field is there, of which type, or its dimensions. */
  private static List<QueryBuilder> telling(String field) {
    return List.of(
        knn(field, unitVector(3), 5),
        knn(field, new float[8], 5),
        knn(field, unitVector(9), 5),
        new MatryoshkaKnnQueryBuilder(
            field,
            QueryVector.of(unitVector(8)),
            new SearchSize(5, 50, null),
            List.of(new FunnelStage(3, 10)),
            Prefilters.of(),
            null),
        new MatryoshkaKnnQueryBuilder(
            field,
            QueryVector.of("AAAA"),
            new SearchSize(5, 50, null),
            List.of(),
            Prefilters.of(),
            null),
        QueryBuilders.termQuery(field, "x"),
        QueryBuilders.termsQuery(field, "x", "y"));
  }

  public void testQueries() {
    for (String index : List.of("test", "other")) {
      createVectorIndex(index, fields("\"prefix_dims\": 4"));
      index(index, "1", document());
      flush(index);
    }
    for (QueryBuilder query : telling("hidden")) {
      assertEquals(Map.of(), search("test", query, 5));
      expectThrows(Exception.class, () -> search("other", query, 5));
    }
    for (QueryBuilder query : telling("shown")) {
      expectThrows(Exception.class, () -> search("test", query, 5));
    }
    assertEquals(Map.of(), search("test", knn("hidden", unitVector(8), 5), 5));
    assertEquals(1, search("test", knn("shown", unitVector(8), 5), 5).size());
    assertEquals(1, search("other", knn("hidden", unitVector(8), 5), 5).size());
  }

  public void testSorting() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    assertEquals(reasonNotToSortBy("missing"), reasonNotToSortBy("hidden"));
    assertNotEquals(reasonNotToSortBy("missing"), reasonNotToSortBy("shown"));
  }

  public void testAggregations() {
    createVectorIndex("test", fields("\"index\": " + randomBoolean()));
    index("test", "1", document());
    flush("test");
    for (AggregationBuilder aggregation :
        List.of(
            AggregationBuilders.missing("a").field("FIELD"),
            AggregationBuilders.count("a").field("FIELD"),
            AggregationBuilders.cardinality("a").field("FIELD"))) {
      assertEquals(aggregated(aggregation, "missing"), aggregated(aggregation, "hidden"));
      expectThrows(Exception.class, () -> aggregated(aggregation, "shown"));
    }
  }

  private String aggregated(AggregationBuilder aggregation, String field) {
    ((ValuesSourceAggregationBuilder<?>) aggregation).field(field);
    SearchResponse response = client().prepareSearch("test").addAggregation(aggregation).get();
    try {
      assertEquals(0, response.getFailedShards());
      return Strings.toString(response.getAggregations().get("a"));
    } finally {
      response.decRef();
    }
  }

  /** Without the name of the field. */
  private String reasonNotToSortBy(String field) {
    Exception e =
        expectThrows(
            Exception.class, () -> client().prepareSearch("test").addSort(field, ASC).get());
    assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    Throwable reason = ExceptionsHelper.unwrapCause(e.getCause());
    return reason.getMessage().replace(field, "");
  }

  private static String fields(String options) {
    return matryoshka("hidden", 8, options) + "," + matryoshka("shown", 8, options);
  }

  private static String document() {
    return "{\"hidden\": " + json(unitVector(8)) + ", \"shown\": " + json(unitVector(8)) + "}";
  }
}
