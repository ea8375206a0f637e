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

import static org.hamcrest.Matchers.instanceOf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.mapper.LuceneDocument;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.mapper.MapperTestCase;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.search.lookup.Source;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentType;
import org.junit.AssumptionViolatedException;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;

/** What Elasticsearch expects of any field type. */
public class MatryoshkaVectorFieldMapperTests extends MapperTestCase {
  private static final int DIMS = 4;

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  @Override
  protected void minimalMapping(XContentBuilder builder) throws IOException {
    builder.field("type", "matryoshka_vector").field("dims", DIMS);
  }

  @Override
  protected List<Float> getSampleValueForDocument() {
    return List.of(0.5f, -0.5f, 0.5f, -0.5f);
  }

  @Override
  protected void registerParameters(ParameterChecker checker) throws IOException {
    checker.registerConflictCheck(
        "dims",
        fieldMapping(this::minimalMapping),
        fieldMapping(b -> b.field("type", "matryoshka_vector").field("dims", 3)));
    checker.registerConflictCheck("prefix_dims", b -> b.field("prefix_dims", 2));
    checker.registerConflictCheck("similarity", b -> b.field("similarity", "l2_norm"));
    checker.registerConflictCheck("element_type", b -> b.field("element_type", "bfloat16"));
    checker.registerConflictCheck(
        "index_options", b -> b.startObject("index_options").field("type", "bbq_hnsw").endObject());
    checker.registerConflictCheck("index", b -> b.field("index", false));
    checker.registerConflictCheck("recipe", b -> b.field("recipe", "layer_norm"));
    checker.registerUpdateCheck(
        "allow_truncated",
        b -> b.field("allow_truncated", true),
        mapper ->
            assertTrue(
                ((MatryoshkaVectorFieldMapper) mapper).fieldType().options().allowTruncated()));
    checker.registerUpdateCheck(
        "index_options",
        b -> b.startObject("index_options").field("m", 32).endObject(),
        mapper ->
            assertEquals(
                32,
                ((MatryoshkaVectorFieldMapper) mapper).fieldType().options().indexOptions().m()));
  }

  @Override
  protected boolean supportsIgnoreMalformed() {
    return false;
  }

  @Override
  protected boolean supportsStoredFields() {
    return false;
  }

  @Override
  protected boolean supportsCopyTo() {
    return false;
  }

  @Override
  protected boolean supportsEmptyInputArray() {
    return false;
  }

  @Override
  protected void assertSearchable(MappedFieldType fieldType) {
    assertFalse(fieldType.getTextSearchInfo().isTokenized());
  }

  @Override
  protected void assertExistsQuery(
      MappedFieldType fieldType, Query query, LuceneDocument document) {
    assertThat(query, instanceOf(FieldExistsQuery.class));
    assertEquals("field", ((FieldExistsQuery) query).getField());
    assertNoFieldNamesField(document);
  }

  @Override
  protected void metaMapping(XContentBuilder builder) throws IOException {
    minimalMapping(builder);
    builder.field("prefix_dims", DIMS).field("index_options", IndexOptions.DEFAULT);
  }

  @Override
  protected boolean supportsDocValuesSkippers() {
    return false;
  }

  /** There are no doc values to compare with: what is fetched is what was in the source. */
  @Override
  protected void assertFetch(
      MapperService mapperService, String field, Object value, String format) {
    assertEquals(value, fetchFromSource(mapperService, field, value));
  }

  @Override
  protected void assertFetchMany(
      MapperService mapperService, String field, Object value, String format, int count) {
    assertFetch(mapperService, field, value, format);
  }

  private List<Object> fetchFromSource(MapperService mapperService, String field, Object value) {
    SearchExecutionContext context = createSearchExecutionContext(mapperService);
    Source source = Source.fromMap(Map.of(field, value), XContentType.JSON);
    try {
      return mapperService
          .fieldType(field)
          .valueFetcher(context, null)
          .fetchValues(source, 0, new ArrayList<>());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As with {@code dense_vector}, there is field data for scripts and none for aggregations. */
  @Override
  public void testAggregatableConsistency() {}

  /** A document has one vector, so an array of values is refused. */
  @Override
  public void testSyntheticSourceKeepArrays() {}

  @Override
  protected Object generateRandomInputValue(MappedFieldType fieldType) {
    return randomList(DIMS, DIMS, () -> (Object) randomFloatBetween(0.1f, 1, true));
  }

  @Override
  protected SyntheticSourceSupport syntheticSourceSupport(boolean ignoreMalformed) {
    return new SyntheticSourceSupport() {
      @Override
      public SyntheticSourceExample example(int maxValues) {
        Object value = generateRandomInputValue(null);
        String recipe = randomFrom("none", "layer_norm");
        return new SyntheticSourceExample(
            value,
            value,
            b -> {
              minimalMapping(b);
              b.field("recipe", recipe);
            });
      }

      @Override
      public List<SyntheticSourceInvalidExample> invalidExample() {
        return List.of();
      }
    };
  }

  @Override
  protected IngestScriptSupport ingestScriptSupport() {
    throw new AssumptionViolatedException("not supported");
  }

  @Override
  protected List<SortShortcutSupport> getSortShortcutSupport() {
    return List.of();
  }
}
