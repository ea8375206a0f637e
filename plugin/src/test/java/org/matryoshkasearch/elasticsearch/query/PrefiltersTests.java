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

import static org.elasticsearch.core.Strings.format;
import static org.hamcrest.Matchers.lessThan;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryBuilders;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Clauses around {@code matryoshka_knn} that filter its search. */
public class PrefiltersTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 12;
  private static final int DOCS = 100;
  private static final int K = 5;

  private final float[] target = unitVector(DIMS);

  /** Every tenth document is rare, and every second is even. */
  private void createDocuments() {
    createVectorIndex(
        INDEX,
        matryoshka("vector", DIMS, "\"prefix_dims\": 4")
            + ", \"tag\": {\"type\": \"keyword\"}, \"title\": {\"type\": \"text\"},"
            + " \"child\": {\"type\": \"nested\", \"properties\": {"
            + matryoshka("vector", DIMS, "\"prefix_dims\": 4")
            + "}}");
    for (int i = 0; i < DOCS; i++) {
      index(
          INDEX,
          String.valueOf(i),
          format(
              "{\"tag\": [\"%s\", \"%s\"], \"vector\": %3$s, \"child\": [{\"vector\": %3$s}]}",
              i % 10 == 0 ? "rare" : "common",
              i % 2 == 0 ? "even" : "odd",
              json(unitVector(DIMS))));
    }
    flush(INDEX);
  }

  private QueryBuilder knn(boolean automatic, QueryBuilder... filters) {
    return knn("vector", automatic, filters);
  }

  private QueryBuilder knn(String field, boolean automatic, QueryBuilder... filters) {
    return new MatryoshkaKnnQueryBuilder(
        field,
        QueryVector.of(target),
        new SearchSize(K, DOCS, null),
        List.of(),
        new Prefilters(List.of(filters), automatic),
        null);
  }

  private static QueryBuilder tag(String tag) {
    return QueryBuilders.termQuery("tag", tag);
  }

  private static BoolQueryBuilder bool() {
    return QueryBuilders.boolQuery();
  }

  private Set<String> ids(QueryBuilder query) {
    return new HashSet<>(search(INDEX, query, DOCS).keySet());
  }

  public void testOffByDefault() {
    createDocuments();
    Set<String> nearest = ids(knn(false));
    Set<String> filtered = ids(bool().must(knn(false)).filter(tag("rare")));
    assertTrue(nearest.containsAll(filtered));
    assertThat(filtered.size(), lessThan(K));
    assertEquals(K, ids(bool().must(knn(true)).filter(tag("rare"))).size());
  }

  public void testEveryDemandingClause() {
    createDocuments();
    QueryBuilder rare = tag("rare");
    Map<String, Float> expected = search(INDEX, knn(false, rare), K);
    assertEquals(K, expected.size());
    assertEquals(expected, search(INDEX, bool().must(knn(true)).filter(rare), K));
    assertEquals(expected.keySet(), ids(bool().must(knn(true)).must(rare)));
    assertEquals(expected, search(INDEX, bool().must(knn(true)).mustNot(tag("common")), K));
    assertEquals(expected.keySet(), ids(bool().filter(knn(true)).filter(rare)));
    // what the bool does not demand does not filter
    Set<String> all = ids(knn(false));
    Set<String> optional = ids(bool().must(knn(true)).should(rare));
    assertEquals(all, optional);
    // a should clause is filtered by the demands beside it
    Set<String> should = ids(bool().should(knn(true)).filter(rare).minimumShouldMatch(1));
    assertEquals(expected.keySet(), should);
  }

  public void testFromOuterBools() {
    createDocuments();
    Set<String> expected = ids(bool().must(knn(false, tag("even"), bool().mustNot(tag("rare")))));
    assertEquals(K, expected.size());
    BoolQueryBuilder inner = bool().must(knn(true)).mustNot(tag("rare"));
    assertEquals(expected, ids(bool().must(inner).filter(tag("even"))));
    assertEquals(
        expected,
        ids(
            bool()
                .must(QueryBuilders.constantScoreQuery(inner))
                .filter(bool().should(tag("even")).minimumShouldMatch(1))));
    // beside filters of its own
    assertEquals(expected, ids(bool().must(knn(true, tag("even"))).mustNot(tag("rare"))));
  }

  /** Clauses that need not match do not filter, however that is said. */
  public void testOptionalClausesOfADemand() {
    createDocuments();
    Set<String> all = ids(knn(false));
    for (String least : new String[] {null, "0", "0%", "-1"}) {
      BoolQueryBuilder demand = bool().must(QueryBuilders.matchAllQuery()).should(tag("rare"));
      assertEquals(all, ids(bool().must(knn(true)).must(demand.minimumShouldMatch(least))));
    }
    BoolQueryBuilder demand = bool().must(QueryBuilders.matchAllQuery()).should(tag("rare"));
    assertEquals(
        ids(knn(false, tag("rare"))),
        ids(bool().must(knn(true)).must(demand.minimumShouldMatch("1"))));
  }

  /** Each would otherwise be a filter of the others, and they of it, without end. */
  public void testSeveralOfThem() {
    createDocuments();
    BoolQueryBuilder query =
        bool()
            .must(knn(true).boost(2))
            .must(knn(true).boost(3))
            .must(knn(true).boost(4))
            .filter(tag("rare"));
    assertEquals(ids(knn(false, tag("rare"))), ids(query));
  }

  public void testInANestedQuery() {
    createDocuments();
    QueryBuilder nested =
        QueryBuilders.nestedQuery("child", knn("child.vector", true), ScoreMode.Max);
    Set<String> expected = ids(knn(false, tag("rare")));
    assertEquals(expected, ids(bool().must(nested).filter(tag("rare"))));
    // nor do clauses with a search in them filter
    assertEquals(ids(knn(false)), ids(bool().must(knn(true)).must(match(nested))));
  }

  private static QueryBuilder match(QueryBuilder nested) {
    return bool().should(nested).should(QueryBuilders.matchAllQuery());
  }
}
