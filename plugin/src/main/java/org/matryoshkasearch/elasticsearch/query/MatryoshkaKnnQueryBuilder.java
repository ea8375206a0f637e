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

import static org.elasticsearch.xcontent.ConstructingObjectParser.constructorArg;
import static org.elasticsearch.xcontent.ConstructingObjectParser.optionalConstructorArg;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.search.Query;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.lucene.search.Queries;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.query.BoolQueryBuilder;
import org.elasticsearch.index.query.LeafQueryBuilder;
import org.elasticsearch.index.query.MatchNoneQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.index.query.ToChildBlockJoinQueryBuilder;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ObjectParser.ValueType;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldType;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VectorReader;
import org.matryoshkasearch.lucene.search.FunnelStage;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * The query {@code matryoshka_knn}: the k nearest neighbours of a vector in each shard, found by
 * prefix and ranked by full vector.
 *
 * <p>Parameters, defaults and errors are those of {@code knn} where it has the same one. How many
 * candidates are rescored is said in {@link RescoreVector}.
 */
public final class MatryoshkaKnnQueryBuilder extends LeafQueryBuilder<MatryoshkaKnnQueryBuilder> {

  /** The name of the query. */
  public static final String NAME = "matryoshka_knn";

  private static final ParseField FIELD = new ParseField("field");
  private static final ParseField QUERY_VECTOR = new ParseField("query_vector");
  private static final ParseField FUNNEL = new ParseField("funnel");
  private static final ParseField FILTER = new ParseField("filter");
  private static final ParseField SIMILARITY = new ParseField("similarity");

  private static final int EXPECTED_DIMS = 1024;

  private static final ConstructingObjectParser<MatryoshkaKnnQueryBuilder, Void> PARSER =
      new ConstructingObjectParser<>(
          NAME,
          args ->
              new MatryoshkaKnnQueryBuilder(
                  (String) args[0],
                  (float[]) args[1],
                  new SearchSize((Integer) args[2], (Integer) args[3], (RescoreVector) args[4]),
                  listOf(args[5]),
                  listOf(args[6]),
                  (Float) args[7]));

  static {
    PARSER.declareString(constructorArg(), FIELD);
    PARSER.declareField(
        constructorArg(),
        (parser, unused) ->
            VectorReader.read(parser, EXPECTED_DIMS, "[" + QUERY_VECTOR.getPreferredName() + "]"),
        QUERY_VECTOR,
        ValueType.VALUE_OBJECT_ARRAY);
    PARSER.declareInt(optionalConstructorArg(), SearchSize.K);
    PARSER.declareInt(optionalConstructorArg(), SearchSize.NUM_CANDIDATES);
    PARSER.declareObject(
        optionalConstructorArg(),
        (parser, unused) -> RescoreVector.fromXContent(parser),
        SearchSize.RESCORE_VECTOR);
    PARSER.declareObjectArray(
        optionalConstructorArg(), (parser, unused) -> FunnelStages.fromXContent(parser), FUNNEL);
    PARSER.declareFieldArray(
        optionalConstructorArg(),
        (parser, unused) -> parseInnerQueryBuilder(parser),
        FILTER,
        ValueType.OBJECT_ARRAY);
    PARSER.declareFloat(optionalConstructorArg(), SIMILARITY);
    declareStandardFields(PARSER);
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> listOf(Object parsed) {
    return parsed == null ? List.of() : (List<T>) parsed;
  }

  private final String field;
  private final float[] queryVector;
  private final SearchSize size;
  private final List<FunnelStage> funnel;
  private final List<QueryBuilder> filters;
  private final Float similarity;

  /**
   * Creates a query.
   *
   * @param field the {@code matryoshka_vector} field to search
   * @param queryVector prefix_dims to dims components
   * @param size how many hits and candidates
   * @param funnel stages between the graph and the full vectors; empty for none
   * @param filters only documents that match all of them are returned; empty for none
   * @param similarity only documents at least as similar are returned, in the unit of the field's
   *     similarity; null for all
   * @throws IllegalArgumentException when a value is out of range
   */
  public MatryoshkaKnnQueryBuilder(
      String field,
      float[] queryVector,
      SearchSize size,
      List<FunnelStage> funnel,
      List<QueryBuilder> filters,
      Float similarity) {
    FunnelStages.check(funnel, size.k(), queryVector.length);
    this.field = Objects.requireNonNull(field);
    this.queryVector = queryVector.clone();
    this.size = size;
    this.funnel = List.copyOf(funnel);
    this.filters = List.copyOf(filters);
    this.similarity = similarity;
  }

  /** Reads what {@link #doWriteTo} wrote. */
  public MatryoshkaKnnQueryBuilder(StreamInput in) throws IOException {
    super(in);
    field = in.readString();
    queryVector = in.readFloatArray();
    size = SearchSize.read(in);
    funnel = in.readCollectionAsImmutableList(FunnelStages::read);
    filters = List.copyOf(readQueries(in));
    similarity = in.readOptionalFloat();
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    out.writeString(field);
    out.writeFloatArray(queryVector);
    size.writeTo(out);
    out.writeCollection(funnel, FunnelStages::write);
    writeQueries(out, filters);
    out.writeOptionalFloat(similarity);
  }

  /** Reads the body of the query. */
  public static MatryoshkaKnnQueryBuilder fromXContent(XContentParser parser) {
    return PARSER.apply(parser, null);
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field(FIELD.getPreferredName(), field);
    builder.array(QUERY_VECTOR.getPreferredName(), queryVector);
    size.toXContent(builder, params);
    if (funnel.isEmpty() == false) {
      builder.startArray(FUNNEL.getPreferredName());
      FunnelStages.toXContent(builder, funnel);
      builder.endArray();
    }
    if (filters.isEmpty() == false) {
      builder.xContentList(FILTER.getPreferredName(), filters);
    }
    if (similarity != null) {
      builder.field(SIMILARITY.getPreferredName(), similarity);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a rewrite says by identity that there was nothing to do
  protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
    boolean changed = false;
    List<QueryBuilder> rewritten = new ArrayList<>(filters.size());
    for (QueryBuilder filter : filters) {
      QueryBuilder query = filter.rewrite(context);
      if (query instanceof MatchNoneQueryBuilder) {
        return query;
      }
      changed |= query != filter;
      rewritten.add(query);
    }
    if (context.convertToInnerHitsRewriteContext() != null) {
      return forInnerHits(rewritten);
    }
    if (changed == false) {
      return this;
    }
    return new MatryoshkaKnnQueryBuilder(field, queryVector, size, funnel, rewritten, similarity)
        .boost(boost)
        .queryName(queryName);
  }

  /** Inner hits rank all children of a parent that was found, so nothing is to be searched. */
  private QueryBuilder forInnerHits(List<QueryBuilder> rewrittenFilters) {
    QueryBuilder exact = new ExactMatryoshkaQueryBuilder(field, queryVector, similarity);
    if (rewrittenFilters.isEmpty()) {
      return exact;
    }
    BoolQueryBuilder all = new BoolQueryBuilder().must(exact);
    for (QueryBuilder filter : rewrittenFilters) {
      // It may be about the children or about their parents.
      all.filter(
          new BoolQueryBuilder().should(filter).should(new ToChildBlockJoinQueryBuilder(filter)));
    }
    return all;
  }

  @Override
  protected Query doToQuery(SearchExecutionContext context) throws IOException {
    MappedFieldType mapped = context.getFieldType(field);
    if (mapped == null) {
      return Queries.newUnmappedFieldQuery(field);
    }
    MatryoshkaVectorFieldType vectors = MatryoshkaVectorFieldType.of(mapped, NAME);
    int hits = size.hits(context.requestSize());
    int candidates = size.candidates(hits, vectors.options().indexOptions());
    FunnelStages.check(funnel, hits, queryVector.length);
    FunnelStages.checkSearch(funnel, field, vectors.options().prefixDims(), candidates);

    NestedFilters nested = NestedFilters.of(context, mapped.name());
    MatryoshkaKnnQuery.Builder query = vectors.knnQuery(queryVector, hits).candidates(candidates);
    query.funnel(funnel);
    Query filter = nested.filter(filters);
    if (filter != null) {
      query.filter(filter);
    }
    if (nested.parents() != null) {
      query.parents(nested.parents());
    }
    if (similarity != null) {
      query.minScore(vectors.options().similarity().score(similarity));
    }
    return query.build();
  }

  @Override
  protected boolean doEquals(MatryoshkaKnnQueryBuilder other) {
    return field.equals(other.field)
        && Arrays.equals(queryVector, other.queryVector)
        && size.equals(other.size)
        && funnel.equals(other.funnel)
        && filters.equals(other.filters)
        && Objects.equals(similarity, other.similarity);
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(field, Arrays.hashCode(queryVector), size, funnel, filters, similarity);
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
