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

import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.FieldMapper.Parameter;
import org.elasticsearch.index.mapper.MapperBuilderContext;
import org.elasticsearch.index.mapper.MapperMergeContext;
import org.elasticsearch.index.mapper.MapperParsingException;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * The parameters of the mapping of a {@code matryoshka_vector} field, while it is read or merged.
 */
final class MatryoshkaVectorFieldBuilder extends FieldMapper.Builder {
  private static final String REINDEX =
      "the segments of the index are built on it; reindex into a new index to change it";
  private static final String TRUNCATED = "there may be truncated vectors already";

  private final IndexVersion indexCreated;
  private final boolean excludeSourceVectors;
  private final Parameter<Integer> dims;
  private final Parameter<Integer> prefixDims;
  private final Parameter<Boolean> allowTruncated;
  private final Parameter<Boolean> index;
  private final Parameter<VectorSimilarity> similarity;
  private final Parameter<ElementType> elementType;
  private final Parameter<IndexOptions> indexOptions;
  private final Parameter<Map<String, String>> meta = Parameter.metaParam();

  /**
   * Begins a mapping.
   *
   * @param indexCreated the version that created the index
   * @param excludeSourceVectors what the setting of the index says
   */
  MatryoshkaVectorFieldBuilder(
      String name, IndexVersion indexCreated, boolean excludeSourceVectors) {
    super(name);
    this.indexCreated = indexCreated;
    this.excludeSourceVectors = excludeSourceVectors;
    dims = setOnce("dims", () -> null, VectorOptions::dims);
    dims.addValidator(value -> VectorOptions.checkDims(value, leafName()));
    prefixDims = setOnce("prefix_dims", this::defaultPrefixDims, VectorOptions::prefixDims);
    prefixDims
        .addValidator(value -> VectorOptions.checkPrefixDims(value, dims.get(), leafName()))
        .setSerializerCheck((includeDefaults, configured, value) -> isIndexed() && value != null);
    allowTruncated =
        parameter(
            "allow_truncated",
            () -> false,
            MappingValues::bool,
            VectorOptions::allowTruncated,
            (previous, current) -> previous && current == false ? TRUNCATED : null);
    allowTruncated.addValidator(this::checkAllowTruncated);
    index = fixed("index", () -> true, MappingValues::bool, VectorOptions::index);
    similarity =
        fixed(
            "similarity",
            () -> VectorSimilarity.COSINE,
            (key, node) -> MappingValues.oneOf(VectorSimilarity.values(), key, node),
            VectorOptions::similarity);
    elementType =
        fixed(
            "element_type",
            () -> ElementType.FLOAT,
            (key, node) -> MappingValues.oneOf(ElementType.values(), key, node),
            VectorOptions::elementType);
    indexOptions =
        parameter(
                IndexOptions.NAME,
                () -> IndexOptions.DEFAULT,
                (key, node) -> IndexOptions.parse(node),
                VectorOptions::indexOptions,
                (previous, current) ->
                    previous.type() == current.type() ? null : "[type] cannot change: " + REINDEX)
            .setSerializerCheck((includeDefaults, configured, value) -> isIndexed());
    index.addValidator(
        value -> {
          if (value == false) {
            checkNotConfigured(prefixDims, allowTruncated, similarity, indexOptions);
          }
        });
  }

  private void checkAllowTruncated(boolean allowed) {
    if (allowed && dims.get() == null) {
      throw new MapperParsingException(
          "[allow_truncated] of field ["
              + leafName()
              + "] needs [dims]: the first vector may be a truncated one");
    }
  }

  private boolean isIndexed() {
    return index.get();
  }

  /** Refuses what says how to index. */
  private void checkNotConfigured(Parameter<?>... parameters) {
    for (Parameter<?> parameter : parameters) {
      if (parameter.isConfigured()) {
        throw new MapperParsingException(
            "["
                + parameter.name
                + "] of field ["
                + leafName()
                + "] can only be set where [index] is [true]");
      }
    }
  }

  /** A parameter that cannot change. */
  private static <T> Parameter<T> fixed(
      String name,
      Supplier<T> defaultValue,
      BiFunction<String, Object, T> parser,
      Function<VectorOptions, T> value) {
    return parameter(
        name,
        defaultValue,
        parser,
        value,
        (previous, current) -> Objects.equals(previous, current) ? null : REINDEX);
  }

  /** A number that can be told later, and then cannot change. */
  private static Parameter<Integer> setOnce(
      String name, Supplier<Integer> defaultValue, Function<VectorOptions, Integer> value) {
    return parameter(
        name,
        defaultValue,
        MappingValues::integer,
        value,
        (previous, current) ->
            previous == null || Objects.equals(previous, current) ? null : REINDEX);
  }

  /**
   * A parameter.
   *
   * @param parser gives the value of its name and of what stands in the mapping
   * @param value the value of a field that is there
   * @param refusal why an update from one value to another is refused; null if it is not
   */
  private static <T> Parameter<T> parameter(
      String name,
      Supplier<T> defaultValue,
      BiFunction<String, Object, T> parser,
      Function<VectorOptions, T> value,
      BiFunction<T, T, String> refusal) {
    Parameter<T> parameter =
        new Parameter<>(
            name,
            true,
            defaultValue,
            (field, context, node) -> {
              try {
                return parser.apply(name, node);
              } catch (IllegalArgumentException e) {
                throw new MapperParsingException("field [" + field + "]: " + e.getMessage(), e);
              }
            },
            mapper -> value.apply(((MatryoshkaVectorFieldMapper) mapper).fieldType().options()),
            XContentBuilder::field,
            Objects::toString);
    return MatryoshkaVectorFieldMapper.refuseUpdates(parameter, refusal);
  }

  private Integer defaultPrefixDims() {
    return dims.get() == null ? null : (Integer) VectorOptions.defaultPrefixDims(dims.get());
  }

  /** Takes dims and prefix_dims from what a document has told. */
  void setDims(VectorOptions found) {
    dims.setValue(found.dims());
    prefixDims.setValue(found.prefixDims());
  }

  /** {@inheritDoc} An update that does not say dims leaves them as they are. */
  @Override
  protected void mergeFromBuilder(
      FieldMapper.Builder incoming,
      FieldMapper.Conflicts conflicts,
      MapperMergeContext mergeContext) {
    MatryoshkaVectorFieldBuilder update = (MatryoshkaVectorFieldBuilder) incoming;
    if (update.dims.get() == null) {
      update.dims.setValue(dims.get());
    }
    super.mergeFromBuilder(update, conflicts, mergeContext);
  }

  @Override
  protected Parameter<?>[] getParameters() {
    return new Parameter<?>[] {
      dims, prefixDims, allowTruncated, index, similarity, elementType, indexOptions, meta
    };
  }

  @Override
  public String contentType() {
    return MatryoshkaVectorFieldMapper.CONTENT_TYPE;
  }

  @Override
  public MatryoshkaVectorFieldMapper build(MapperBuilderContext context) {
    if (multiFieldsBuilder.hasMultiFields()) {
      throw unsupported("[fields]");
    }
    if (copyTo.copyToFields().isEmpty() == false) {
      throw unsupported("[copy_to]");
    }
    VectorOptions options =
        new VectorOptions(
            dims.get(),
            prefixDims.get(),
            allowTruncated.get(),
            index.get(),
            similarity.get(),
            elementType.get(),
            indexOptions.get());
    return new MatryoshkaVectorFieldMapper(
        leafName(),
        new MatryoshkaVectorFieldType(
            context.buildFullName(leafName()), options, indexCreated, meta.get()),
        builderParams(this, context),
        indexCreated,
        excludeSourceVectors,
        excludeSourceVectors && context.isSourceSynthetic() == false);
  }

  private MapperParsingException unsupported(String parameter) {
    return new MapperParsingException(
        "field ["
            + leafName()
            + "] of type ["
            + MatryoshkaVectorFieldMapper.CONTENT_TYPE
            + "] does not support "
            + parameter);
  }
}
