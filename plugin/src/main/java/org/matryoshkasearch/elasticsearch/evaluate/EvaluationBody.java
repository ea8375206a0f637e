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
package org.matryoshkasearch.elasticsearch.evaluate;

import static org.elasticsearch.xcontent.ConstructingObjectParser.constructorArg;
import static org.elasticsearch.xcontent.ConstructingObjectParser.optionalConstructorArg;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ObjectParser.ValueType;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentParser;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.elasticsearch.mapper.VectorParser;

/** Reads the body of a request. */
final class EvaluationBody {
  private static final ParseField FIELD = new ParseField("field");
  private static final ParseField K = new ParseField("k");
  private static final ParseField TARGET_RECALL = new ParseField("target_recall");
  private static final ParseField QUERIES = new ParseField("queries");
  private static final ParseField SAMPLE = new ParseField("sample");
  private static final ParseField PREFIX_DIMS = new ParseField("prefix_dims");
  private static final ParseField INDEX_OPTIONS = new ParseField("index_options");
  private static final ParseField TYPE = new ParseField("type");
  private static final ParseField OVERSAMPLE = new ParseField("oversample");
  private static final ParseField NUM_CANDIDATES = new ParseField("num_candidates");
  private static final ParseField FILTER = new ParseField("filter");
  private static final ParseField MAX_DOCUMENTS = new ParseField("max_documents");
  private static final ParseField TIMEOUT = new ParseField("timeout");

  private static final ConstructingObjectParser<List<GraphType>, Void> OPTIONS =
      new ConstructingObjectParser<>(
          "index_options", args -> types(EvaluationBody.<String>listOf(args[0])));

  private static final ConstructingObjectParser<Evaluation, Void> PARSER =
      new ConstructingObjectParser<>(
          "evaluate",
          args ->
              new Evaluation(
                  (String) args[0],
                  args[1] == null ? Evaluation.DEFAULT_K : (int) args[1],
                  EvaluationBody.<Double>listOf(args[2]),
                  EvaluationBody.<float[]>listOf(args[3]),
                  (Integer) args[4],
                  EvaluationBody.<Integer>listOf(args[5]),
                  EvaluationBody.<GraphType>listOf(args[6]),
                  EvaluationBody.<Float>listOf(args[7]),
                  EvaluationBody.<Integer>listOf(args[8]),
                  EvaluationBody.<QueryBuilder>listOf(args[9]),
                  args[10] == null ? Evaluation.DEFAULT_MAX_DOCUMENTS : (int) args[10],
                  args[11] == null
                      ? Evaluation.DEFAULT_TIMEOUT
                      : TimeValue.parseTimeValue((String) args[11], "timeout")));

  static {
    OPTIONS.declareStringArray(constructorArg(), TYPE);
    PARSER.declareString(constructorArg(), FIELD);
    PARSER.declareInt(optionalConstructorArg(), K);
    PARSER.declareDoubleArray(optionalConstructorArg(), TARGET_RECALL);
    PARSER.declareField(
        optionalConstructorArg(),
        (parser, unused) -> vectors(parser),
        QUERIES,
        ValueType.OBJECT_ARRAY);
    PARSER.declareInt(optionalConstructorArg(), SAMPLE);
    PARSER.declareIntArray(optionalConstructorArg(), PREFIX_DIMS);
    PARSER.declareObject(optionalConstructorArg(), OPTIONS, INDEX_OPTIONS);
    PARSER.declareFloatArray(optionalConstructorArg(), OVERSAMPLE);
    PARSER.declareIntArray(optionalConstructorArg(), NUM_CANDIDATES);
    PARSER.declareFieldArray(
        optionalConstructorArg(),
        (parser, unused) -> AbstractQueryBuilder.parseTopLevelQuery(parser),
        FILTER,
        ValueType.OBJECT_ARRAY);
    PARSER.declareInt(optionalConstructorArg(), MAX_DOCUMENTS);
    PARSER.declareString(optionalConstructorArg(), TIMEOUT);
  }

  private EvaluationBody() {}

  /**
   * Reads a body.
   *
   * @throws IllegalArgumentException when it is something else, or out of range
   */
  static Evaluation parse(XContentParser parser) {
    return PARSER.apply(parser, null);
  }

  @SuppressWarnings("unchecked") // each caller knows what its parser made
  private static <T> List<T> listOf(Object parsed) {
    return parsed == null ? List.of() : (List<T>) parsed;
  }

  private static List<GraphType> types(List<String> names) {
    return names.stream().map(GraphType::of).toList();
  }

  private static List<float[]> vectors(XContentParser parser) throws IOException {
    List<float[]> vectors = new ArrayList<>();
    if (parser.currentToken() != XContentParser.Token.START_ARRAY) {
      throw new IllegalArgumentException("[queries] must be an array of vectors");
    }
    while (parser.nextToken() != XContentParser.Token.END_ARRAY) {
      // before the rest is read: there may be no end to it
      Evaluation.checkRange("queries", vectors.size() + 1, 1, Evaluation.MAX_QUERIES);
      String what = "[queries] element [" + vectors.size() + "]";
      float[] vector = VectorParser.readQuery(parser, what);
      for (int i = 0; i < vector.length; i++) {
        if (Float.isFinite(vector[i]) == false) {
          throw new IllegalArgumentException(
              what + " must hold finite numbers but component [" + i + "] is [" + vector[i] + "]");
        }
      }
      vectors.add(vector);
    }
    if (vectors.isEmpty()) {
      throw new IllegalArgumentException("[queries] must hold at least [1] vector but holds [0]");
    }
    return vectors;
  }
}
