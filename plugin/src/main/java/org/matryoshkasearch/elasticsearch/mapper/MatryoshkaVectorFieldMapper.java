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
import java.util.function.BiFunction;
import org.elasticsearch.index.mapper.DocumentParserContext;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.SourceLoader;
import org.elasticsearch.index.mapper.vectors.SyntheticVectorsPatchFieldLoader;
import org.elasticsearch.xcontent.XContentParser;

/**
 * The field type {@code matryoshka_vector}: one full vector a document, searched by its prefix and
 * scored whole.
 */
public final class MatryoshkaVectorFieldMapper extends FieldMapper {

  /** The name of the type. */
  public static final String CONTENT_TYPE = "matryoshka_vector";

  /** Reads the mapping of a field. */
  public static TypeParser parser(VisibleFields visibleFields) {
    return new TypeParser(
        (name, context) ->
            new MatryoshkaVectorFieldBuilder(
                name, IndexContext.of(context.getIndexSettings(), visibleFields)),
        notInMultiFields(CONTENT_TYPE));
  }

  /**
   * Refuses some updates of a parameter.
   *
   * @param refusal why an update from one value to another is refused; null if it is not
   */
  static <T> Parameter<T> refuseUpdates(Parameter<T> parameter, BiFunction<T, T, String> refusal) {
    return parameter.setMergeValidator(
        (previous, current, conflicts) -> {
          String reason = refusal.apply(previous, current);
          if (reason != null) {
            conflicts.addConflict(parameter.name, reason);
          }
          return reason == null;
        });
  }

  private final IndexContext indexContext;
  private final boolean excludedFromSource; // a synthetic source holds nothing to exclude
  private final VectorFieldWriter fields; // null as long as dims are not known

  MatryoshkaVectorFieldMapper(
      String leafName,
      MatryoshkaVectorFieldType fieldType,
      BuilderParams params,
      IndexContext indexContext,
      boolean excludedFromSource) {
    super(leafName, fieldType, params);
    this.indexContext = indexContext;
    this.excludedFromSource = excludedFromSource;
    fields =
        fieldType.isEmpty() ? null : new VectorFieldWriter(fieldType.name(), fieldType.options());
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
    float[] vector = read(parser, options, what);
    if (fields == null) {
      options = options.withDims(vector.length, what);
    }
    float[] stored = options.toStore(vector, what);
    if (fields == null) {
      // The document will be parsed again, with the mapping that this leads to.
      MatryoshkaVectorFieldBuilder update = getMergeBuilder();
      update.setDims(options);
      context.addDynamicMapper(update, fullPath());
      return;
    }
    fields.add(context.doc(), stored);
  }

  private static float[] read(XContentParser parser, VectorOptions options, String what)
      throws IOException {
    if (parser.currentToken() == XContentParser.Token.VALUE_STRING) {
      return EncodedVector.decode(parser.text(), options, what);
    }
    return VectorParser.read(
        parser, options.dims() == null ? VectorParser.EXPECTED_DIMS : options.dims(), what);
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
  public MatryoshkaVectorFieldBuilder getMergeBuilder() {
    MatryoshkaVectorFieldBuilder builder =
        new MatryoshkaVectorFieldBuilder(leafName(), indexContext);
    builder.init(this);
    return builder;
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
    return new SyntheticVectorLoader(fullPath(), leafName(), fieldType().options());
  }
}
