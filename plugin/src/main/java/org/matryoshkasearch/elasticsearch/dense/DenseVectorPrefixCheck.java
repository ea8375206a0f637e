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

import java.util.Map;
import java.util.Optional;
import org.apache.lucene.search.Query;
import org.elasticsearch.index.mapper.IndexType;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.MappingLookup;
import org.elasticsearch.index.mapper.MetadataFieldMapper;
import org.elasticsearch.index.mapper.ValueFetcher;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.elasticsearch.index.query.SearchExecutionContext;

/**
 * Refuses mappings to which a setting of {@link DenseVectorPrefixes} that names a field cannot
 * apply. The one for all fields leaves alone what cannot have a prefix: such fields may come by
 * dynamic mapping, and their documents must not be lost.
 *
 * <p>It is a metadata field because Elasticsearch asks those to validate every mapping of an index,
 * new or changed, before it is accepted. Only indices with such a setting have it, and it never has
 * a value.
 */
public final class DenseVectorPrefixCheck extends MetadataFieldMapper {
  /** The name of the metadata field. */
  public static final String NAME = "_matryoshka_dense_vector";

  /** Makes the field for an index with such settings. */
  public static final TypeParser PARSER =
      new FixedTypeParser(
          context -> {
            DenseVectorPrefixes prefixes =
                DenseVectorPrefixes.of(context.getIndexSettings().getSettings());
            return prefixes.dimsOfField().isEmpty() ? null : new DenseVectorPrefixCheck(prefixes);
          });

  private final DenseVectorPrefixes prefixes;

  private DenseVectorPrefixCheck(DenseVectorPrefixes prefixes) {
    super(new EmptyFieldType());
    this.prefixes = prefixes;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException with the setting, the field and the reason
   */
  @Override
  protected void doValidate(MappingLookup mappings) {
    for (String field : prefixes.namedFields()) {
      objection(mappings, field)
          .ifPresent(
              reason -> {
                throw new IllegalArgumentException(
                    "setting ["
                        + DenseVectorPrefixes.key(field)
                        + "] cannot apply to field ["
                        + field
                        + "]: "
                        + reason);
              });
    }
  }

  private Optional<String> objection(MappingLookup mappings, String field) {
    if (mappings.getMapper(field) instanceof DenseVectorFieldMapper dense) {
      return DenseVectorOptions.of(dense).objection(prefixes.dims(field).getAsInt());
    }
    return otherType(mappings, field)
        .map(type -> "its type must be [dense_vector] but is [" + type + "]");
  }

  /** What a name that is no {@code dense_vector} stands for, empty if for nothing yet. */
  private static Optional<String> otherType(MappingLookup mappings, String field) {
    Mapper mapper = mappings.getMapper(field);
    if (mapper == null) {
      mapper = mappings.objectMappers().get(field);
    }
    if (mapper != null) {
      return Optional.of(mapper.typeName());
    }
    MappedFieldType type = mappings.getFieldType(field);
    return Optional.ofNullable(type)
        .map(t -> t.name().equals(field) ? "runtime field" : "another name of " + t.name());
  }

  @Override
  protected String contentType() {
    return NAME;
  }

  private static final class EmptyFieldType extends MappedFieldType {
    EmptyFieldType() {
      super(NAME, IndexType.NONE, false, Map.of());
    }

    @Override
    public String typeName() {
      return NAME;
    }

    @Override
    public boolean mayExistInIndex(SearchExecutionContext context) {
      return false;
    }

    @Override
    public ValueFetcher valueFetcher(SearchExecutionContext context, String format) {
      return ValueFetcher.EMPTY;
    }

    @Override
    public Query termQuery(Object value, SearchExecutionContext context) {
      throw new IllegalArgumentException("field [" + NAME + "] cannot be searched");
    }
  }
}
