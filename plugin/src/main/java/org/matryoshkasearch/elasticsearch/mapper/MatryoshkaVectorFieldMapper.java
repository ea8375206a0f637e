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

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.mapper.DocumentParserContext;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.MapperBuilderContext;
import org.elasticsearch.index.mapper.MapperParsingException;
import org.elasticsearch.index.mapper.SourceLoader;
import org.elasticsearch.index.mapper.vectors.SyntheticVectorsPatchFieldLoader;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;

/**
 * The field type {@code matryoshka_vector}: one full vector a document, searched by its prefix and
 * scored whole.
 */
public final class MatryoshkaVectorFieldMapper extends FieldMapper {

  /** The name of the type. */
  public static final String CONTENT_TYPE = "matryoshka_vector";

  /** Reads the mapping of a field. */
  public static final TypeParser PARSER =
      new TypeParser(
          (name, context) ->
              new Builder(
                  name,
                  IndexSettings.INDEX_MAPPING_EXCLUDE_SOURCE_VECTORS_SETTING.get(
                      context.getIndexSettings().getSettings())),
          notInMultiFields(CONTENT_TYPE));

  private static final String REINDEX =
      "the segments of the index are built on it; reindex into a new index to change it";

  /** The parameters of a mapping, while it is read or merged. */
  public static final class Builder extends FieldMapper.Builder {
    private final boolean excludeSourceVectors;
    private final Parameter<Integer> dims;
    private final Parameter<Integer> prefixDims;
    private final Parameter<VectorSimilarity> similarity;
    private final Parameter<ElementType> elementType;
    private final Parameter<IndexOptions> indexOptions;
    private final Parameter<Map<String, String>> meta = Parameter.metaParam();

    Builder(String name, boolean excludeSourceVectors) {
      super(name);
      this.excludeSourceVectors = excludeSourceVectors;
      dims = fixed("dims", () -> null, MappingValues::integer, VectorOptions::dims);
      dims.addValidator(value -> VectorOptions.checkDims(value, leafName()));
      prefixDims =
          fixed(
              "prefix_dims",
              this::defaultPrefixDims,
              MappingValues::integer,
              VectorOptions::prefixDims);
      prefixDims
          .addValidator(value -> VectorOptions.checkPrefixDims(value, dims.get(), leafName()))
          .alwaysSerialize();
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
                  true,
                  () -> IndexOptions.DEFAULT,
                  (key, node) -> IndexOptions.parse(node),
                  VectorOptions::indexOptions)
              .setMergeValidator(
                  (previous, current, conflicts) -> {
                    if (previous.type() == current.type()) {
                      return true;
                    }
                    conflicts.addConflict(IndexOptions.NAME, "[type] cannot change: " + REINDEX);
                    return false;
                  })
              .alwaysSerialize();
    }

    /** A parameter that cannot change. */
    private static <T> Parameter<T> fixed(
        String name,
        Supplier<T> defaultValue,
        BiFunction<String, Object, T> parser,
        Function<VectorOptions, T> value) {
      return parameter(name, false, defaultValue, parser, value)
          .setMergeValidator(
              (previous, current, conflicts) -> {
                if (Objects.equals(previous, current)) {
                  return true;
                }
                conflicts.addConflict(name, REINDEX);
                return false;
              });
    }

    /**
     * A parameter.
     *
     * @param parser gives the value of its name and of what stands in the mapping
     * @param value the value of a field that is there
     */
    private static <T> Parameter<T> parameter(
        String name,
        boolean updateable,
        Supplier<T> defaultValue,
        BiFunction<String, Object, T> parser,
        Function<VectorOptions, T> value) {
      return new Parameter<>(
          name,
          updateable,
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
    }

    private Integer defaultPrefixDims() {
      return dims.get() == null ? null : (Integer) VectorOptions.defaultPrefixDims(dims.get());
    }

    @Override
    protected Parameter<?>[] getParameters() {
      return new Parameter<?>[] {dims, prefixDims, similarity, elementType, indexOptions, meta};
    }

    @Override
    public String contentType() {
      return CONTENT_TYPE;
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
              similarity.get(),
              elementType.get(),
              indexOptions.get());
      return new MatryoshkaVectorFieldMapper(
          leafName(),
          new MatryoshkaVectorFieldType(context.buildFullName(leafName()), options, meta.get()),
          builderParams(this, context),
          excludeSourceVectors,
          excludeSourceVectors && context.isSourceSynthetic() == false);
    }

    private MapperParsingException unsupported(String parameter) {
      return new MapperParsingException(
          "field ["
              + leafName()
              + "] of type ["
              + CONTENT_TYPE
              + "] does not support "
              + parameter);
    }
  }

  private final boolean excludeSourceVectors; // what the setting says
  private final boolean excludedFromSource; // a synthetic source holds nothing to exclude
  private final FieldType luceneType;

  private MatryoshkaVectorFieldMapper(
      String leafName,
      MatryoshkaVectorFieldType fieldType,
      BuilderParams params,
      boolean excludeSourceVectors,
      boolean excludedFromSource) {
    super(leafName, fieldType, params);
    this.excludeSourceVectors = excludeSourceVectors;
    this.excludedFromSource = excludedFromSource;
    VectorOptions options = fieldType.options();
    luceneType =
        KnnFloatVectorField.createFieldType(options.dims(), options.similarity().function());
  }

  @Override
  public MatryoshkaVectorFieldType fieldType() {
    return (MatryoshkaVectorFieldType) super.fieldType();
  }

  @Override
  public boolean parsesArrayValue() {
    return true;
  }

  @Override
  public void parse(DocumentParserContext context) throws IOException {
    XContentParser parser = context.parser();
    if (parser.currentToken() == XContentParser.Token.VALUE_NULL) {
      return;
    }
    String what =
        "field [" + fullPath() + "] of type [" + CONTENT_TYPE + "] in " + describe(context);
    if (context.doc().getByKey(fullPath()) != null) {
      throw new IllegalArgumentException(what + " must have one vector only but has several");
    }
    VectorOptions options = fieldType().options();
    float[] vector = VectorReader.read(parser, options.dims(), what);
    options.elementType().round(vector);
    options.checkDocumentVector(vector, what);
    context.doc().addWithKey(fullPath(), new KnnFloatVectorField(fullPath(), vector, luceneType));
  }

  private static String describe(DocumentParserContext context) {
    return "[" + context.documentDescription() + "]";
  }

  @Override
  protected void parseCreateField(DocumentParserContext context) {
    throw new AssertionError("parse does it");
  }

  @Override
  protected String contentType() {
    return CONTENT_TYPE;
  }

  @Override
  public FieldMapper.Builder getMergeBuilder() {
    return new Builder(leafName(), excludeSourceVectors).init(this);
  }

  @Override
  protected SyntheticSourceSupport syntheticSourceSupport() {
    return new SyntheticSourceSupport.Native(this::vectorLoader);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where there is one, Elasticsearch leaves the vector out of the stored {@code _source}, and
   * puts it back from here wherever the whole document is asked for.
   */
  @Override
  public SourceLoader.SyntheticVectorsLoader syntheticVectorsLoader() {
    return excludedFromSource
        ? new SyntheticVectorsPatchFieldLoader<>(
            this::vectorLoader, SyntheticVectorLoader::vectorAsList)
        : null;
  }

  private SyntheticVectorLoader vectorLoader() {
    return new SyntheticVectorLoader(fullPath(), leafName());
  }
}
