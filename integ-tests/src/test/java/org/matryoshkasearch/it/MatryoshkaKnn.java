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

import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.json.JsonpSerializable;
import jakarta.json.stream.JsonGenerator;
import java.util.List;
import java.util.Map;

/**
 * A {@code matryoshka_knn} query for the Java client, to which it is a custom one. Where no filter
 * is wanted, a map of all parameters does as well.
 *
 * @param vector the query vector
 * @param options parameters of the query besides field, vector and filter
 * @param filters typed queries, all of which a hit must match
 */
record MatryoshkaKnn(
    String field, List<Float> vector, Map<String, Object> options, List<Query> filters)
    implements JsonpSerializable {

  static final String NAME = "matryoshka_knn";

  /** The query as the client wants it. */
  Query query() {
    return Query.of(q -> q._custom(NAME, this));
  }

  @Override
  public void serialize(JsonGenerator generator, JsonpMapper mapper) {
    generator.writeStartObject();
    generator.write("field", field);
    generator.writeKey("query_vector");
    mapper.serialize(vector, generator);
    options.forEach(
        (name, value) -> {
          generator.writeKey(name);
          mapper.serialize(value, generator);
        });
    generator.writeStartArray("filter");
    filters.forEach(filter -> filter.serialize(generator, mapper));
    generator.writeEnd();
    generator.writeEnd();
  }
}
