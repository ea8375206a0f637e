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

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
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
      "it is fixed since the field is there; reindex into a new index to change it";
  private static final String TRUNCATED = "there may be truncated vectors already";

  private final IndexContext indexContext;
  private final Parameter<Integer> dims;
  private final Parameter<Integer> prefixDims;
  private final Parameter<Boolean> allowTruncated;
  private final Parameter<Boolean> index;
  private final Parameter<VectorSimilarity> similarity;
  private final Parameter<ElementType> elementType;
  private final Parameter<IndexOptions> indexOptions;
  private final Parameter<Recipe> recipe;
  private final Parameter<Map<String, String>> meta = Parameter.metaParam();

  private Object indexOptionsGiven; // what the mapping says, perhaps not of all options
  private boolean ofField; // whether these are all parameters of a field, not what a mapping says

  /** Begins a mapping. */
  MatryoshkaVectorFieldBuilder(String name, IndexContext indexContext) {
    super(name);
    this.indexContext = indexContext;
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
    allowTruncated.setSerializerCheck(
        (includeDefaults, configured, value) -> isIndexed() && (includeDefaults || configured));
    index = fixed("index", indexContext::index, MappingValues::bool, VectorOptions::index);
    similarity =
        fixed(
            "similarity",
            () -> VectorSimilarity.COSINE,
            (key, node) -> MappingValues.oneOf(VectorSimilarity.values(), key, node),
            VectorOptions::similarity);
    similarity.setSerializerCheck(
        (includeDefaults, configured, value) -> isIndexed() && (includeDefaults || configured));
    elementType =
        fixed(
            "element_type",
            indexContext::elementType,
            (key, node) -> MappingValues.oneOf(ElementType.values(), key, node),
            VectorOptions::elementType);
    indexOptions =
        parameter(
                IndexOptions.NAME,
                () -> IndexOptions.DEFAULT,
                (key, node) -> {
                  indexOptionsGiven = node;
                  return IndexOptions.parse(node, IndexOptions.DEFAULT);
                },
                VectorOptions::indexOptions,
                (previous, current) ->
                    previous.type() == current.type() ? null : "[type] cannot change: " + REINDEX)
            .setSerializerCheck((includeDefaults, configured, value) -> isIndexed());
    recipe =
        fixed(
            "recipe",
            () -> Recipe.NONE,
            (key, node) -> MappingValues.oneOf(Recipe.values(), key, node),
            VectorOptions::recipe);
    recipe.setSerializerCheck(
        (includeDefaults, configured, value) -> isIndexed() && (includeDefaults || configured));
    index.addValidator(indexed -> checkGiven());
    if (indexContext.index() == false) {
      index.alwaysSerialize();
    }
    if (indexContext.elementType() != ElementType.FLOAT) {
      elementType.alwaysSerialize();
    }
  }

  private boolean isIndexed() {
    return index.get();
  }

  /** Refuses what says how to index where nothing is. */
  private void checkGiven() {
    if (ofField || isIndexed()) {
      return;
    }
    for (Parameter<?> parameter :
        List.of(prefixDims, allowTruncated, similarity, indexOptions, recipe)) {
      if (parameter.isSet()) {
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

  @Override
  public FieldMapper.Builder init(FieldMapper field) {
    ofField = true;
    return super.init(field);
  }

  /** {@inheritDoc} What an update does not say stays as it is, but for {@code meta}. */
  @Override
  protected void mergeFromBuilder(
      FieldMapper.Builder incoming,
      FieldMapper.Conflicts conflicts,
      MapperMergeContext mergeContext) {
    MatryoshkaVectorFieldBuilder update = (MatryoshkaVectorFieldBuilder) incoming;
    update.completeFrom(this);
    ofField = true;
    super.mergeFromBuilder(update, conflicts, mergeContext);
  }

  private void completeFrom(MatryoshkaVectorFieldBuilder field) {
    complete(index, field.index);
    checkGiven();
    ofField = true;
    complete(dims, field.dims);
    complete(prefixDims, field.prefixDims);
    complete(allowTruncated, field.allowTruncated);
    complete(similarity, field.similarity);
    complete(elementType, field.elementType);
    complete(indexOptions, field.indexOptions);
    complete(recipe, field.recipe);
    if (indexOptionsGiven != null) {
      indexOptions.setValue(IndexOptions.parse(indexOptionsGiven, field.indexOptions.get()));
    }
  }

  private static <T> void complete(Parameter<T> parameter, Parameter<T> ofField) {
    if (parameter.isSet() == false && ofField.get() != null) {
      parameter.setValue(ofField.get());
    }
  }

  @Override
  protected Parameter<?>[] getParameters() {
    return new Parameter<?>[] {
      dims, prefixDims, allowTruncated, index, similarity, elementType, indexOptions, recipe, meta
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
    if (allowTruncated.get() && dims.get() == null) {
      throw new MapperParsingException(
          "[allow_truncated] of field ["
              + leafName()
              + "] needs [dims]: the first vector may be a truncated one");
    }
    recipe.get().check(dims.get(), allowTruncated.get(), similarity.get(), leafName());
    VectorOptions options =
        new VectorOptions(
            dims.get(),
            prefixDims.get(),
            allowTruncated.get(),
            index.get(),
            similarity.get(),
            elementType.get(),
            indexOptions.get(),
            recipe.get());
    return new MatryoshkaVectorFieldMapper(
        leafName(),
        new MatryoshkaVectorFieldType(
            context.buildFullName(leafName()), options, indexContext, meta.get()),
        builderParams(this, context),
        indexContext,
        indexContext.excludeSourceVectors() && context.isSourceSynthetic() == false);
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
