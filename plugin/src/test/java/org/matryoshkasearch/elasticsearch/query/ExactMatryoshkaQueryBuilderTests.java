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

import java.io.IOException;
import java.util.List;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.test.ESTestCase;
import org.elasticsearch.test.EqualsHashCodeTestUtils;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;

/** The query that inner hits become. */
public class ExactMatryoshkaQueryBuilderTests extends ESTestCase {

  private static ExactMatryoshkaQueryBuilder query(String field, float first, Float similarity) {
    return new ExactMatryoshkaQueryBuilder(
        field, QueryVector.of(new float[] {first, 2}), similarity, new VisibleFields());
  }

  public void testWireAndEquality() {
    EqualsHashCodeTestUtils.checkEqualsAndHashCode(
        query("field", 1, 0.5f).boost(2),
        original ->
            copyWriteable(
                original,
                new NamedWriteableRegistry(List.of()),
                in -> new ExactMatryoshkaQueryBuilder(in, new VisibleFields())),
        original ->
            randomFrom(
                query("other", 1, 0.5f).boost(2),
                query("field", 3, 0.5f).boost(2),
                query("field", 1, null).boost(2),
                query("field", 1, 0.5f)));
  }

  public void testCannotBeWritten() throws IOException {
    String json = Strings.toString(query("field", 1, 0.5f));
    assertEquals(
        "{\"exact_matryoshka\":{\"field\":\"field\",\"query_vector\":[1.0,2.0],"
            + "\"similarity\":0.5}}",
        json);
    Exception e =
        expectThrows(
            IllegalArgumentException.class, () -> ExactMatryoshkaQueryBuilder.fromXContent(null));
    assertEquals("[exact_matryoshka] queries cannot be provided directly", e.getMessage());
  }
}
