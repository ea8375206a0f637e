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
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.lucene.util.SetOnce;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.search.vectors.QueryVectorBuilder;
import org.elasticsearch.search.vectors.QueryVectorBuilderAsyncAction;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentFragment;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldType;
import org.matryoshkasearch.elasticsearch.mapper.VectorParser;

/**
 * The vector of a query, in one of its three forms: the numbers; a string that encodes them, which
 * the field can read; or a builder that gets them while the query is rewritten.
 */
public final class QueryVector implements Writeable, ToXContentFragment {
  static final ParseField NUMBERS = new ParseField("query_vector");
  static final ParseField BUILDER = new ParseField("query_vector_builder");

  private final float[] numbers;
  private final String encoded;
  private final QueryVectorBuilder builder;
  private final Supplier<float[]> built;

  private QueryVector(
      float[] numbers, String encoded, QueryVectorBuilder builder, Supplier<float[]> built) {
    this.numbers = numbers;
    this.encoded = encoded;
    this.builder = builder;
    this.built = built;
  }

  /** Numbers, copied. */
  public static QueryVector of(float[] numbers) {
    return new QueryVector(numbers.clone(), null, null, null);
  }

  /** Base64 or hex, as {@code knn} reads them. */
  public static QueryVector of(String encoded) {
    return new QueryVector(null, Objects.requireNonNull(encoded), null, null);
  }

  /** What a builder will get. */
  public static QueryVector of(QueryVectorBuilder builder) {
    return new QueryVector(null, null, Objects.requireNonNull(builder), null);
  }

  /**
   * The vector of a request, which has to be in one of two parameters.
   *
   * @throws IllegalArgumentException when it is in both or in none
   */
  static QueryVector of(QueryVector vector, QueryVectorBuilder builder) {
    if (vector == null && builder == null) {
      throw new IllegalArgumentException(
          "either ["
              + NUMBERS.getPreferredName()
              + "] or ["
              + BUILDER.getPreferredName()
              + "] must be provided");
    }
    if (vector != null && builder != null) {
      throw new IllegalArgumentException(
          "only one of ["
              + NUMBERS.getPreferredName()
              + "] and ["
              + BUILDER.getPreferredName()
              + "] must be provided");
    }
    return vector == null ? of(builder) : vector;
  }

  /** Reads {@code query_vector}: an array of numbers, a single number, or a string. */
  static QueryVector fromXContent(XContentParser parser) throws IOException {
    if (parser.currentToken() == XContentParser.Token.VALUE_STRING) {
      return of(parser.text());
    }
    if (parser.currentToken() == XContentParser.Token.VALUE_NUMBER) {
      return of(new float[] {parser.floatValue()});
    }
    float[] numbers = VectorParser.readQuery(parser, "[" + NUMBERS.getPreferredName() + "]");
    return new QueryVector(numbers, null, null, null);
  }

  static QueryVector read(StreamInput in) throws IOException {
    return new QueryVector(
        in.readOptionalFloatArray(),
        in.readOptionalString(),
        in.readOptionalNamedWriteable(QueryVectorBuilder.class),
        null);
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    checkNotPending();
    out.writeOptionalFloatArray(numbers);
    out.writeOptionalString(encoded);
    out.writeOptionalNamedWriteable(builder);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder content, Params params) throws IOException {
    checkNotPending();
    if (builder != null) {
      return content
          .startObject(BUILDER.getPreferredName())
          .field(builder.getWriteableName(), builder)
          .endObject();
    }
    return encoded != null
        ? content.field(NUMBERS.getPreferredName(), encoded)
        : content.array(NUMBERS.getPreferredName(), numbers);
  }

  private void checkNotPending() {
    if (built != null) {
      throw new IllegalStateException("[" + BUILDER.getPreferredName() + "] has yet to answer");
    }
  }

  /** Asks the builder, if there is one, and takes its answer when it is there; else this. */
  QueryVector rewrite(QueryRewriteContext context) {
    if (builder == null) {
      return this;
    }
    if (built == null) {
      SetOnce<float[]> answer = new SetOnce<>();
      context.registerUniqueAsyncAction(new QueryVectorBuilderAsyncAction(builder), answer::set);
      return new QueryVector(null, null, builder, answer::get);
    }
    float[] answer = built.get();
    return answer == null ? this : of(answer);
  }

  /** How many dimensions it has, as far as it can be known; many where it cannot. */
  int dims() {
    return numbers == null ? Integer.MAX_VALUE : numbers.length;
  }

  /**
   * The numbers, for a field that can decode them. Not to be changed.
   *
   * @throws IllegalArgumentException when they cannot be decoded, or the builder was not asked
   */
  float[] numbers(MatryoshkaVectorFieldType field) {
    if (builder != null) {
      throw new IllegalArgumentException(
          "[" + BUILDER.getPreferredName() + "] cannot be used where a query is not rewritten");
    }
    return encoded == null ? numbers : field.decodeQueryVector(encoded);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryVector that
        && Arrays.equals(numbers, that.numbers)
        && Objects.equals(encoded, that.encoded)
        && Objects.equals(builder, that.builder);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(numbers), encoded, builder);
  }
}
