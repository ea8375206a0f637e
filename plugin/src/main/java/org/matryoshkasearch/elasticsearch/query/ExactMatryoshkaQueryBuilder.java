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
import java.util.Objects;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.query.LeafQueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.plugins.SearchPlugin.QuerySpec;
import org.elasticsearch.search.vectors.VectorSimilarityQuery;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldType;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;

/**
 * Scores every document that has a vector, by the full vector. {@link MatryoshkaKnnQueryBuilder}
 * turns into it for {@code inner_hits}; users cannot write it.
 */
public final class ExactMatryoshkaQueryBuilder
    extends LeafQueryBuilder<ExactMatryoshkaQueryBuilder> {

  /** The name on the wire. */
  public static final String NAME = "exact_matryoshka";

  private final String field;
  private final QueryVector queryVector;
  private final Float similarity;
  private final VisibleFields visible;

  ExactMatryoshkaQueryBuilder(
      String field, QueryVector queryVector, Float similarity, VisibleFields visible) {
    this.visible = visible;
    this.field = field;
    this.queryVector = queryVector;
    this.similarity = similarity;
  }

  /**
   * What the plugin registers.
   *
   * @param visible what users may see
   */
  public static QuerySpec<ExactMatryoshkaQueryBuilder> spec(VisibleFields visible) {
    return new QuerySpec<>(
        NAME,
        in -> new ExactMatryoshkaQueryBuilder(in, visible),
        ExactMatryoshkaQueryBuilder::fromXContent);
  }

  /** Reads what {@link #doWriteTo} wrote. */
  ExactMatryoshkaQueryBuilder(StreamInput in, VisibleFields visible) throws IOException {
    super(in);
    this.visible = visible;
    WireFormat.begin(in, NAME);
    field = in.readString();
    queryVector = QueryVector.read(in);
    similarity = in.readOptionalFloat();
    WireFormat.end(in, NAME);
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    WireFormat.begin(out);
    out.writeString(field);
    queryVector.writeTo(out);
    out.writeOptionalFloat(similarity);
    WireFormat.end(out);
  }

  /**
   * Refuses the query in a request.
   *
   * @throws IllegalArgumentException always
   */
  static ExactMatryoshkaQueryBuilder fromXContent(XContentParser parser) {
    throw new IllegalArgumentException("[" + NAME + "] queries cannot be provided directly");
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field("field", field);
    queryVector.toXContent(builder, params);
    if (similarity != null) {
      builder.field("similarity", similarity);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  @Override
  protected Query doToQuery(SearchExecutionContext context) {
    MappedFieldType mapped = visible.find(field, context);
    if (mapped == null) {
      return Queries.newUnmappedFieldQuery(field);
    }
    MatryoshkaVectorFieldType vectors = MatryoshkaVectorFieldType.of(mapped, NAME);
    if (vectors.isEmpty()) {
      return new MatchNoDocsQuery("field [" + field + "] has no vectors yet");
    }
    Query query = vectors.exactQuery(queryVector.numbers(vectors));
    return similarity == null
        ? query
        : new VectorSimilarityQuery(
            query, similarity, vectors.options().similarity().score(similarity));
  }

  @Override
  protected boolean doEquals(ExactMatryoshkaQueryBuilder other) {
    return field.equals(other.field)
        && queryVector.equals(other.queryVector)
        && Objects.equals(similarity, other.similarity);
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(field, queryVector, similarity);
  }

  @Override
  public String getWriteableName() {
    return NAME;
  }

  @Override
  public TransportVersion getMinimalSupportedVersion() {
    return TransportVersion.minimumCompatible();
  }
}
