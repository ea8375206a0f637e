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
import java.util.List;
import java.util.Objects;
import org.apache.lucene.search.MatchNoDocsQuery;
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
import org.elasticsearch.plugins.SearchPlugin.QuerySpec;
import org.elasticsearch.search.vectors.QueryVectorBuilder;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ObjectParser.ValueType;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldType;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;
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
  private static final ParseField SIMILARITY = new ParseField("similarity");

  private static final ConstructingObjectParser<MatryoshkaKnnQueryBuilder, VisibleFields> PARSER =
      new ConstructingObjectParser<>(
          NAME,
          false,
          (args, visible) ->
              new MatryoshkaKnnQueryBuilder(
                  (String) args[0],
                  QueryVector.of((QueryVector) args[1], (QueryVectorBuilder) args[2]),
                  new SearchSize(
                      (Integer) args[3],
                      (Integer) args[4],
                      (RescoreVector) args[5],
                      Boolean.TRUE.equals(args[6])),
                  listOf(args[7]),
                  new Prefilters(listOf(args[8]), Boolean.TRUE.equals(args[9])),
                  (Float) args[10],
                  false,
                  visible));

  static {
    PARSER.declareString(constructorArg(), FIELD);
    PARSER.declareField(
        optionalConstructorArg(),
        (parser, unused) -> QueryVector.fromXContent(parser),
        QueryVector.NUMBERS,
        ValueType.OBJECT_ARRAY_STRING_OR_NUMBER);
    PARSER.declareNamedObject(
        optionalConstructorArg(),
        (parser, unused, name) -> parser.namedObject(QueryVectorBuilder.class, name, null),
        QueryVector.BUILDER);
    PARSER.declareInt(optionalConstructorArg(), SearchSize.K);
    PARSER.declareInt(optionalConstructorArg(), SearchSize.NUM_CANDIDATES);
    PARSER.declareObject(
        optionalConstructorArg(),
        (parser, unused) -> RescoreVector.fromXContent(parser),
        SearchSize.RESCORE_VECTOR);
    PARSER.declareBoolean(optionalConstructorArg(), SearchSize.EXACT);
    PARSER.declareObjectArray(
        optionalConstructorArg(),
        (parser, unused) -> FunnelStages.fromXContent(parser),
        FunnelStages.FUNNEL);
    PARSER.declareFieldArray(
        optionalConstructorArg(),
        (parser, unused) -> parseInnerQueryBuilder(parser),
        Prefilters.FILTER,
        ValueType.OBJECT_ARRAY);
    PARSER.declareBoolean(optionalConstructorArg(), Prefilters.AUTOMATIC);
    PARSER.declareFloat(optionalConstructorArg(), SIMILARITY);
    declareStandardFields(PARSER);
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> listOf(Object parsed) {
    return parsed == null ? List.of() : (List<T>) parsed;
  }

  private final String field;
  private final QueryVector vector;
  private final SearchSize size;
  private final List<FunnelStage> funnel;
  private final Prefilters filters;
  private final Float similarity;

  /** Whether the request asks for a profile. */
  private final boolean profiled;

  private final VisibleFields visible;

  /**
   * Creates a query for a user who may see all fields.
   *
   * @param field the {@code matryoshka_vector} field to search
   * @param vector prefix_dims to dims components
   * @param size how many hits and candidates
   * @param funnel stages between the graph and the full vectors; empty for none
   * @param filters what documents must match to be searched
   * @param similarity only documents at least as similar are returned, in the unit of the field's
   *     similarity; null for all
   * @throws IllegalArgumentException when a value is out of range
   */
  public MatryoshkaKnnQueryBuilder(
      String field,
      QueryVector vector,
      SearchSize size,
      List<FunnelStage> funnel,
      Prefilters filters,
      Float similarity) {
    this(field, vector, size, funnel, filters, similarity, false, new VisibleFields());
  }

  private MatryoshkaKnnQueryBuilder(
      String field,
      QueryVector vector,
      SearchSize size,
      List<FunnelStage> funnel,
      Prefilters filters,
      Float similarity,
      boolean profiled,
      VisibleFields visible) {
    FunnelStage.check(
        field, funnel, 0, vector.dims(), Integer.MAX_VALUE, size.k() == null ? 1 : size.k());
    if (size.exact() && funnel.isEmpty() == false) {
      throw new IllegalArgumentException("[exact] compares all documents: it takes no [funnel]");
    }
    if (similarity != null && similarity.isNaN()) {
      throw new IllegalArgumentException("[similarity] must be a number but was [NaN]");
    }
    this.field = Objects.requireNonNull(field);
    this.vector = vector;
    this.size = size;
    this.funnel = List.copyOf(funnel);
    this.filters = filters;
    this.similarity = similarity;
    this.profiled = profiled;
    this.visible = visible;
  }

  /**
   * What the plugin registers.
   *
   * @param visible what users may see
   */
  public static QuerySpec<MatryoshkaKnnQueryBuilder> spec(VisibleFields visible) {
    return new QuerySpec<>(
        NAME,
        in -> new MatryoshkaKnnQueryBuilder(in, visible),
        parser -> PARSER.apply(parser, visible));
  }

  /** Reads what {@link #doWriteTo} wrote. */
  MatryoshkaKnnQueryBuilder(StreamInput in, VisibleFields visible) throws IOException {
    super(in);
    this.visible = visible;
    WireFormat.begin(in, NAME);
    field = in.readString();
    vector = QueryVector.read(in);
    size = SearchSize.read(in);
    funnel = in.readCollectionAsImmutableList(FunnelStages::read);
    filters = Prefilters.read(in);
    similarity = in.readOptionalFloat();
    profiled = in.readBoolean();
    WireFormat.end(in, NAME);
  }

  @Override
  protected void doWriteTo(StreamOutput out) throws IOException {
    WireFormat.begin(out);
    out.writeString(field);
    vector.writeTo(out);
    size.writeTo(out);
    out.writeCollection(funnel, FunnelStages::write);
    filters.writeTo(out);
    out.writeOptionalFloat(similarity);
    out.writeBoolean(profiled);
    WireFormat.end(out);
  }

  @Override
  protected void doXContent(XContentBuilder builder, Params params) throws IOException {
    builder.startObject(NAME);
    builder.field(FIELD.getPreferredName(), field);
    vector.toXContent(builder, params);
    size.toXContent(builder, params);
    FunnelStages.toXContent(builder, funnel);
    filters.toXContent(builder, params);
    if (similarity != null) {
      builder.field(SIMILARITY.getPreferredName(), similarity);
    }
    boostAndQueryNameToXContent(builder);
    builder.endObject();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a rewrite says by identity that there was nothing to do
  protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
    Prefilters filtersNow = filters.rewrite(context);
    for (QueryBuilder filter : filtersNow.queries()) {
      if (filter instanceof MatchNoneQueryBuilder) {
        return filter;
      }
    }
    QueryVector vectorNow = vector.rewrite(context);
    if (context.convertToInnerHitsRewriteContext() != null) {
      return forInnerHits(vectorNow, filtersNow.queries());
    }
    boolean profiledNow = profiled || context.isProfile();
    if (filtersNow == filters && vectorNow == vector && profiledNow == profiled) {
      return this;
    }
    return new MatryoshkaKnnQueryBuilder(
            field, vectorNow, size, funnel, filtersNow, similarity, profiledNow, visible)
        .boost(boost)
        .queryName(queryName);
  }

  /** Inner hits rank all children of a parent that was found, so nothing is to be searched. */
  private QueryBuilder forInnerHits(QueryVector target, List<QueryBuilder> rewrittenFilters) {
    QueryBuilder exact = new ExactMatryoshkaQueryBuilder(field, target, similarity, visible);
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

  /** The same, but that its Lucene query has a {@link StageRecorder}. */
  public MatryoshkaKnnQueryBuilder recorded() {
    return new MatryoshkaKnnQueryBuilder(
        field, vector, size, funnel, filters, similarity, true, visible);
  }

  @Override
  protected Query doToQuery(SearchExecutionContext context) throws IOException {
    Surroundings around = new Surroundings(context, this);
    if (around.isDemanded()) {
      return new MatchNoDocsQuery("a search does not filter another one by itself");
    }
    MappedFieldType mapped = visible.find(field, context);
    if (mapped == null) {
      return Queries.newUnmappedFieldQuery(field);
    }
    MatryoshkaVectorFieldType vectors = MatryoshkaVectorFieldType.of(mapped, NAME);
    if (vectors.isEmpty()) {
      return new MatchNoDocsQuery("field [" + field + "] has no vectors yet");
    }
    int hits = size.hits(context.requestSize());
    RescoreVector rescore = size.rescore(vectors.options().indexOptions());
    int candidates = size.candidates(hits, rescore);
    // who says what goes through each stage leaves nothing to choose
    boolean targeted = rescore.hasTarget() && (funnel.isEmpty() || size.numCandidates() == null);
    int most = targeted ? RescoreVector.MAX_CANDIDATES : candidates;
    float[] target = vector.numbers(vectors);
    FunnelStage.check(field, funnel, vectors.options().prefixDims(), target.length, most, hits);

    NestedFilters nested = NestedFilters.of(context, mapped.name());
    MatryoshkaKnnQuery.Builder query =
        vectors
            .knnQuery(target, hits)
            .exact(size.exact())
            .funnel(funnel)
            .filter(nested.filter(filters.toQueries(context, around), around.aliasFilter()))
            .parents(nested.parents());
    if (size.exact() == false) {
      query.candidates(candidates);
      if (targeted) {
        query.targetRecall(rescore.recall());
      } else if (funnel.isEmpty()) { // its stages decide what is rescored
        query.rescored(rescore.rescored(hits));
      }
    }
    if (similarity != null) {
      query.minScore(vectors.options().similarity().score(similarity));
    }
    if (profiled) {
      query.listener(new StageRecorder());
    }
    return query.build();
  }

  @Override
  protected boolean doEquals(MatryoshkaKnnQueryBuilder other) {
    return field.equals(other.field)
        && vector.equals(other.vector)
        && size.equals(other.size)
        && funnel.equals(other.funnel)
        && filters.equals(other.filters)
        && Objects.equals(similarity, other.similarity)
        && profiled == other.profiled;
  }

  @Override
  protected int doHashCode() {
    return Objects.hash(field, vector, size, funnel, filters, similarity, profiled);
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
