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
import static org.elasticsearch.index.query.QueryBuilders.boolQuery;
import static org.elasticsearch.index.query.QueryBuilders.existsQuery;
import static org.elasticsearch.index.query.QueryBuilders.nestedQuery;
import static org.elasticsearch.index.query.QueryBuilders.rangeQuery;
import static org.elasticsearch.index.query.QueryBuilders.termQuery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.lucene.search.join.ScoreMode;
import org.elasticsearch.index.query.QueryBuilder;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Vectors in nested objects inside of nested objects, with filters about each of the levels. */
public class DeeplyNestedFiltersTests extends VectorIndexTestCase {
  private static final String INDEX = "test";
  private static final int DIMS = 8;
  private static final int DOCS = 60;

  private record Part(String id, String lang, String author, String kind, int number) {}

  private record Case(QueryBuilder filter, Predicate<Part> expected) {}

  private final List<Part> parts = new ArrayList<>();

  private void createDocuments() {
    createVectorIndex(
        INDEX,
        "\"lang\": {\"type\": \"keyword\"}, \"chapters\": {\"type\": \"nested\", \"properties\": {"
            + "\"author\": {\"type\": \"keyword\"}, \"parts\": {\"type\": \"nested\","
            + " \"properties\": {\"kind\": {\"type\": \"keyword\"},"
            + " \"number\": {\"type\": \"integer\"}, "
            + matryoshka("vector", DIMS, "\"prefix_dims\": 4")
            + "}}}}");
    for (int doc = 0; doc < DOCS; doc++) {
      String lang = randomFrom("en", "de", "fr");
      List<String> chapters = new ArrayList<>();
      for (int chapter = randomIntBetween(0, 3); chapter > 0; chapter--) {
        String author = randomFrom("ann", "bob", "cy");
        List<String> json = new ArrayList<>();
        for (int number = randomIntBetween(0, 3); number > 0; number--) {
          String kind = randomBoolean() ? "text" : null;
          parts.add(new Part(String.valueOf(doc), lang, author, kind, number));
          json.add(
              format(
                  "{\"number\": %s, \"vector\": %s%s}",
                  number, json(unitVector(DIMS)), kind == null ? "" : ", \"kind\": \"text\""));
        }
        chapters.add(format("{\"author\": \"%s\", \"parts\": %s}", author, json));
      }
      index(
          INDEX,
          String.valueOf(doc),
          format("{\"lang\": \"%s\", \"chapters\": %s}", lang, chapters));
      if (doc % 25 == 0) {
        flush(INDEX);
      }
    }
    flush(INDEX);
  }

  private Set<String> expected(Predicate<Part> filter) {
    Set<String> ids = new TreeSet<>();
    parts.stream().filter(filter).forEach(part -> ids.add(part.id));
    return ids;
  }

  private Set<String> ids(QueryBuilder filter, boolean eachLevel) {
    QueryBuilder knn = knn("chapters.parts.vector", unitVector(DIMS), 1000, 1000, filter);
    QueryBuilder nested = nestedQuery("chapters.parts", knn, ScoreMode.Max);
    return new TreeSet<>(
        search(INDEX, eachLevel ? nestedQuery("chapters", nested, ScoreMode.Max) : nested, DOCS)
            .keySet());
  }

  public void testEachLevel() {
    createDocuments();
    QueryBuilder en = termQuery("lang", "en");
    QueryBuilder ann = termQuery("chapters.author", "ann");
    QueryBuilder text = termQuery("chapters.parts.kind", "text");
    Predicate<Part> isEn = part -> part.lang.equals("en");
    Predicate<Part> isAnn = part -> part.author.equals("ann");
    Predicate<Part> isText = part -> part.kind != null;
    List<Case> cases =
        List.of(
            new Case(en, isEn),
            new Case(ann, isAnn),
            new Case(text, isText),
            new Case(boolQuery().mustNot(en), isEn.negate()),
            new Case(boolQuery().mustNot(ann), isAnn.negate()),
            new Case(boolQuery().mustNot(text), isText.negate()),
            new Case(existsQuery("chapters.parts.kind"), isText),
            new Case(existsQuery("chapters.author"), part -> true),
            new Case(boolQuery().must(en).must(ann).filter(text), isEn.and(isAnn).and(isText)),
            new Case(boolQuery().should(en).should(ann), isEn.or(isAnn)),
            new Case(
                boolQuery().must(ann).mustNot(en).mustNot(text),
                isAnn.and(isEn.negate()).and(isText.negate())),
            new Case(
                boolQuery().should(ann).should(text).should(en).minimumShouldMatch(2),
                part ->
                    (isAnn.test(part) ? 1 : 0)
                            + (isText.test(part) ? 1 : 0)
                            + (isEn.test(part) ? 1 : 0)
                        >= 2),
            new Case(rangeQuery("chapters.parts.number").gte(2), part -> part.number >= 2));
    for (Case each : cases) {
      for (boolean eachLevel : new boolean[] {false, true}) {
        assertEquals(
            each.filter + " " + eachLevel, expected(each.expected), ids(each.filter, eachLevel));
      }
    }
  }
}
