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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import java.util.function.Predicate;
import org.apache.lucene.document.IntField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.matryoshkasearch.lucene.soak.Docs.Doc;

/**
 * Which documents are meant, to Lucene and to us.
 *
 * @param query null for no filter
 */
record Filter(Query query, Predicate<Doc> accepts) {
  static final Filter NONE = new Filter(null, doc -> true);

  /** Nearly all to nearly none. */
  static Filter any() {
    return switch (random().nextInt(6)) {
      case 0 -> tag();
      case 1 -> range(1 + random().nextInt(1000));
      case 2 -> range(1 + random().nextInt(30));
      case 3 -> tag().and(range(1 + random().nextInt(1000)));
      case 4 -> tag().not();
      default -> new Filter(MatchAllDocsQuery.INSTANCE, doc -> true);
    };
  }

  static String randomTag() {
    return Character.toString("aaaabbc".charAt(random().nextInt(7)));
  }

  static Filter tag() {
    String tag = random().nextInt(20) == 0 ? "none" : randomTag();
    return new Filter(new TermQuery(new Term("tag", tag)), doc -> doc.tag().equals(tag));
  }

  /** The documents with one of so many numbers of a thousand. */
  static Filter range(int width) {
    int low = random().nextInt(1001 - width);
    int high = low + width - 1;
    return new Filter(
        IntField.newRangeQuery("number", low, high),
        doc -> low <= doc.number() && doc.number() <= high);
  }

  Filter and(Filter other) {
    Query both =
        new BooleanQuery.Builder().add(query, Occur.FILTER).add(other.query, Occur.FILTER).build();
    return new Filter(both, accepts.and(other.accepts));
  }

  private Filter not() {
    Query others =
        new BooleanQuery.Builder()
            .add(MatchAllDocsQuery.INSTANCE, Occur.MUST)
            .add(query, Occur.MUST_NOT)
            .build();
    return new Filter(others, accepts.negate());
  }

  @Override
  public String toString() {
    return String.valueOf(query);
  }
}
